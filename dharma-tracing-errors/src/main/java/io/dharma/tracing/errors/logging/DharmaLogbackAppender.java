package io.dharma.tracing.errors.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import io.dharma.tracing.errors.CaptureDetails;
import io.dharma.tracing.errors.ErrorTracker;
import io.dharma.tracing.errors.Severity;
import java.util.function.BiConsumer;

/**
 * Captures what Logback logs with a throwable:
 *
 * <pre>{@code
 * <appender name="errors" class="io.dharma.tracing.errors.logging.DharmaLogbackAppender">
 *   <threshold>WARN</threshold>
 * </appender>
 * <root level="INFO">
 *   <appender-ref ref="errors" />
 * </root>
 * }</pre>
 *
 * <p>Any thread, without a lock. An event below the threshold or without a throwable costs a comparison; one that is
 * captured costs what the tracker takes and its formatted message, which Logback makes once for all appenders. Nothing is
 * thrown at whoever logs. Events from other processes have no throwable, only a description of one, and are skipped.
 */
public final class DharmaLogbackAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {

    private final LoggedErrors errors = new LoggedErrors();
    private volatile Level threshold = Level.ERROR;

    /** Where the log's configuration makes one. */
    public DharmaLogbackAppender() {}

    DharmaLogbackAppender(BiConsumer<Throwable, CaptureDetails> capture) {
        errors.setCapture(capture);
    }

    /**
     * The lowest level that is captured. Default: {@code ERROR}.
     *
     * @param level the name of one of Logback's levels; another is reported as an error of the configuration and changes
     *     nothing
     */
    public void setThreshold(String level) {
        Level known = Level.toLevel(level, null);
        if (known == null) {
            addError("threshold must be OFF, ERROR, WARN, INFO, DEBUG, TRACE or ALL, but is \"" + level
                    + "\"; it stays " + threshold);
            return;
        }
        threshold = known;
    }

    /** Captures for this tracker, whichever is installed. By default for the one that is installed when something is logged. */
    public void setTracker(ErrorTracker tracker) {
        errors.setTracker(tracker);
    }

    @Override
    protected void append(ILoggingEvent event) {
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown == null || !event.getLevel().isGreaterOrEqual(threshold)) {
            return;
        }
        if (thrown instanceof ThrowableProxy live && live.getThrowable() != null) {
            errors.offer(
                    live.getThrowable(), severity(event.getLevel()), event.getLoggerName(), event::getFormattedMessage);
        } else {
            errors.skipWithoutThrowable(event.getLoggerName());
        }
    }

    private static Severity severity(Level level) {
        if (level.isGreaterOrEqual(Level.ERROR)) {
            return Severity.ERROR;
        }
        return level.isGreaterOrEqual(Level.WARN) ? Severity.WARN : Severity.INFO;
    }

    /** Name and threshold. */
    @Override
    public String toString() {
        return "DharmaLogbackAppender[" + getName() + ", threshold: " + threshold + "]";
    }
}
