package io.dharma.tracing.correlation.redis;

import io.dharma.tracing.spi.RecentlyUsed;
import io.opentelemetry.sdk.common.Clock;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How many different names this process may write: 2,000 at first, more than services have, and ten more each minute. Each
 * is a key that lives for weeks, and code that puts an order's number into the name of an operation would write one for
 * every order. One thread at a time.
 */
final class NameBudget {

    static final int AT_FIRST = 2_000;

    /** Left for two weeks, what one process writes at this rate is 200,000 names in some 40 MB. */
    static final long NANOS_PER_NAME = TimeUnit.SECONDS.toNanos(6);

    /** So that none counts twice. */
    private static final int MAX_REMEMBERED = 2 * AT_FIRST;

    private final Map<Long, Boolean> counted = new RecentlyUsed<>(MAX_REMEMBERED);
    private final Clock clock;
    private long left = AT_FIRST;
    private long filledUntil;

    NameBudget(Clock clock) {
        this.clock = clock;
        this.filledUntil = clock.nanoTime();
    }

    /** Whether this name may be written: it could be before, or there is one left. */
    boolean includes(long name) {
        if (counted.get(name) != null) {
            return true;
        }
        fill();
        if (left == 0) {
            return false;
        }
        left--;
        counted.put(name, true);
        return true;
    }

    private void fill() {
        long more = (clock.nanoTime() - filledUntil) / NANOS_PER_NAME;
        left = Math.min(AT_FIRST, left + more);
        filledUntil += more * NANOS_PER_NAME;
    }
}
