package io.dharma.tracing.errors;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where what kind of throwable was captured: as much as can be known of an error without calling a method of the
 * throwable.
 *
 * @param type the class of the throwable, by name, so that its loader is not kept
 * @param operation the traced block; null outside of one
 * @param logger who logged it; null if nobody did
 */
record CaptureSite(
        String type, @Nullable String operation, @Nullable String logger) {

    /** By hand: what the JDK makes for records keeps the class loader from being collected on 17 (JDK-8078641). */
    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof CaptureSite other
                && Objects.equals(type, other.type)
                && Objects.equals(operation, other.operation)
                && Objects.equals(logger, other.logger);
    }

    @Override
    public int hashCode() {
        return Objects.hash(type, operation, logger);
    }
}
