package io.dharma.tracing.context;

import org.jspecify.annotations.Nullable;

/**
 * Code that runs under a correlation and returns something.
 *
 * @param <T> what it returns
 * @param <X> the checked exception it may throw; inferred as unchecked when there is none
 */
@FunctionalInterface
public interface CorrelatedCall<T extends @Nullable Object, X extends Throwable> {

    /** Runs under the correlation. */
    T call() throws X;
}
