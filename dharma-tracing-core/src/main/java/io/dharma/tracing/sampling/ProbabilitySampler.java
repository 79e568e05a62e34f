package io.dharma.tracing.sampling;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;

/** Keeps the traces whose randomness reaches the threshold: the same ones in every service with the same ratio. */
final class ProbabilitySampler implements Sampler {

    private static final int RANDOM_DIGITS_OF_TRACE_ID = TraceId.getLength() - Threshold.RANDOM_DIGITS;

    private final double ratio;
    private final Threshold threshold;
    private final SamplingResult sample;

    ProbabilitySampler(double ratio) {
        this.ratio = ratio;
        this.threshold = Threshold.ofRatio(ratio);
        this.sample = HeadDecision.sample(threshold);
    }

    @Override
    public SamplingResult shouldSample(
            Context parent, String traceId, String name, SpanKind kind, Attributes attributes, List<LinkData> links) {
        TraceState state = Span.fromContext(parent).getSpanContext().getTraceState();
        boolean keeps = state.isEmpty() ? keeps(traceId) : keeps(traceId, state);
        return keeps ? sample : HeadDecision.DROP;
    }

    private boolean keeps(String traceId) {
        return traceId.length() == TraceId.getLength() && threshold.keeps(traceId, RANDOM_DIGITS_OF_TRACE_ID);
    }

    private boolean keeps(String traceId, TraceState state) {
        String entry = state.get(OtelEntry.KEY);
        if (entry == null) {
            return keeps(traceId);
        }
        int explicit = OtelEntry.randomnessStart(entry);
        return explicit >= 0 ? threshold.keeps(entry, explicit) : keeps(traceId);
    }

    /** Whether the threshold that arrived in this entry would have kept this trace. */
    static boolean isConsistent(String entry, int thresholdStart, String traceId) {
        int thresholdEnd = OtelEntry.end(entry, thresholdStart);
        int explicit = OtelEntry.randomnessStart(entry);
        if (explicit >= 0) {
            return Threshold.keeps(entry, explicit, entry, thresholdStart, thresholdEnd);
        }
        return traceId.length() == TraceId.getLength()
                && Threshold.keeps(traceId, RANDOM_DIGITS_OF_TRACE_ID, entry, thresholdStart, thresholdEnd);
    }

    @Override
    public String getDescription() {
        return "ProbabilitySampler{ratio=" + ratio + ", th=" + threshold.digits() + '}';
    }

    @Override
    public String toString() {
        return getDescription();
    }
}
