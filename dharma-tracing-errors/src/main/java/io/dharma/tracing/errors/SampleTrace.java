package io.dharma.tracing.errors;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request in which an error happened. Immutable; any thread.
 *
 * @param time when
 * @param traceId its trace; null outside of one
 * @param correlationId its correlation; null outside of one
 */
public record SampleTrace(
        Instant time, @Nullable String traceId, @Nullable String correlationId) {

    public SampleTrace {
        Objects.requireNonNull(time, "time");
    }
}
