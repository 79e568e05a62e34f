package io.dharma.tracing.sampling;

import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The samplers: who decides, when a block starts, whether it is exported.
 *
 * <p>All are OpenTelemetry {@link Sampler}s, immutable (but for {@link AdjustableSampler}), for any thread, never
 * waiting and never throwing. They record in the trace state how likely their decision was, as OpenTelemetry's
 * <a href="https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/">probability sampling</a>
 * says; {@link ProbabilitySampling} reads it. For a block without a parent they allocate nothing.
 */
public final class Samplers {

    /** The rate of {@link #rateLimited} where a configuration names the strategy but no rate. */
    public static final double DEFAULT_TRACES_PER_SECOND = 100;

    private static final double LOWEST_RATE = 0.001;
    private static final double HIGHEST_RATE = 1_000_000;

    private Samplers() {}

    /** Exports every block and says so ({@code th:0}), whatever the parent did. */
    public static Sampler alwaysOn() {
        return ConstantSampler.ON;
    }

    /** Exports no block, whatever the parent did. */
    public static Sampler alwaysOff() {
        return ConstantSampler.OFF;
    }

    /**
     * Does what the parent did, in this process or another, and asks {@code root} where there is no parent: a trace is
     * exported as a whole or not at all. A threshold that arrives is handed on, unless it contradicts the parent's own
     * sampled flag; then it is erased.
     */
    public static Sampler parentBased(Sampler root) {
        return new ParentBasedSampler(Objects.requireNonNull(root, "root"));
    }

    /**
     * Exports this share of all traces, chosen by the randomness of the trace id (or of {@code rv} in the trace state):
     * every service with the same ratio chooses the same traces, and one with a higher ratio chooses those and more.
     * The ratio is rounded to four significant hex digits, an error of at most 0.013 % of its value.
     *
     * @param ratio from 0 to 1; 0 is the same as {@link #alwaysOff()}
     * @throws IllegalArgumentException if the ratio is not a number from 0 to 1, or is above 0 and below 2^-56
     */
    public static Sampler probabilistic(double ratio) {
        if (!(ratio >= 0 && ratio <= 1)) {
            throw new IllegalArgumentException("the sampling ratio must be a number from 0 to 1, but is " + ratio);
        }
        if (ratio > 0 && ratio < Threshold.SMALLEST_RATIO) {
            throw new IllegalArgumentException(
                    "the smallest sampling ratio above 0 is 2^-56 (1.4E-17), but it is " + ratio);
        }
        return ratio == 0 ? alwaysOff() : new ProbabilitySampler(ratio);
    }

    /** As {@link #rateLimited(double, int)} with one second's traces, and at least one, as the burst. */
    public static Sampler rateLimited(double tracesPerSecond) {
        requireRate(tracesPerSecond);
        return rateLimited(tracesPerSecond, (int) Math.ceil(tracesPerSecond));
    }

    /**
     * Exports so many blocks per second in this process, and drops the rest; a token bucket. Put it into
     * {@link #parentBased}, so that it counts traces. The probability of its decisions is not known and not recorded.
     *
     * @param tracesPerSecond from 0.001 to 1,000,000
     * @param burst how many may pass at once after a quiet time, from 1 to 1,000,000
     * @throws IllegalArgumentException if a number is out of its range
     */
    public static Sampler rateLimited(double tracesPerSecond, int burst) {
        requireRate(tracesPerSecond);
        if (burst < 1 || burst > HIGHEST_RATE) {
            throw new IllegalArgumentException("the burst must be from 1 to 1000000 traces, but is " + burst);
        }
        return new RateLimitedSampler(tracesPerSecond, burst, System::nanoTime);
    }

    /** Different samplers by name, route or attribute: see {@link SamplingRules}. */
    public static SamplingRules rules() {
        return new SamplingRules();
    }

    /**
     * The sampler that a configuration names.
     *
     * <ul>
     *   <li>our own strategies: {@code always_on}, {@code always_off}, {@code probabilistic} (argument: the ratio, 1 if
     *       missing) and {@code rate_limited} (argument: traces per second, 100 if missing); the last two are
     *       parent-based;
     *   <li>those of {@code OTEL_TRACES_SAMPLER}: {@code always_on}, {@code always_off}, {@code traceidratio},
     *       {@code parentbased_always_on}, {@code parentbased_always_off} and {@code parentbased_traceidratio}, the
     *       ratio being {@code OTEL_TRACES_SAMPLER_ARG}, 1 if missing.
     * </ul>
     *
     * @param name case and surrounding blanks do not matter
     * @param argument ignored by samplers that take none; blank is the same as null
     * @throws IllegalArgumentException if the name is unknown or the argument unfit; the message says what is allowed
     */
    public static Sampler named(String name, @Nullable String argument) {
        return SamplerName.parse(name).sampler(argument);
    }

    private static void requireRate(double tracesPerSecond) {
        if (!(tracesPerSecond >= LOWEST_RATE && tracesPerSecond <= HIGHEST_RATE)) {
            throw new IllegalArgumentException("the traces per second must be a number from 0.001 to 1000000, but are "
                    + tracesPerSecond + " (to export nothing, use always_off)");
        }
    }
}
