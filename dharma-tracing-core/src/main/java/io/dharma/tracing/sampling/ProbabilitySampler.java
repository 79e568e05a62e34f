package io.dharma.tracing.sampling;

import io.dharma.tracing.internal.sampling.HeadSampler;
import io.dharma.tracing.internal.sampling.NumericTraceId;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;

/** Keeps the traces whose randomness reaches the threshold: the same ones in every service with the same ratio. */
final class ProbabilitySampler implements HeadSampler {

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
            Context parent,
            NumericTraceId traceId,
            String name,
            SpanKind kind,
            Attributes attributes,
            List<LinkData> links) {
        TraceState state = Span.fromContext(parent).getSpanContext().getTraceState();
        return threshold.keeps(randomness(state, traceId.low())) ? sample : HeadDecision.DROP;
    }

    private static long randomness(TraceState state, long traceIdLow) {
        String entry = state.isEmpty() ? null : state.get(OtelEntry.KEY);
        return entry == null ? Threshold.randomnessOf(traceIdLow) : randomness(entry, traceIdLow);
    }

    /** What the entry says explicitly goes before the trace id's own. */
    private static long randomness(String entry, long traceIdLow) {
        int explicit = OtelEntry.randomnessStart(entry);
        return explicit >= 0
                ? Threshold.value(entry, explicit, OtelEntry.end(entry, explicit))
                : Threshold.randomnessOf(traceIdLow);
    }

    /** Whether the threshold that arrived in this entry would have kept this trace. */
    static boolean isConsistent(String entry, int thresholdStart, long traceIdLow) {
        long threshold = Threshold.value(entry, thresholdStart, OtelEntry.end(entry, thresholdStart));
        return randomness(entry, traceIdLow) >= threshold;
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
