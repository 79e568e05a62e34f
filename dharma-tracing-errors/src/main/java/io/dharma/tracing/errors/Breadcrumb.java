package io.dharma.tracing.errors;

import java.time.Instant;
import java.util.Objects;

/**
 * Something that happened before an error, and may explain it. Immutable; any thread.
 *
 * @param time when
 * @param category what kind of thing, in a word: {@code http}, {@code sql}, {@code ui}
 * @param message what happened
 */
public record Breadcrumb(Instant time, String category, String message) {

    public Breadcrumb {
        Objects.requireNonNull(time, "time");
        Objects.requireNonNull(category, "category");
        Objects.requireNonNull(message, "message");
    }
}
