package io.dharma.tracing.internal.segment;

import java.nio.file.Path;

/**
 * A file of a log, as it was at some moment.
 *
 * @param file where it is
 * @param instance what its records are checked by
 * @param firstSequence its first record's number
 * @param endSequence the number after its last record's; what is damaged counts as if it were there
 * @param bytes how long it is
 * @param createdAt nanoseconds from the log's beginning to that of this segment; see {@link SegmentLog#ageNanos}
 */
public record Segment(Path file, long instance, long firstSequence, long endSequence, long bytes, long createdAt) {

    Segment grownTo(long end, long size) {
        return new Segment(file, instance, firstSequence, end, size, createdAt);
    }

    /** How many records it holds, if none is damaged. */
    public long records() {
        return endSequence - firstSequence;
    }
}
