package io.dharma.tracing.sampling;

import io.dharma.tracing.internal.sampling.HeadSampler;
import io.dharma.tracing.internal.sampling.NumericTraceId;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;
import java.util.function.LongSupplier;

/** Keeps a trace as long as there are tokens. How likely that was nobody can tell, so no threshold is recorded. */
final class RateLimitedSampler implements HeadSampler {

    private final TokenBucket bucket;
    private final String description;

    RateLimitedSampler(double tracesPerSecond, int burst, LongSupplier nanoClock) {
        this.bucket = new TokenBucket(tracesPerSecond, burst, nanoClock);
        this.description = "RateLimitedSampler{tracesPerSecond=" + tracesPerSecond + ", burst=" + burst + '}';
    }

    @Override
    public SamplingResult shouldSample(
            Context parent,
            NumericTraceId traceId,
            String name,
            SpanKind kind,
            Attributes attributes,
            List<LinkData> links) {
        return bucket.tryTake() ? HeadDecision.SAMPLE_WITH_UNKNOWN_PROBABILITY : HeadDecision.DROP;
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
