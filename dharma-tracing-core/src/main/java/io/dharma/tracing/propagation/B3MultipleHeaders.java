package io.dharma.tracing.propagation;

import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code X-B3-TraceId}, {@code X-B3-SpanId}, and {@code X-B3-Sampled} or, for debug traces, {@code X-B3-Flags: 1}. */
final class B3MultipleHeaders implements B3Headers {

    private static final String TRACE_ID = "X-B3-TraceId";
    private static final String SPAN_ID = "X-B3-SpanId";
    private static final String SAMPLED = "X-B3-Sampled";
    private static final String FLAGS = "X-B3-Flags";
    private static final String DEBUG_FLAG = "1";

    @Override
    public List<String> names() {
        return List.of(TRACE_ID, SPAN_ID, SAMPLED, FLAGS);
    }

    @Override
    public <C> B3 read(@Nullable C carrier, TextMapGetter<C> getter) {
        B3Sampling sampling = readSampling(carrier, getter);
        String traceId = getter.get(carrier, TRACE_ID);
        String spanId = getter.get(carrier, SPAN_ID);
        if (sampling == null) {
            return B3.nothing();
        }
        if (traceId == null && spanId == null) {
            return B3.decisionOnly(sampling);
        }
        return traceId == null || spanId == null ? B3.nothing() : B3.span(traceId, spanId, sampling);
    }

    /** Null if a header is there that says neither yes nor no. */
    private static <C> @Nullable B3Sampling readSampling(@Nullable C carrier, TextMapGetter<C> getter) {
        if (DEBUG_FLAG.equals(getter.get(carrier, FLAGS))) {
            return B3Sampling.DEBUG;
        }
        String sampled = getter.get(carrier, SAMPLED);
        return sampled == null ? B3Sampling.DEFER : B3Sampling.ofSampled(sampled);
    }

    @Override
    public <C> void write(B3 b3, @Nullable C carrier, TextMapSetter<C> setter) {
        if (b3.span().isValid()) {
            setter.set(carrier, TRACE_ID, b3.span().getTraceId());
            setter.set(carrier, SPAN_ID, b3.span().getSpanId());
        }
        B3Sampling sampling = b3.sampling();
        if (sampling == B3Sampling.DEBUG) {
            // Implies the decision, so B3 asks us not to send both.
            setter.set(carrier, FLAGS, DEBUG_FLAG);
        } else if (sampling != B3Sampling.DEFER) {
            setter.set(carrier, SAMPLED, sampling.code());
        }
    }
}
