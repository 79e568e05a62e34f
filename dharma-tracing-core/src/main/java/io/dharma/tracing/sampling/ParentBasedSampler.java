package io.dharma.tracing.sampling;

import io.dharma.tracing.internal.propagation.RemoteDecision;
import io.dharma.tracing.internal.sampling.HeadSampler;
import io.dharma.tracing.internal.sampling.NumericTraceId;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;

/** Does what the parent or the caller said, and asks another sampler where nobody said anything. */
final class ParentBasedSampler implements HeadSampler {

    private static final SamplingResult SAMPLE_AS_THE_PARENT = SamplingResult.recordAndSample();

    private final Sampler root;

    ParentBasedSampler(Sampler root) {
        this.root = root;
    }

    @Override
    public SamplingResult shouldSample(
            Context parent,
            NumericTraceId traceId,
            String name,
            SpanKind kind,
            Attributes attributes,
            List<LinkData> links) {
        SpanContext parentContext = Span.fromContext(parent).getSpanContext();
        if (parentContext.isSampled() && !parentContext.isRemote() && parentContext.isValid()) {
            // The usual case inside a request, before anything is looked up.
            return SAMPLE_AS_THE_PARENT;
        }
        RemoteDecision remote = RemoteDecision.of(parent);
        boolean askRoot = remote == null ? !parentContext.isValid() : remote == RemoteDecision.DEFERRED;
        if (askRoot) {
            return HeadSampler.ask(root, parent, traceId, name, kind, attributes, links);
        }
        if (remote == RemoteDecision.DENIED || (remote == null && !parentContext.isSampled())) {
            return HeadDecision.DROP;
        }
        if (!parentContext.isSampled()) {
            // Somebody asked for this very trace, which says nothing about how many others there are.
            return HeadDecision.SAMPLE_WITH_UNKNOWN_PROBABILITY;
        }
        return parentContext.isRemote() ? followRemote(parentContext, traceId.low()) : SAMPLE_AS_THE_PARENT;
    }

    /** What came from another process is believed only where its parts agree; a local parent has been through this. */
    private static SamplingResult followRemote(SpanContext parent, long traceIdLow) {
        String entry = parent.getTraceState().get(OtelEntry.KEY);
        if (entry == null) {
            return SAMPLE_AS_THE_PARENT;
        }
        int threshold = OtelEntry.thresholdStart(entry);
        return threshold >= 0 && ProbabilitySampler.isConsistent(entry, threshold, traceIdLow)
                ? SAMPLE_AS_THE_PARENT
                : HeadDecision.SAMPLE_WITH_UNKNOWN_PROBABILITY;
    }

    @Override
    public String getDescription() {
        return "ParentBased{root:" + root.getDescription() + '}';
    }

    @Override
    public String toString() {
        return getDescription();
    }
}
