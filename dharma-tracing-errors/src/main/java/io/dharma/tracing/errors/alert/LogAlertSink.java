package io.dharma.tracing.errors.alert;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.spi.BackgroundLog;
import io.dharma.tracing.spi.Printable;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Writes each alert as one line to the application's log, by SLF4J, as a warning of the logger named after this class:
 *
 * <pre>
 * PAGE: 412 errors within 5 minutes in checkout, usual are 3.1: java.sql.SQLTransientException: no connection [spike, operation=charge, group=v1-5e..., alert=019b...]
 * </pre>
 *
 * <p>Control characters and what else could deceive a reader are escaped. The line is handed over to a thread in the
 * background, so a log that hangs holds nothing up; while 256 lines wait for it, further ones are lost. Any thread; never
 * blocks.
 */
public final class LogAlertSink implements Sink<Alert> {

    private static final int MAX_OPERATION = 100;

    private final BackgroundLog log;

    private LogAlertSink(BackgroundLog log) {
        this.log = log;
    }

    /** With the logger {@code io.dharma.tracing.errors.alert.LogAlertSink}. */
    public static LogAlertSink create() {
        return new LogAlertSink(BackgroundLog.of(LogAlertSink.class));
    }

    /** {@code log}. */
    @Override
    public String name() {
        return "log";
    }

    @Override
    public CompletionStage<Delivery> deliver(List<Alert> batch) {
        batch.forEach(alert -> log.warn("{}", line(alert)));
        return CompletableFuture.completedFuture(Delivery.delivered());
    }

    private static String line(Alert alert) {
        StringBuilder line = new StringBuilder()
                .append(alert.level())
                .append(": ")
                .append(alert.title())
                .append(" [")
                .append(Alert.lowerCase(alert.kind()));
        if (alert.operation() != null) {
            line.append(", operation=").append(Printable.shorten(alert.operation(), MAX_OPERATION));
        }
        if (alert.group() != null) {
            line.append(", group=").append(alert.group().id());
        }
        return Printable.escape(
                line.append(", alert=").append(alert.id()).append(']').toString());
    }

    @Override
    public boolean isNonBlocking() {
        return true;
    }
}
