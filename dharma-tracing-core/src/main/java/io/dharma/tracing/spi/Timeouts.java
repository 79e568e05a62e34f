package io.dharma.tracing.spi;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Times that callers are willing to wait, made safe to calculate with. Any thread; never throws. */
public final class Timeouts {

    private static final Duration LONGEST = Duration.ofDays(365);

    private Timeouts() {}

    /**
     * The time in nanoseconds: none for null or a negative time, and at most a year, so that neither it nor its sum
     * with {@link System#nanoTime()} overflows.
     */
    public static long nanos(@Nullable Duration timeout) {
        if (timeout == null || timeout.isNegative()) {
            return 0;
        }
        return (timeout.compareTo(LONGEST) > 0 ? LONGEST : timeout).toNanos();
    }
}
