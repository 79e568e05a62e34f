package io.dharma.tracing.correlation;

/** How much of a {@link CriticalPath} is known. */
public enum Certainty {
    /**
     * It is known of each hop on it that what called it was held up by it: it is {@link Hop#nested}, the server side of
     * its parent's call, or named by a {@link WaitEdge}.
     */
    EXACT,
    /** Somewhere it is a guess: from times alone, from clocks that were corrected, or since hops are missing. */
    INFERRED
}
