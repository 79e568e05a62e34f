package io.dharma.tracing.correlation.redis;

import io.dharma.tracing.spi.RecentlyUsed;
import io.opentelemetry.sdk.common.Clock;
import java.time.Duration;
import java.util.Map;

/**
 * What need not be written again yet, since it was only a while ago, and on a connection that still stands: on a new one
 * may be a server that has nothing. Holds a few thousand and forgets those that were used least recently. Any thread.
 */
final class RecentlyWritten {

    private static final int MAX = 4_096;

    private final long lastsNanos;
    private final Clock clock;

    // Guarded by this.
    private final Map<Object, Long> writtenAt = new RecentlyUsed<>(MAX);

    private int epoch;

    RecentlyWritten(Duration lasts, Clock clock) {
        this.lastsNanos = lasts.toNanos();
        this.clock = clock;
    }

    /** @param now the number of the connections that it would be written on */
    synchronized boolean contains(Object what, int now) {
        if (now != epoch) {
            writtenAt.clear();
            epoch = now;
        }
        Long at = writtenAt.get(what);
        return at != null && clock.nanoTime() - at < lastsNanos;
    }

    /** @param then the number of the connections that it was written on */
    synchronized void add(Object what, int then) {
        if (then == epoch) {
            writtenAt.put(what, clock.nanoTime());
        }
    }
}
