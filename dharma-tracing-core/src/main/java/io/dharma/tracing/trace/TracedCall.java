package io.dharma.tracing.trace;

import org.jspecify.annotations.Nullable;

/**
 * Code that is traced and returns something.
 *
 * @param <T> what it returns
 * @param <X> the checked exception it may throw; inferred as unchecked when there is none
 */
@FunctionalInterface
public interface TracedCall<T extends @Nullable Object, X extends Throwable> {

    /**
     * Runs inside the block.
     *
     * @param block the block that was started for this call, and is ended after it
     */
    T call(TracedBlock block) throws X;
}
