package io.dharma.tracing.spool;

/** How a {@link Spool} is doing. */
public enum SpoolState {

    /** Nobody has asked it for anything yet. */
    STARTING,

    /** Records are written to the disk. */
    WRITING,

    /** The disk does not take any; what does not fit into memory is dropped. It is tried again every 10 s. */
    MEMORY_ONLY,

    /** At its end. */
    CLOSED
}
