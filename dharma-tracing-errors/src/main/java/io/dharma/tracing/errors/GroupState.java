package io.dharma.tracing.errors;

/** Where an {@link ErrorGroup} stands. */
public enum GroupState {
    /** First seen a short while ago, and nobody has looked at it yet. */
    NEW,
    /** Known, and it goes on. */
    ONGOING,
    /** Known, and it happens far more often than it used to. */
    ESCALATING,
    /** Somebody said that it is over, or it has not been seen for long. */
    RESOLVED,
    /** It was over, and came back. */
    REGRESSED
}
