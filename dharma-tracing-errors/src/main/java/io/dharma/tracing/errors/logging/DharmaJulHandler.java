package io.dharma.tracing.errors.logging;

import io.dharma.tracing.errors.CaptureDetails;
import io.dharma.tracing.errors.ErrorTracker;
import io.dharma.tracing.errors.Severity;
import java.util.function.BiConsumer;
import java.util.logging.ErrorManager;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import org.jspecify.annotations.Nullable;

/**
 * Captures what {@code java.util.logging} logs with a throwable. In {@code logging.properties}:
 *
 * <pre>
 * handlers = java.util.logging.ConsoleHandler, io.dharma.tracing.errors.logging.DharmaJulHandler
 * io.dharma.tracing.errors.logging.DharmaJulHandler.level = WARNING
 * </pre>
 *
 * <p>or {@code Logger.getLogger("").addHandler(new DharmaJulHandler())}. The level is {@code SEVERE} if nobody says
 * otherwise.
 *
 * <p>Any thread, without a lock. A record below the level or without a throwable costs a comparison; one that is captured
 * costs what the tracker takes and its formatted message, some microseconds where it has parameters, since the JDK makes it
 * anew for each handler. Nothing is thrown at whoever logs.
 */
public final class DharmaJulHandler extends Handler {

    private static final Formatter MESSAGES = new SimpleFormatter();

    private final LoggedErrors errors = new LoggedErrors();

    /** With the level of the log's configuration, if that names one. */
    public DharmaJulHandler() {
        setLevel(Level.SEVERE);
        String configured = LogManager.getLogManager().getProperty(DharmaJulHandler.class.getName() + ".level");
        if (configured != null) {
            configureLevel(configured.strip());
        }
    }

    DharmaJulHandler(BiConsumer<Throwable, CaptureDetails> capture) {
        this();
        errors.setCapture(capture);
    }

    /** Captures for this tracker, whichever is installed. By default for the one that is installed when something is logged. */
    public void setTracker(ErrorTracker tracker) {
        errors.setTracker(tracker);
    }

    @Override
    public void publish(@Nullable LogRecord record) {
        try {
            if (record != null && record.getThrown() != null && isLoggable(record)) {
                offer(record, record.getThrown());
            }
        } catch (Throwable filterFailed) {
            LoggedErrors.countFailure();
        }
    }

    private void offer(LogRecord record, Throwable thrown) {
        errors.offer(thrown, severity(record.getLevel()), record.getLoggerName(), () -> MESSAGES.formatMessage(record));
    }

    /** There is nothing to be written. */
    @Override
    public void flush() {}

    /** Nothing is captured from now on. */
    @Override
    public void close() {
        setLevel(Level.OFF);
    }

    private void configureLevel(String configured) {
        try {
            setLevel(Level.parse(configured));
        } catch (IllegalArgumentException unknown) {
            reportError(
                    "level must be a name such as SEVERE or WARNING, or a number, but is \"" + configured
                            + "\"; it stays " + getLevel(),
                    null,
                    ErrorManager.GENERIC_FAILURE);
        }
    }

    private static Severity severity(Level level) {
        if (level.intValue() >= Level.SEVERE.intValue()) {
            return Severity.ERROR;
        }
        return level.intValue() >= Level.WARNING.intValue() ? Severity.WARN : Severity.INFO;
    }
}
