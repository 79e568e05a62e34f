package io.dharma.tracing.errors.alert;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.spi.BackgroundLog;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Calls a listener of the application, once for each alert: one on which it failed or hung would do so again. */
final class ListenerAlertSink implements Sink<Alert> {

    private static final BackgroundLog LOG = BackgroundLog.of(ListenerAlertSink.class);

    private final String name;
    private final AlertListener listener;
    private volatile @Nullable String begun;
    private volatile boolean hasFailed;

    ListenerAlertSink(String name, AlertListener listener) {
        this.name = name;
        this.listener = Objects.requireNonNull(listener, "listener");
    }

    @Override
    public String name() {
        return name;
    }

    /** All listeners have one: they are the application's, and may wait for one another anyway. */
    @Override
    public String threadName() {
        return "alerts-listener";
    }

    @Override
    public CompletionStage<Delivery> deliver(List<Alert> batch) {
        int failures = 0;
        for (Alert alert : batch) {
            failures += tell(alert) ? 0 : 1;
        }
        return CompletableFuture.completedFuture(
                failures == 0 ? Delivery.delivered() : Delivery.partly(failures, "the listener failed"));
    }

    private boolean tell(Alert alert) {
        if (alert.id().equals(begun)) {
            return false;
        }
        begun = alert.id();
        try {
            listener.raised(alert);
            return true;
        } catch (Throwable notOurs) {
            warnOnce(notOurs);
            return false;
        }
    }

    private void warnOnce(Throwable thrown) {
        if (!hasFailed) {
            hasFailed = true;
            LOG.warn(
                    "A listener for alerts failed with {}; this is said once",
                    thrown.getClass().getName());
        }
    }
}
