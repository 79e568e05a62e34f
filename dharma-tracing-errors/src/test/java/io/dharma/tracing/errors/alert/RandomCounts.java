package io.dharma.tracing.errors.alert;

import java.util.Random;

/** Counts by Poisson's distribution, or by the negative binomial. Its text has the seed. */
final class RandomCounts {

    private static final String SEED = "spikes.seed";

    private final long seed = Long.getLong(SEED, System.nanoTime());
    private final Random random = new Random(seed);
    private final double dispersion;

    /** @param dispersion 0 for Poisson */
    RandomCounts(double dispersion) {
        this.dispersion = dispersion;
    }

    long next(double mean) {
        return poisson(dispersion == 0 ? mean : gamma(1 / dispersion) * mean * dispersion);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    private long poisson(double mean) {
        if (mean > 500) {
            return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.nextGaussian()));
        }
        long count = 0;
        for (double time = exponential(); time < mean; time += exponential()) {
            count++;
        }
        return count;
    }

    private double exponential() {
        return -Math.log(1 - random.nextDouble());
    }

    /** Marsaglia and Tsang 2000, "A simple method for generating gamma variables". */
    private double gamma(double shape) {
        if (shape < 1) {
            return gamma(shape + 1) * Math.pow(random.nextDouble(), 1 / shape);
        }
        double d = shape - 1 / 3.0;
        while (true) {
            double normal = random.nextGaussian();
            double v = Math.pow(1 + normal / Math.sqrt(9 * d), 3);
            if (v > 0 && Math.log(1 - random.nextDouble()) < normal * normal / 2 + d * (1 - v + Math.log(v))) {
                return d * v;
            }
        }
    }

    @Override
    public String toString() {
        return "-D" + SEED + "=" + seed;
    }
}
