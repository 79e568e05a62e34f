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

    /** By hand: what JDK 17 makes for a record keeps the record's class loader (JDK-8078641). */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SampleTrace that
                && time.equals(that.time)
                && Objects.equals(traceId, that.traceId)
                && Objects.equals(correlationId, that.correlationId);
    }

    @Override
    public int hashCode() {
        return Objects.hash(time, traceId, correlationId);
    }
}
