package io.dharma.tracing.testsupport.faults;

import java.util.Map;

/**
 * What a sink says of itself once all is quiet; all but the last two count records.
 *
 * @param delivered that the receiver has
 * @param spooled that are kept for later, in memory or on disk
 * @param dropped that the receiver will not get, by reason
 * @param failedDeliveries deliveries that failed or were given up, each of which may have arrived all the same
 * @param batchSize how many records a delivery has at most
 */
public record Account(long delivered, long spooled, Map<String, Long> dropped, long failedDeliveries, int batchSize) {

    public Account {
        dropped = Map.copyOf(dropped);
    }

    long droppedTotal() {
        return dropped.values().stream().mapToLong(Long::longValue).sum();
    }

    /** How many records may have arrived without the sink's knowing. */
    long unacknowledged() {
        return Math.multiplyExact(failedDeliveries, batchSize);
    }
}
