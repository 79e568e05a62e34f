package io.dharma.tracing.trace;

import io.opentelemetry.sdk.common.Clock;

/**
 * Turns {@code nanoTime} into nanoseconds since the epoch with one clock read instead of two.
 *
 * <p>Wall clock and monotonic clock are read together once a second; in between, a timestamp is the monotonic clock
 * plus the difference found then. A step of the wall clock is therefore seen within a second, and never inside one
 * trace: a trace keeps the difference that it started with, so its spans cannot be reordered by a correction.
 */
final class EpochAnchor {

    private static final long RESYNC_NANOS = 1_000_000_000L;

    private final Clock clock;
    private volatile Reading reading;

    EpochAnchor(Clock clock) {
        this.clock = clock;
        this.reading = Reading.of(clock);
    }

    /** Nanoseconds to add to the {@code nanoTime} just read to get time since the epoch. */
    long offsetAt(long nanoTime) {
        Reading latest = reading;
        if (nanoTime - latest.nanoTime < RESYNC_NANOS) {
            return latest.offset;
        }
        // Several threads may resync at once; each result is as good as the other.
        Reading fresh = Reading.of(clock);
        reading = fresh;
        return fresh.offset;
    }

    private record Reading(long nanoTime, long offset) {
        static Reading of(Clock clock) {
            long nanoTime = clock.nanoTime();
            return new Reading(nanoTime, clock.now() - nanoTime);
        }
    }
}
