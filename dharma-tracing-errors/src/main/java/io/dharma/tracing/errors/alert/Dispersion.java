package io.dharma.tracing.errors.alert;

/**
 * How much more counts vary than those of independent events (Poisson's), by the method of moments: the variance less the
 * mean, by the mean's square, exponentially forgotten. 0 would be Poisson; with 1, twice the mean is nothing special.
 *
 * <p>The variance is taken from counts above the expected alone, which weigh double. A spike is above, too, so how far counts
 * fall below says nothing about it; and they do fall far below while an evening's level, which is still expected, wanes.
 *
 * <p>It begins with a usual value that weighs as much as half a day of counts. One for single steps and one for windows:
 * errors come in bursts, so five minutes together vary more than five minutes each on its own would.
 */
final class Dispersion {

    private static final double USUAL = 0.1;
    /** Below it everything is a spike for large means, since no service's load is known to a seventh. */
    private static final double LEAST = 0.02;

    private static final double MOST = 100;

    private double sum;
    private double weight;

    double value(SpikeSettings settings) {
        double usual = settings.dispersionPriorSteps();
        return Math.min(MOST, Math.max(LEAST, (sum + USUAL * usual) / (weight + usual)));
    }

    /** @param count not more than {@link #bounded} says */
    void learn(double count, double expected, SpikeSettings settings) {
        double above = Math.max(0, count - expected);
        double decay = settings.dispersionDecay();
        sum = sum * decay + (2 * above * above - expected) / (expected * expected);
        weight = weight * decay + 1;
    }

    /** The count, or what is {@value SpikeSettings#LEARNT_DEVIATIONS} standard deviations above the expected, if it is less. */
    double bounded(double count, double expected, SpikeSettings settings) {
        double variance = expected + value(settings) * expected * expected;
        return Math.min(count, expected + SpikeSettings.LEARNT_DEVIATIONS * Math.sqrt(variance));
    }
}
