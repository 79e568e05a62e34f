package io.dharma.tracing.pipeline;

import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: anything from nothing to a ceiling that doubles with each failure ("full
 * jitter", after Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015), so that a thousand
 * instances that lost the same collector do not come back in the same instant.
 */
final class Backoff {

    private final long firstNanos;
    private final long mostNanos;
    private final RandomGenerator random;

    Backoff(long firstNanos, long mostNanos, RandomGenerator random) {
        this.firstNanos = firstNanos;
        this.mostNanos = mostNanos;
        this.random = random;
    }

    /** @param failures how often it has failed so far, at least 1 */
    long nanosAfter(int failures) {
        return random.nextLong(ceilingAfter(failures)) + 1;
    }

    private long ceilingAfter(int failures) {
        int doublings = Math.min(failures - 1, Long.numberOfLeadingZeros(firstNanos) - 1);
        return Math.min(mostNanos, firstNanos << doublings);
    }
}
