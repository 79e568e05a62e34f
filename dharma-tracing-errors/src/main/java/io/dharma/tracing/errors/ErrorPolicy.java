package io.dharma.tracing.errors;

import java.time.Duration;
import java.util.Objects;

/**
 * How much is kept, and how long. Immutable; any thread.
 *
 * @param eventsPerMinute how many events of one group are kept of each minute; all others are counted only. Default 60
 * @param resolveAfter after how long without an occurrence a group is over. Default 14 days
 */
public record ErrorPolicy(int eventsPerMinute, Duration resolveAfter) {

    /** The defaults. */
    public static final ErrorPolicy DEFAULT = new ErrorPolicy(60, Duration.ofDays(14));

    /** @throws IllegalArgumentException if no event is to be kept, or a group would be over at once */
    public ErrorPolicy {
        Objects.requireNonNull(resolveAfter, "resolveAfter");
        if (eventsPerMinute < 1) {
            throw new IllegalArgumentException("eventsPerMinute must be at least 1, but is " + eventsPerMinute);
        }
        if (resolveAfter.compareTo(Duration.ofMinutes(1)) < 0) {
            throw new IllegalArgumentException("resolveAfter must be at least a minute, but is " + resolveAfter);
        }
    }
}
