package io.dharma.tracing.context;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One key of the MDC and where its value comes from.
 *
 * @param key what a log pattern names, as in {@code %X{trace_id}}
 * @param value the value for a context, or null when that context says nothing about it; called at every change of
 *     context on the calling thread, so it must be a mere look-up
 */
public record MdcField(String key, Function<Context, @Nullable String> value) {

    /** The key of the trace id unless another is configured. */
    public static final String TRACE_ID = "trace_id";

    /** The key of the span id unless another is configured. */
    public static final String SPAN_ID = "span_id";

    /** The key of the correlation id unless another is configured. */
    public static final String CORRELATION_ID = "correlation_id";

    /** The key of the request id unless another is configured. */
    public static final String REQUEST_ID = "request_id";

    public MdcField {
        Objects.requireNonNull(value, "value");
        if (key.isBlank()) {
            throw new IllegalArgumentException("an MDC key must not be blank");
        }
    }

    /** The trace id of the context's span: 32 lower-case hex digits, or nothing without a valid span. */
    public static MdcField traceId(String key) {
        return new MdcField(key, MdcField::traceId);
    }

    /** The id of the context's span: 16 lower-case hex digits, or nothing without a valid span. */
    public static MdcField spanId(String key) {
        return new MdcField(key, MdcField::spanId);
    }

    /** The id that is the same in every service, or nothing outside of a correlation; see {@link Correlation}. */
    public static MdcField correlationId(String key) {
        return new MdcField(key, Correlation::idIn);
    }

    /** The id of the one request, or nothing outside of a correlation; see {@link Correlation}. */
    public static MdcField requestId(String key) {
        return new MdcField(key, MdcField::requestId);
    }

    private static @Nullable String requestId(Context context) {
        CorrelationContext correlation = Correlation.from(context);
        return correlation == null ? null : correlation.requestId();
    }

    private static @Nullable String traceId(Context context) {
        SpanContext span = Span.fromContext(context).getSpanContext();
        return span.isValid() ? span.getTraceId() : null;
    }

    private static @Nullable String spanId(Context context) {
        SpanContext span = Span.fromContext(context).getSpanContext();
        return span.isValid() ? span.getSpanId() : null;
    }
}
