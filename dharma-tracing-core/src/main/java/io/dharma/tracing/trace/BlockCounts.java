package io.dharma.tracing.trace;

/**
 * How many blocks there were, and how many were not used as they should be. All counts are since the tracer was built.
 *
 * @param started blocks started
 * @param ended blocks closed at least once
 * @param closedAgain calls of {@code close()} on a block that was closed already
 * @param closedElsewhere blocks closed by a thread other than the one they were current on
 * @param closedOutOfOrder blocks closed after a block that was started before them on the same thread
 * @param leftOpen blocks still open although the block around them was closed: most likely they never will be closed
 */
public record BlockCounts(
        long started, long ended, long closedAgain, long closedElsewhere, long closedOutOfOrder, long leftOpen) {

    static final BlockCounts NONE = new BlockCounts(0, 0, 0, 0, 0, 0);

    /** Blocks that are open at this moment. */
    public long open() {
        return Math.max(0, started - ended);
    }
}
