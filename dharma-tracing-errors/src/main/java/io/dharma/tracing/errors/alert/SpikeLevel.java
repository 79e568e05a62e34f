package io.dharma.tracing.errors.alert;

/** How far a count is from what is usual; in ascending order. */
public enum SpikeLevel {
    /** Nothing that somebody has to know. */
    NONE,
    /** Somebody should look at it in working hours. */
    WARN,
    /** Somebody should be woken. */
    PAGE;

    boolean isAtLeast(SpikeLevel other) {
        return compareTo(other) >= 0;
    }
}
