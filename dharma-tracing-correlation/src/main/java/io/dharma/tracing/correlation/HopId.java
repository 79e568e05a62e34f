package io.dharma.tracing.correlation;

import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceId;
import java.util.Objects;

/**
 * Which hop: a span of a trace. A correlation id may span several traces, and span ids are only unique within one.
 * Immutable.
 *
 * @param traceId 32 lower-case hexadecimal digits, not all zero
 * @param spanId 16 lower-case hexadecimal digits, not all zero
 */
public record HopId(String traceId, String spanId) {

    /** @throws IllegalArgumentException if one of them is no valid id; the message names which */
    public HopId {
        Objects.requireNonNull(traceId, "traceId");
        checkSpanId(spanId, "spanId");
        if (!TraceId.isValid(traceId)) {
            throw new IllegalArgumentException(
                    "traceId must be 32 lower-case hexadecimal digits, not all zero, but has " + traceId.length()
                            + " characters: " + Texts.quote(traceId));
        }
    }

    static void checkSpanId(String spanId, String name) {
        Objects.requireNonNull(spanId, name);
        if (!SpanId.isValid(spanId)) {
            throw new IllegalArgumentException(
                    name + " must be 16 lower-case hexadecimal digits, not all zero, but has " + spanId.length()
                            + " characters: " + Texts.quote(spanId));
        }
    }

    /** Trace id and span id with a slash between them. */
    @Override
    public String toString() {
        return traceId + "/" + spanId;
    }
}
