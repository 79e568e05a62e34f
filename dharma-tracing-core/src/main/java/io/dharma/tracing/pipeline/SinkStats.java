package io.dharma.tracing.pipeline;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one sink has done so far; all numbers count records, since the pipeline was built.
 *
 * @param name the sink's name
 * @param state how it is doing
 * @param delivered records that the receiver has
 * @param dropped records that this sink did not get, by reason; reasons that never occurred are absent
 * @param queuedRecords records that wait for this sink or are under way to it
 * @param spooledRecords records that wait for this sink in the journal, and nowhere else; once the pipeline is closed,
 *     all that the next process will find there
 * @param inherited records of earlier processes that were read from the journal; they count as delivered or dropped
 *     without having been offered
 * @param queuedBytes what they hold of the sink's share of memory
 * @param inFlight deliveries, not records, that were started and not yet answered
 * @param failedDeliveries deliveries, not records, that failed, hung or were rejected
 * @param lastError what went wrong last, one line; null if nothing did
 * @param lastErrorAt when that was
 */
public record SinkStats(
        String name,
        SinkState state,
        long delivered,
        Map<DropReason, Long> dropped,
        long queuedRecords,
        long spooledRecords,
        long inherited,
        long queuedBytes,
        int inFlight,
        long failedDeliveries,
        @Nullable String lastError,
        @Nullable Instant lastErrorAt) {

    public SinkStats {
        dropped = Map.copyOf(dropped);
    }

    /** All drops together. */
    public long droppedTotal() {
        return dropped.values().stream().mapToLong(Long::longValue).sum();
    }
}
