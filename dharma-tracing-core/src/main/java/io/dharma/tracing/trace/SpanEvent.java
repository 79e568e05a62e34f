package io.dharma.tracing.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.data.EventData;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened during a span.
 *
 * @param exception what was thrown, when this event records an exception; not yet rendered
 */
record SpanEvent(
        long epochNanos,
        String name,
        SpanAttributes attributes,
        @Nullable Throwable exception) {

    private static final String EXCEPTION = "exception";
    private static final AttributeKey<String> TYPE = AttributeKey.stringKey("exception.type");
    private static final AttributeKey<String> MESSAGE = AttributeKey.stringKey("exception.message");
    private static final AttributeKey<String> STACKTRACE = AttributeKey.stringKey("exception.stacktrace");

    /** The throwable with its frames, which only we may still hold. */
    private static final int EXCEPTION_BYTES = 4096;

    static SpanEvent exception(long epochNanos, Throwable exception, SpanAttributes additional) {
        return new SpanEvent(epochNanos, EXCEPTION, additional, exception);
    }

    long estimatedBytes() {
        return attributes.estimatedBytes() + (exception == null ? 0 : EXCEPTION_BYTES);
    }

    static List<EventData> toEventData(@Nullable List<SpanEvent> events, SpanLimits limits) {
        if (events == null) {
            return List.of();
        }
        List<EventData> exported = new ArrayList<>(events.size());
        for (SpanEvent event : events) {
            exported.add(event.toEventData(limits));
        }
        return List.copyOf(exported);
    }

    private EventData toEventData(SpanLimits limits) {
        if (exception == null) {
            return EventData.create(epochNanos, name, attributes, attributes.totalAdded());
        }
        Attributes rendered = rendered(exception, limits.getMaxAttributeValueLength());
        return EventData.create(epochNanos, name, rendered, rendered.size());
    }

    /** What the application said about the exception wins over what we find out. */
    private Attributes rendered(Throwable thrown, int maxLength) {
        AttributesBuilder builder = Attributes.builder();
        builder.put(TYPE, thrown.getClass().getName());
        String message = ThrowableText.message(thrown, maxLength);
        if (message != null) {
            builder.put(MESSAGE, message);
        }
        builder.put(STACKTRACE, ThrowableText.stackTrace(thrown));
        return builder.putAll(attributes).build();
    }
}
