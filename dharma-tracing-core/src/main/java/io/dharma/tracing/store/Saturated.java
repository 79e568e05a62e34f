package io.dharma.tracing.store;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** Times in nanoseconds that end at the largest number instead of overflowing. */
final class Saturated {

    private Saturated() {}

    static long nanos(Duration duration) {
        try {
            return duration.toNanos();
        } catch (ArithmeticException tooLong) {
            return duration.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    /** Since the epoch. */
    static long nanos(Instant instant) {
        try {
            return Math.addExact(TimeUnit.SECONDS.toNanos(instant.getEpochSecond()), instant.getNano());
        } catch (ArithmeticException tooLate) {
            return Long.MAX_VALUE;
        }
    }

    /** From one time to a later one; nothing if it is earlier. */
    static long between(long startNanos, long endNanos) {
        if (endNanos <= startNanos) {
            return 0;
        }
        long nanos = endNanos - startNanos;
        return nanos < 0 ? Long.MAX_VALUE : nanos;
    }
}
