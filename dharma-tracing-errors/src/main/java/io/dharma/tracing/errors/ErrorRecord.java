package io.dharma.tracing.errors;

/**
 * What an {@link ErrorTracker} delivers to where errors are kept. Immutable; any thread.
 *
 * <p>All of it may be delivered more than once, and a place that keeps it has to keep it once: what has the same
 * {@link #id()} is the same.
 */
public sealed interface ErrorRecord permits ErrorEvent, ErrorCount, GroupChange {

    /**
     * What it is kept under; the same whenever it is delivered again. No other event or count has it; changes of a group
     * have the group's, as they take each other's place.
     */
    String id();

    /** The group that it is of: the group of a {@link io.dharma.tracing.errors.fingerprint.Fingerprint}. */
    String group();
}
