package io.dharma.tracing.errors;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which events are wanted: all conditions together, the newest first. Immutable; any thread.
 *
 * @param group only those of this group; null for any
 * @param correlationId only those of this correlation; null for any
 * @param traceId only those of this trace; null for any
 * @param from only those that happened at this time or later
 * @param to only those that happened before this time
 * @param limit how many at most, between 1 and 10,000
 */
public record EventQuery(
        @Nullable String group,
        @Nullable String correlationId,
        @Nullable String traceId,
        Instant from,
        Instant to,
        int limit) {

    /** How many are listed unless {@link #limit(int)} says otherwise. */
    public static final int DEFAULT_LIMIT = 100;

    /** @throws IllegalArgumentException if the limit is out of its bounds */
    public EventQuery {
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(to, "to");
        GroupQuery.requireLimit(limit);
    }

    /** All that are kept. */
    public static EventQuery all() {
        return new EventQuery(null, null, null, Instant.EPOCH, Instant.MAX, DEFAULT_LIMIT);
    }

    /** Only those of this group. */
    public EventQuery group(String id) {
        return new EventQuery(Objects.requireNonNull(id, "id"), correlationId, traceId, from, to, limit);
    }

    /** Only those of this correlation. */
    public EventQuery correlation(String id) {
        return new EventQuery(group, Objects.requireNonNull(id, "id"), traceId, from, to, limit);
    }

    /** Only those of this trace. */
    public EventQuery trace(String id) {
        return new EventQuery(group, correlationId, Objects.requireNonNull(id, "id"), from, to, limit);
    }

    /** Only those that happened at {@code first} or later, and before {@code end}. */
    public EventQuery between(Instant first, Instant end) {
        return new EventQuery(group, correlationId, traceId, first, end, limit);
    }

    /**
     * How many at most; 100 by default.
     *
     * @throws IllegalArgumentException unless it is between 1 and 10,000
     */
    public EventQuery limit(int events) {
        return new EventQuery(group, correlationId, traceId, from, to, events);
    }

    /** Whether this is an event that is wanted. */
    public boolean matches(ErrorEvent event) {
        return (group == null || group.equals(event.group()))
                && (correlationId == null
                        || correlationId.equals(event.correlationId().orElse(null)))
                && (traceId == null || traceId.equals(event.traceId().orElse(null)))
                && !event.time().isBefore(from)
                && event.time().isBefore(to);
    }
}
