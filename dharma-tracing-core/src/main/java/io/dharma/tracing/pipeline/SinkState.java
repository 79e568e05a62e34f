package io.dharma.tracing.pipeline;

/** How a sink is doing. */
public enum SinkState {

    /** The last deliveries arrived, or nothing was delivered yet. */
    HEALTHY,

    /** Deliveries fail or hang. One batch at a time is tried until one arrives; the rest waits. */
    DEGRADED,

    /**
     * The receiver refused us, for wrong credentials or configuration, or rejects all that it is sent. Tried again every
     * five minutes; what waits is kept.
     */
    PAUSED,

    /** Closed for good. */
    CLOSED
}
