package io.dharma.tracing.correlation;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;

/**
 * What a list shows of a chain: how it went in one service that it entered. Immutable.
 *
 * @param correlationId which chain
 * @param service which service
 * @param operation what was asked of it
 * @param start when the request entered it, by the service's clock
 * @param duration how long the service took
 * @param failed whether the service failed
 */
public record ChainSummary(
        String correlationId, String service, String operation, Instant start, Duration duration, boolean failed) {

    static final Comparator<ChainSummary> NEWEST_FIRST =
            Comparator.comparing(ChainSummary::start).reversed();

    /** Of two entries of one chain what a list shows: the one that began first, as failed if any failed. */
    public ChainSummary and(ChainSummary other) {
        ChainSummary first = other.start.isBefore(start) ? other : this;
        boolean anyFailed = failed || other.failed;
        return first.failed == anyFailed
                ? first
                : new ChainSummary(correlationId, first.service, first.operation, first.start, first.duration, true);
    }

    /** Of the hop with which a request entered a service. */
    static ChainSummary of(CorrelatedHop entry) {
        Hop hop = entry.hop();
        return new ChainSummary(
                entry.correlationId(),
                hop.service(),
                hop.operation(),
                Instant.ofEpochSecond(0, hop.startEpochNanos()),
                Duration.ofNanos(hop.durationNanos()),
                hop.outcome() == Outcome.ERROR);
    }
}
