package io.dharma.tracing.pipeline;

/** Which records go first, and which are still taken when little room is left. */
public enum Priority {

    /** What a person will look for: a failure, a trace that was kept for being slow. */
    HIGH,

    /** Everything else. */
    NORMAL
}
