package io.dharma.tracing.propagation;

import io.dharma.tracing.context.CorrelationRefusal;
import io.dharma.tracing.context.CorrelationSource;
import java.util.Map;

/**
 * What became of correlation ids at the borders of the process since the start.
 *
 * @param accepted ids that callers sent and that were taken, by where they were found; sources without any are absent
 * @param refused values that callers sent and that were not taken, by reason; reasons without any are absent. A request may
 *     bring several
 * @param created requests that brought no id and were given one
 * @param replaced requests that brought an id which was refused, whatever they were given in its place
 * @param withheld outgoing requests that were not told the id, for their host is not among the allowed or not known
 * @param unwritten headers that could not be written, for the request or response object threw
 */
public record CorrelationCounts(
        Map<CorrelationSource, Long> accepted,
        Map<CorrelationRefusal, Long> refused,
        long created,
        long replaced,
        long withheld,
        long unwritten) {

    /** Where there is no correlation. */
    public static final CorrelationCounts NONE = new CorrelationCounts(Map.of(), Map.of(), 0, 0, 0, 0);

    public CorrelationCounts {
        accepted = Map.copyOf(accepted);
        refused = Map.copyOf(refused);
    }
}
