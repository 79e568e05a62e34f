package io.dharma.tracing.pipeline;

/** Why a record did not arrive. */
public enum DropReason {

    /** No room was left, in the pipeline's intake or in the queue of one sink. */
    QUEUE_FULL,

    /** Turning the record into what is delivered failed. */
    CONVERT_FAILED,

    /** A step that must not be left out failed with it: redaction, for instance. */
    STAGE_FAILED,

    /** Turned into nothing on purpose. Counted like the others, but it is no loss. */
    FILTERED,

    /** The receiver will not have it, alone or in a smaller batch. */
    REJECTED,

    /**
     * Was left to the journal, and is not there any more: no room on the disk, too old, or damaged. When the pipeline
     * closes, also what the disk would not take in the end.
     */
    JOURNAL_LOST,

    /** Offered after the pipeline was closed. */
    CLOSED,

    /**
     * Still waiting, or under way without an answer, when the time to close was over; of metrics, which do not wait, an
     * export that failed.
     */
    UNDELIVERED;

    boolean isLoss() {
        return this != FILTERED;
    }
}
