package io.dharma.tracing.sampling;

import io.dharma.tracing.internal.sampling.HeadSampler;
import io.dharma.tracing.internal.sampling.NumericTraceId;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;
import java.util.Objects;

/**
 * A sampler that can be exchanged while the service runs: to see everything for five minutes, or to turn tracing down
 * under load.
 *
 * <p>Any thread may call. Blocks that start after {@link #use} returned are decided by the new sampler; a trace that
 * has begun keeps its decision if the sampler respects parents. Costs one volatile read per block.
 */
public final class AdjustableSampler implements HeadSampler {

    private volatile Sampler current;

    private AdjustableSampler(Sampler initial) {
        this.current = initial;
    }

    /** Decides by {@code initial} until told otherwise. */
    public static AdjustableSampler startingWith(Sampler initial) {
        return new AdjustableSampler(Objects.requireNonNull(initial, "initial"));
    }

    /**
     * From now on decides by {@code sampler}.
     *
     * @throws IllegalArgumentException if {@code sampler} is this object, which would ask itself for ever
     */
    public void use(Sampler sampler) {
        if (sampler == this) {
            throw new IllegalArgumentException("an adjustable sampler cannot decide by itself");
        }
        current = Objects.requireNonNull(sampler, "sampler");
    }

    /** The sampler that decides at this moment. */
    public Sampler current() {
        return current;
    }

    @Override
    public SamplingResult shouldSample(
            Context parent,
            NumericTraceId traceId,
            String name,
            SpanKind kind,
            Attributes attributes,
            List<LinkData> links) {
        return HeadSampler.ask(current, parent, traceId, name, kind, attributes, links);
    }

    /** Of the current sampler; changes when that does. */
    @Override
    public String getDescription() {
        return "Adjustable{" + current.getDescription() + '}';
    }

    @Override
    public String toString() {
        return getDescription();
    }
}
