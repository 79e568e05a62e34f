package io.dharma.tracing.propagation;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;

/** Ids as the formats before W3C Trace Context wrote them: shorter ones allowed. */
final class HexIds {

    static final int TRACE_ID_LENGTH = 32;
    static final int SPAN_ID_LENGTH = 16;

    private static final String ZEROS = "0".repeat(TRACE_ID_LENGTH);

    private HexIds() {}

    /** The caller's span; not valid if one of the ids is not, be it too long, all zero or not lower-case hex. */
    static SpanContext remoteSpan(String traceId, String spanId, boolean sampled) {
        return SpanContext.createFromRemoteParent(
                padded(traceId, TRACE_ID_LENGTH),
                padded(spanId, SPAN_ID_LENGTH),
                sampled ? TraceFlags.getSampled() : TraceFlags.getDefault(),
                TraceState.getDefault());
    }

    private static String padded(String id, int length) {
        return id.length() >= length ? id : ZEROS.substring(id.length(), length) + id;
    }
}
