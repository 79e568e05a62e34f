package io.dharma.tracing.trace;

/**
 * Code that is traced and returns nothing.
 *
 * @param <X> the checked exception it may throw; inferred as unchecked when there is none
 */
@FunctionalInterface
public interface TracedAction<X extends Throwable> {

    /**
     * Runs inside the block.
     *
     * @param block the block that was started for this action, and is ended after it
     */
    void run(TracedBlock block) throws X;
}
