package io.dharma.tracing.correlation;

import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceId;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

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

    /** By hand: what JDK 17 makes for a record keeps the record's class loader (JDK-8078641). */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof HopId that && spanId.equals(that.spanId) && traceId.equals(that.traceId);
    }

    @Override
    public int hashCode() {
        return 31 * traceId.hashCode() + spanId.hashCode();
    }

    /** Trace id and span id with a slash between them. */
    @Override
    public String toString() {
        return traceId + "/" + spanId;
    }
}
