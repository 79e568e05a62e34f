package io.dharma.tracing.sampling;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import org.jspecify.annotations.Nullable;

/**
 * A sampler's answer together with what it says in the trace state about its probability.
 *
 * <p>Answers are made once per sampler and shared by all its blocks. For a trace that begins here the trace state is
 * made once, too; one that arrived from elsewhere is rewritten, and only if it says something else.
 */
final class HeadDecision implements SamplingResult {

    /**
     * Not exported. The threshold goes: were it left there, a block that is exported nevertheless, because it failed
     * or was slow, would be counted as one of a random sample.
     */
    static final HeadDecision DROP = new HeadDecision(SamplingDecision.DROP, null);

    /** Exported with a probability that nobody knows, as the specification calls a decision that is not random. */
    static final HeadDecision SAMPLE_WITH_UNKNOWN_PROBABILITY =
            new HeadDecision(SamplingDecision.RECORD_AND_SAMPLE, null);

    private final SamplingDecision decision;
    private final @Nullable String thresholdDigits;
    private final TraceState ofNewTrace;

    private HeadDecision(SamplingDecision decision, @Nullable String thresholdDigits) {
        this.decision = decision;
        this.thresholdDigits = thresholdDigits;
        this.ofNewTrace = OtelEntry.withThreshold(TraceState.getDefault(), thresholdDigits);
    }

    /** Exported, and stands for as many blocks as the threshold says. */
    static HeadDecision sample(Threshold threshold) {
        return new HeadDecision(SamplingDecision.RECORD_AND_SAMPLE, threshold.digits());
    }

    @Override
    public SamplingDecision getDecision() {
        return decision;
    }

    @Override
    public Attributes getAttributes() {
        return Attributes.empty();
    }

    @Override
    public TraceState getUpdatedTraceState(TraceState parentTraceState) {
        return parentTraceState.isEmpty() ? ofNewTrace : OtelEntry.withThreshold(parentTraceState, thresholdDigits);
    }

    @Override
    public String toString() {
        return thresholdDigits == null ? decision.name() : decision + " th:" + thresholdDigits;
    }
}
