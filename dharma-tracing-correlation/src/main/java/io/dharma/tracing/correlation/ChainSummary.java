package io.dharma.tracing.correlation;

import java.time.Duration;
import java.time.Instant;

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
