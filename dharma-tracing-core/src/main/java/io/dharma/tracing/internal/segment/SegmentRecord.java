package io.dharma.tracing.internal.segment;

/**
 * One record as it was found, whole.
 *
 * @param type its owner's
 * @param flags its owner's; whether the payload is compressed, say
 * @param sequence its number in the log
 * @param offset where it begins in its file, for {@link SegmentReader#seek}; of no meaning if it was not in a file yet
 * @param payload the receiver's to keep
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares them, and copying is what this is made to avoid
public record SegmentRecord(int type, int flags, long sequence, long offset, byte[] payload) {}
