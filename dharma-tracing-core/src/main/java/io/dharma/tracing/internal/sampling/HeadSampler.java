package io.dharma.tracing.internal.sampling;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;

/**
 * A sampler that decides by a trace id's numbers.
 *
 * <p>OpenTelemetry's samplers are given the id as text. Most traces are dropped and nobody ever reads their ids, so
 * the text would be a third of what an unsampled block allocates. Samplers that do not implement this are asked all
 * the same, with the text made for them.
 */
public interface HeadSampler extends Sampler {

    /**
     * As {@link Sampler#shouldSample}, with the id as numbers.
     *
     * @param traceId to decide from its low half alone: the last 14 hex digits are the trace's randomness, and asking
     *     for the high half or the text may cost a look at the clock
     */
    SamplingResult shouldSample(
            Context parent,
            NumericTraceId traceId,
            String name,
            SpanKind kind,
            Attributes attributes,
            List<LinkData> links);

    /** An id that is none counts as zero, which has the least chance to be sampled. */
    @Override
    default SamplingResult shouldSample(
            Context parent, String traceId, String name, SpanKind kind, Attributes attributes, List<LinkData> links) {
        return shouldSample(parent, NumericTraceId.of(traceId), name, kind, attributes, links);
    }

    /** Asks any sampler, by numbers if it can read them. */
    static SamplingResult ask(
            Sampler sampler,
            Context parent,
            NumericTraceId traceId,
            String name,
            SpanKind kind,
            Attributes attributes,
            List<LinkData> links) {
        if (sampler instanceof HeadSampler numeric) {
            return numeric.shouldSample(parent, traceId, name, kind, attributes, links);
        }
        return sampler.shouldSample(parent, traceId.text(), name, kind, attributes, links);
    }
}
