package io.dharma.tracing.correlation;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which chains are wanted: all conditions together, the newest first. Immutable.
 *
 * @param service only those that entered this service; null for any
 * @param userKey only those of this user; null for any
 * @param from only those that entered the service at this time or later
 * @param to only those that entered the service before this time
 * @param failed only those that failed in the service
 * @param limit how many at most, between 1 and 10,000
 */
public record ChainQuery(
        @Nullable String service, @Nullable String userKey, Instant from, Instant to, boolean failed, int limit) {

    /** How many are listed unless {@link #limit(int)} says otherwise. */
    public static final int DEFAULT_LIMIT = 100;

    private static final int MAX_LIMIT = 10_000;

    /** @throws IllegalArgumentException if the limit is out of its bounds */
    public ChainQuery {
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(to, "to");
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("limit must be between 1 and " + MAX_LIMIT + ", but is " + limit);
        }
    }

    /** All that are kept. */
    public static ChainQuery all() {
        return new ChainQuery(null, null, Instant.EPOCH, Instant.MAX, false, DEFAULT_LIMIT);
    }

    /** Only those that entered this service. */
    public ChainQuery service(String name) {
        return new ChainQuery(Objects.requireNonNull(name, "name"), userKey, from, to, failed, limit);
    }

    /** Only those of this user, by the pseudonym that {@link io.dharma.tracing.context.CorrelationContext#userKey} has. */
    public ChainQuery userKey(String key) {
        return new ChainQuery(service, Objects.requireNonNull(key, "key"), from, to, failed, limit);
    }

    /** Only those that entered the service at {@code first} or later, and before {@code end}. */
    public ChainQuery between(Instant first, Instant end) {
        return new ChainQuery(service, userKey, first, end, failed, limit);
    }

    /** Only those that failed in the service. */
    public ChainQuery failedOnly() {
        return new ChainQuery(service, userKey, from, to, true, limit);
    }

    /**
     * How many at most; 100 by default.
     *
     * @throws IllegalArgumentException unless it is between 1 and 10,000
     */
    public ChainQuery limit(int chains) {
        return new ChainQuery(service, userKey, from, to, failed, chains);
    }

    /** Whether this is a chain, as it went in one service, that is wanted; the user is not looked at. */
    public boolean matches(ChainSummary chain) {
        return (service == null || service.equals(chain.service()))
                && !chain.start().isBefore(from)
                && chain.start().isBefore(to)
                && (!failed || chain.failed());
    }
}
