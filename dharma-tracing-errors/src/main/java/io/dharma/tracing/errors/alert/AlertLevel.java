package io.dharma.tracing.errors.alert;

/** How urgent an {@link Alert} is; in ascending order. */
public enum AlertLevel {
    /** Somebody should look at it in working hours. */
    WARN,
    /** Somebody should be woken. */
    PAGE;

    static AlertLevel of(SpikeLevel reached) {
        return reached == SpikeLevel.PAGE ? PAGE : WARN;
    }
}
