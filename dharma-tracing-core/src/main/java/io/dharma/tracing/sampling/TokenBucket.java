package io.dharma.tracing.sampling;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A token bucket in one number: the moment at which the bucket was empty. What it holds now is what has flowed in
 * since, at one token per interval and never more than its capacity; taking a token moves that moment one interval
 * on. A refusal writes nothing, so an overloaded bucket costs its callers one read each and no contention.
 *
 * <p>Any thread may call; nobody waits.
 */
final class TokenBucket {

    private final long nanosPerToken;
    private final long capacityNanos;
    private final LongSupplier nanoClock;
    private final AtomicLong emptyAt;

    /** Starts full. The clock may begin anywhere and overflow, like {@link System#nanoTime()}. */
    TokenBucket(double tokensPerSecond, int capacity, LongSupplier nanoClock) {
        this.nanosPerToken = Math.max(1, Math.round(1e9 / tokensPerSecond));
        this.capacityNanos = nanosPerToken * capacity;
        this.nanoClock = nanoClock;
        this.emptyAt = new AtomicLong(nanoClock.getAsLong() - capacityNanos);
    }

    boolean tryTake() {
        long now = nanoClock.getAsLong();
        while (true) {
            long seen = emptyAt.get();
            long flowedIn = Math.min(now - seen, capacityNanos);
            if (flowedIn < nanosPerToken) {
                return false;
            }
            if (emptyAt.compareAndSet(seen, now - flowedIn + nanosPerToken)) {
                return true;
            }
        }
    }
}
