package io.dharma.tracing.errors;

import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which groups are wanted: all conditions together. Immutable; any thread.
 *
 * @param ids only these; empty for any
 * @param family only those of this family; null for any
 * @param service only those of this service; null for any
 * @param states only those in one of these states; empty for any
 * @param from only those that happened at this time or later
 * @param to only those that happened before this time
 * @param limit how many at most, between 1 and 10,000
 */
public record GroupQuery(
        Set<String> ids,
        @Nullable String family,
        @Nullable String service,
        Set<GroupState> states,
        Instant from,
        Instant to,
        int limit) {

    /** How many are listed unless {@link #limit(int)} says otherwise. */
    public static final int DEFAULT_LIMIT = 100;

    static final int MAX_LIMIT = 10_000;

    /** @throws IllegalArgumentException if the limit is out of its bounds */
    public GroupQuery {
        ids = Set.copyOf(ids);
        states = Set.copyOf(states);
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(to, "to");
        requireLimit(limit);
    }

    static void requireLimit(int limit) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("limit must be between 1 and " + MAX_LIMIT + ", but is " + limit);
        }
    }

    /** All that are kept. */
    public static GroupQuery all() {
        return new GroupQuery(Set.of(), null, null, Set.of(), Instant.EPOCH, Instant.MAX, DEFAULT_LIMIT);
    }

    /** Only these. */
    public GroupQuery ids(String... groups) {
        return new GroupQuery(Set.of(groups), family, service, states, from, to, limit);
    }

    /** Only those of this family. */
    public GroupQuery family(String name) {
        return new GroupQuery(ids, Objects.requireNonNull(name, "name"), service, states, from, to, limit);
    }

    /** Only those of this service. */
    public GroupQuery service(String name) {
        return new GroupQuery(ids, family, Objects.requireNonNull(name, "name"), states, from, to, limit);
    }

    /** Only those in one of these states. */
    public GroupQuery in(GroupState... wanted) {
        return new GroupQuery(ids, family, service, Set.of(wanted), from, to, limit);
    }

    /** Only those that happened at {@code first} or later, and before {@code end}. */
    public GroupQuery between(Instant first, Instant end) {
        return new GroupQuery(ids, family, service, states, first, end, limit);
    }

    /**
     * How many at most; 100 by default.
     *
     * @throws IllegalArgumentException unless it is between 1 and 10,000
     */
    public GroupQuery limit(int groups) {
        return new GroupQuery(ids, family, service, states, from, to, groups);
    }
}
