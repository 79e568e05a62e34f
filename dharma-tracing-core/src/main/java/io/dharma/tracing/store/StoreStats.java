package io.dharma.tracing.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link TraceStore} keeps, and what it did not. Immutable.
 *
 * @param traces that can be found
 * @param spans of these traces
 * @param heldSpans of these spans, those in memory
 * @param heldBytes what these take of the heap, estimated
 * @param pinned traces that are exempt from making room
 * @param evictedTraces that made room for newer ones, since the start
 * @param evictedSpans of these traces
 * @param droppedSpans that were not kept because their trace alone was too large, or they had no valid trace id
 * @param index what the index takes of the heap, in bytes, estimated
 * @param disk whether traces are kept on disk
 * @param diskBytes what lies on disk
 * @param damagedBlocks that were on disk and could not be read
 * @param diskError why the disk is not used although that was asked for; null while all is well
 * @param diskErrorSince since when
 */
public record StoreStats(
        long traces,
        long spans,
        long heldSpans,
        long heldBytes,
        int pinned,
        long evictedTraces,
        long evictedSpans,
        long droppedSpans,
        long index,
        Disk disk,
        long diskBytes,
        long damagedBlocks,
        @Nullable String diskError,
        @Nullable Instant diskErrorSince) {

    /** How a store does with its directory. */
    public enum Disk {
        /** None was asked for. */
        NONE,
        /** What earlier processes left is being read; what arrives waits in memory. */
        OPENING,
        /** Traces are written as they arrive. */
        WRITING,
        /** It cannot be used for now, and traces are kept in memory only. Tried again every 30 s. */
        MEMORY_ONLY
    }
}
