package io.dharma.tracing.correlation;

import io.dharma.tracing.spi.RecentlyUsed;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of chains that are under way: how many hops this process recorded of each within a minute, so that a
 * correlation which never ends does not grow without bound wherever it is kept; and whose it is, since a request often
 * learns that only after it began. What entered the service, what failed and all else is counted each for itself, so that
 * none takes another's room. Any thread.
 */
final class ChainMemory {

    /** As many as may well be under way at once; who is forgotten begins anew. */
    private static final int REMEMBERED_CHAINS = 2_000;

    private static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);

    private static final int ENTRY = 0;
    private static final int FAILED = 1;
    private static final int ORDINARY = 2;

    private static final class Recent {
        private final int[] counts = new int[ORDINARY + 1];
        private long since;
        private @Nullable String userKey;
    }

    private final int hopsPerMinute;
    private final LongSupplier nanoTime;
    private final Map<String, Recent> chains = new RecentlyUsed<>(REMEMBERED_CHAINS);

    ChainMemory(int hopsPerMinute, LongSupplier nanoTime) {
        this.hopsPerMinute = hopsPerMinute;
        this.nanoTime = nanoTime;
    }

    /** Whether one more hop of a chain may be recorded; if so, it is counted. */
    synchronized boolean take(String correlationId, boolean entry, boolean failed) {
        Recent chain = chain(correlationId);
        int kind = entry ? ENTRY : failed ? FAILED : ORDINARY;
        if (chain.counts[kind] == hopsPerMinute) {
            return false;
        }
        chain.counts[kind]++;
        return true;
    }

    private Recent chain(String correlationId) {
        long now = nanoTime.getAsLong();
        Recent chain = chains.get(correlationId);
        if (chain == null || now - chain.since >= WINDOW_NANOS) {
            Recent before = chain;
            chain = new Recent();
            chain.since = now;
            chain.userKey = before == null ? null : before.userKey;
            chains.put(correlationId, chain);
        }
        return chain;
    }

    /** The user that a hop names, or else the one that an inner hop of the chain named, which ended before. */
    synchronized @Nullable String userOf(String correlationId, @Nullable String named) {
        Recent chain = chain(correlationId);
        if (named != null) {
            chain.userKey = named;
        }
        return chain.userKey;
    }
}
