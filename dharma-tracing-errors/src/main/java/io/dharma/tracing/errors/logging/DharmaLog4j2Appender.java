package io.dharma.tracing.errors.logging;

import io.dharma.tracing.errors.CaptureDetails;
import io.dharma.tracing.errors.ErrorTracker;
import io.dharma.tracing.errors.Severity;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.Core;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.apache.logging.log4j.core.config.plugins.Plugin;
import org.apache.logging.log4j.core.config.plugins.PluginBuilderAttribute;
import org.apache.logging.log4j.core.config.plugins.PluginBuilderFactory;
import org.jspecify.annotations.Nullable;

/**
 * Captures what Log4j 2 logs with a throwable:
 *
 * <pre>{@code
 * <Appenders>
 *   <DharmaErrors name="errors" threshold="WARN" />
 * </Appenders>
 * <Loggers>
 *   <Root level="INFO">
 *     <AppenderRef ref="errors" />
 *   </Root>
 * </Loggers>
 * }</pre>
 *
 * <p>Any thread, without a lock. An event below the threshold or without a throwable costs a comparison; one that is
 * captured costs what the tracker takes and its formatted message. Nothing is thrown at whoever logs. Where all loggers are
 * asynchronous, the thread that calls is Log4j's, and what is captured has no correlation. Events from other processes have
 * no throwable, only a description of one, and are skipped.
 */
@Plugin(
        name = DharmaLog4j2Appender.NAME,
        category = Core.CATEGORY_NAME,
        elementType = Appender.ELEMENT_TYPE,
        printObject = true)
public final class DharmaLog4j2Appender extends AbstractAppender {

    static final String NAME = "DharmaErrors";

    private final LoggedErrors errors = new LoggedErrors();
    private final Level threshold;

    private DharmaLog4j2Appender(Builder builder) {
        super(Objects.requireNonNull(builder.getName(), "name"), builder.getFilter(), null, true, Property.EMPTY_ARRAY);
        this.threshold = builder.threshold;
        if (builder.capture != null) {
            errors.setCapture(builder.capture);
        }
    }

    /** For the log's configuration, and for who adds an appender by code. */
    @PluginBuilderFactory
    public static Builder newBuilder() {
        return new Builder();
    }

    @Override
    public void append(LogEvent event) {
        Throwable thrown = event.getThrown();
        if (thrown != null && event.getLevel().isMoreSpecificThan(threshold)) {
            errors.offer(
                    thrown,
                    severity(event.getLevel()),
                    event.getLoggerName(),
                    () -> event.getMessage().getFormattedMessage());
        }
    }

    private static Severity severity(Level level) {
        if (level.isMoreSpecificThan(Level.FATAL)) {
            return Severity.FATAL;
        }
        if (level.isMoreSpecificThan(Level.ERROR)) {
            return Severity.ERROR;
        }
        return level.isMoreSpecificThan(Level.WARN) ? Severity.WARN : Severity.INFO;
    }

    /** Settings of an appender. One thread. */
    public static final class Builder extends AbstractAppender.Builder<Builder>
            implements org.apache.logging.log4j.core.util.Builder<DharmaLog4j2Appender> {

        @PluginBuilderAttribute
        private Level threshold = Level.ERROR;

        private @Nullable BiConsumer<Throwable, CaptureDetails> capture;

        private Builder() {}

        /** The lowest level that is captured. Default: {@code ERROR}. */
        public Builder setThreshold(Level level) {
            this.threshold = Objects.requireNonNull(level, "level");
            return this;
        }

        /**
         * Captures for this tracker, whichever is installed. By default for the one that is installed when something is
         * logged.
         */
        public Builder setTracker(ErrorTracker tracker) {
            Objects.requireNonNull(tracker, "tracker");
            return setCapture(tracker::capture);
        }

        Builder setCapture(BiConsumer<Throwable, CaptureDetails> seam) {
            this.capture = seam;
            return this;
        }

        /** An appender with these settings, which has to be started. */
        @Override
        public DharmaLog4j2Appender build() {
            return new DharmaLog4j2Appender(this);
        }
    }
}
