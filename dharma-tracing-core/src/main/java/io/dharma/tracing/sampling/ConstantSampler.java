package io.dharma.tracing.sampling;

import io.dharma.tracing.internal.sampling.HeadSampler;
import io.dharma.tracing.internal.sampling.NumericTraceId;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;

/** Always the same answer. The descriptions are the ones the OpenTelemetry specification demands. */
record ConstantSampler(SamplingResult result, String description) implements HeadSampler {

    static final ConstantSampler ON = new ConstantSampler(HeadDecision.sample(Threshold.KEEP_ALL), "AlwaysOnSampler");
    static final ConstantSampler OFF = new ConstantSampler(HeadDecision.DROP, "AlwaysOffSampler");

    @Override
    public SamplingResult shouldSample(
            Context parent,
            NumericTraceId traceId,
            String name,
            SpanKind kind,
            Attributes attributes,
            List<LinkData> links) {
        return result;
    }

    @Override
    public String getDescription() {
        return description;
    }

    @Override
    public String toString() {
        return description;
    }
}
