package io.dharma.tracing.errors;

import java.util.function.LongSupplier;

/**
 * How much time may be spent on looking at errors one by one: a fifth of one processor, and half a second at once. In a
 * storm the first ones are looked at, then as many, evenly spread, as that allows; the others are only counted.
 *
 * <p>A token bucket of nanoseconds. One thread at a time.
 */
final class ProcessingBudget {

    private static final int SHARE = 5;
    private static final long BURST_NANOS = 500_000_000;

    private final LongSupplier nanoTime;
    private long left = BURST_NANOS;
    private long filledAt;

    ProcessingBudget(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.filledAt = nanoTime.getAsLong();
    }

    boolean isLeft() {
        long now = nanoTime.getAsLong();
        long earned = Math.max(0, now - filledAt) / SHARE;
        // What is less than one share is earned by the next call.
        filledAt += earned * SHARE;
        left = Math.min(BURST_NANOS, left + earned);
        return left > 0;
    }

    /** Debt is bounded, so that one error that takes seconds does not blind us for minutes. */
    void spend(long nanos) {
        left = Math.max(-BURST_NANOS, left - nanos);
    }
}
