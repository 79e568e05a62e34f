package io.dharma.tracing.history;

/**
 * What lies on disk as one piece.
 *
 * @param kind whose it is
 * @param number its own; higher than that of every block that was written before
 * @param head what an index has to know of it
 * @param body the rest; empty where only the head was asked for
 * @param bytes what it takes of the disk
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares them, and copying is what this is made to avoid
public record HistoryBlock(int kind, long number, byte[] head, byte[] body, int bytes) {}
