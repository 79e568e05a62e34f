package io.dharma.tracing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.DelegatingSpanData;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Exceptions as log records, instead of events of spans or besides: what {@code OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN} asks
 * for, by the semantic conventions for exceptions in logs. A stage that ended spans pass, on a thread of the tracer's, where
 * exceptions have been made text already.
 */
final class ExceptionLogs {

    private static final String EXCEPTION = "exception";
    private static final AttributeKey<String> TYPE = AttributeKey.stringKey("exception.type");

    private final boolean both;
    private volatile @Nullable Logger logger;

    /** @param both whether spans keep their events */
    ExceptionLogs(boolean both) {
        this.both = both;
    }

    /** Where log records go. As long as nobody said so, spans keep their events. */
    void sendTo(Logger newLogger) {
        logger = newLogger;
    }

    SpanData apply(SpanData span) {
        Logger to = logger;
        if (to == null || span.getEvents().stream().noneMatch(ExceptionLogs::isException)) {
            return span;
        }
        span.getEvents().stream().filter(ExceptionLogs::isException).forEach(event -> emit(to, span, event));
        return both ? span : new WithoutExceptions(span);
    }

    private static boolean isException(EventData event) {
        return event.getName().equals(EXCEPTION) && event.getAttributes().get(TYPE) != null;
    }

    private static void emit(Logger logger, SpanData span, EventData event) {
        logger.logRecordBuilder()
                .setContext(Context.root().with(Span.wrap(span.getSpanContext())))
                .setTimestamp(event.getEpochNanos(), TimeUnit.NANOSECONDS)
                .setSeverity(Severity.ERROR)
                .setSeverityText(Severity.ERROR.name())
                .setEventName(EXCEPTION)
                .setAllAttributes(event.getAttributes())
                .emit();
    }

    private static final class WithoutExceptions extends DelegatingSpanData {

        private final List<EventData> events;

        WithoutExceptions(SpanData span) {
            super(span);
            this.events = span.getEvents().stream()
                    .filter(event -> !isException(event))
                    .toList();
        }

        @Override
        public List<EventData> getEvents() {
            return events;
        }

        @Override
        public int getTotalRecordedEvents() {
            int taken = super.getEvents().size() - events.size();
            return super.getTotalRecordedEvents() - taken;
        }
    }
}
