package io.dharma.tracing.correlation;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A hop on its way into a {@link CorrelationStore}. Immutable.
 *
 * @param correlationId which chain it belongs to; follows the rules of
 *     {@link io.dharma.tracing.context.CorrelationRefusal}, so it is at most 128 characters of ASCII
 * @param userKey the pseudonym of the user that the request was for; null if that was not known when the hop began
 * @param entry whether with this hop the request entered its service, be it from another or by beginning there: what an
 *     index by service and time holds, once or a few times for each chain and service
 * @param hop what happened
 */
public record CorrelatedHop(String correlationId, @Nullable String userKey, boolean entry, Hop hop) {

    public CorrelatedHop {
        Objects.requireNonNull(correlationId, "correlationId");
        Objects.requireNonNull(hop, "hop");
    }
}
