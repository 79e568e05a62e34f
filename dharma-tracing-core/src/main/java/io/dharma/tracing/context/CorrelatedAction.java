package io.dharma.tracing.context;

/**
 * Code that runs under a correlation and returns nothing.
 *
 * @param <X> the checked exception it may throw; inferred as unchecked when there is none
 */
@FunctionalInterface
public interface CorrelatedAction<X extends Throwable> {

    /** Runs under the correlation. */
    void run() throws X;
}
