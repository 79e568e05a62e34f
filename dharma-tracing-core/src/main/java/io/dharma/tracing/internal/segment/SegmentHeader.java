package io.dharma.tracing.internal.segment;

/**
 * How a segment begins.
 *
 * @param version of the format
 * @param instance a random number of whoever wrote it; part of every record's checksum
 * @param firstSequence what the first record is numbered with
 * @param createdAt nanoseconds from the log's beginning to that of this segment, by a clock that nobody sets
 */
public record SegmentHeader(int version, long instance, long firstSequence, long createdAt) {}
