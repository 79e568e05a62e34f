package io.dharma.tracing.errors;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is counted: errors for which all conditions hold. Immutable; any thread.
 *
 * @param group of this group; null for any
 * @param service of this service; null for any
 * @param operation in this traced block; null for any
 * @param from from this time on, down to the minute
 * @param to before this time, up to the minute
 */
public record RateQuery(
        @Nullable String group,
        @Nullable String service,
        @Nullable String operation,
        Instant from,
        Instant to) {

    public RateQuery {
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(to, "to");
    }

    /** All errors from {@code first} on and before {@code end}. */
    public static RateQuery between(Instant first, Instant end) {
        return new RateQuery(null, null, null, first, end);
    }

    /** Those of this group. */
    public RateQuery group(String id) {
        return new RateQuery(Objects.requireNonNull(id, "id"), service, operation, from, to);
    }

    /** Those of this service. */
    public RateQuery service(String name) {
        return new RateQuery(group, Objects.requireNonNull(name, "name"), operation, from, to);
    }

    /** Those in this traced block. */
    public RateQuery operation(String name) {
        return new RateQuery(group, service, Objects.requireNonNull(name, "name"), from, to);
    }
}
