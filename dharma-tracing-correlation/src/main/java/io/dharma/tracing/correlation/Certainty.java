package io.dharma.tracing.correlation;

/** How much of a {@link CriticalPath} is known. */
public enum Certainty {
    /** All of it follows from the times, or from who is known to have waited for whom. */
    EXACT,
    /** Somewhere it is a guess: clocks were corrected, hops are missing, or several things went on at once. */
    INFERRED
}
