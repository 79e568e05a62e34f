package io.dharma.tracing;

import io.dharma.tracing.sampling.AdjustableSampler;
import io.dharma.tracing.sampling.Samplers;
import io.dharma.tracing.sampling.SamplingRules;
import io.dharma.tracing.spi.BackgroundLog;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Changes at run time which traces are exported, from the next trace on. What is kept stays as it was configured. For any
 * thread.
 */
public final class SamplingControl {

    private static final BackgroundLog LOG = BackgroundLog.named(DharmaTracing.LOGGER);

    private final Plan.Sampling configured;
    private final AdjustableSampler head;

    // Guarded by this.
    private Sampler decider;
    private @Nullable SamplingRules rules;

    SamplingControl(Plan.Sampling configured) {
        this.configured = configured;
        this.decider = configured.sampler().value();
        this.rules = configured.rules();
        this.head = AdjustableSampler.startingWith(composed(decider, rules));
    }

    /** Decides by the rules first, if there are any. With rules, what the parent decided always holds. */
    private static Sampler composed(Sampler decider, @Nullable SamplingRules rules) {
        return rules == null ? decider : Samplers.parentBased(rules.otherwise(decider));
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

    /** Goes back to what was configured, rules included. */
    public synchronized void reset() {
        change(configured.sampler().value(), configured.rules());
    }

    /** Lets this sampler decide where no rule does. */
    public synchronized void use(Sampler newDecider) {
        change(newDecider, rules);
    }

    /**
     * Puts these rules in the place of all there are, such as {@code r -> r.drop("GET /health")}; none at all if
     * nothing is added.
     *
     * @throws IllegalArgumentException if a rule can never match because one before it always does first
     */
    public synchronized void rules(Consumer<SamplingRules> newRules) {
        SamplingRules given = Samplers.rules();
        newRules.accept(given);
        change(decider, given.isEmpty() ? null : given);
    }

    private void change(Sampler newDecider, @Nullable SamplingRules newRules) {
        head.use(composed(newDecider, newRules));
        decider = newDecider;
        rules = newRules;
        LOG.info("Sampling is now {}", this);
    }

    /** The sampler that decides at this moment where no rule does. */
    public synchronized Sampler current() {
        return decider;
    }

    /** The one to ask, whatever is changed later. */
    Sampler head() {
        return head;
    }

    /** The rules that are in force, too. */
    @Override
    public synchronized String toString() {
        return Extras.describe(composed(decider, rules));
    }
}
