package io.dharma.tracing;

import io.dharma.tracing.sampling.AdjustableSampler;
import io.dharma.tracing.sampling.Samplers;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes at run time which traces are exported, from the next trace on. Rules and what is kept stay as they were
 * configured. For any thread.
 */
public final class SamplingControl {

    private static final Logger LOG = LoggerFactory.getLogger(DharmaTracing.LOGGER);

    private final AdjustableSampler sampler;
    private final Sampler configured;

    SamplingControl(Sampler configured) {
        this.configured = configured;
        this.sampler = AdjustableSampler.startingWith(configured);
    }

    /** Exports this share of all traces, and what a caller's service exports. */
    public void ratio(double ratio) {
        use(Samplers.parentBased(Samplers.probabilistic(ratio)));
    }

    /** Exports at most so many traces per second, and what a caller's service exports. */
    public void rateLimited(double tracesPerSecond) {
        use(Samplers.parentBased(Samplers.rateLimited(tracesPerSecond)));
    }

    /** Exports every block. */
    public void alwaysOn() {
        use(Samplers.alwaysOn());
    }

    /** Exports nothing, except what is kept. */
    public void alwaysOff() {
        use(Samplers.alwaysOff());
    }

    /** Goes back to what was configured. */
    public void reset() {
        use(configured);
    }

    /** Lets this sampler decide. */
    public void use(Sampler decider) {
        sampler.use(decider);
        LOG.info("Sampling is now {}", Extras.describe(decider));
    }

    /** The sampler that decides at this moment. */
    public Sampler current() {
        return sampler.current();
    }

    AdjustableSampler adjustable() {
        return sampler;
    }

    @Override
    public String toString() {
        return Extras.describe(sampler.current());
    }
}
