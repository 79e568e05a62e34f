package io.dharma.tracing.pipeline;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A pipeline's accounts at one moment.
 *
 * <p>They balance at every moment, for each sink: {@code offered} plus what that sink inherited is the sum of what was
 * dropped before the sinks, what is queued before them, and what that sink delivered, dropped, has queued and has left
 * to the journal.
 *
 * @param signal what flows here: {@code spans}, {@code logs}
 * @param offered records that {@link Pipeline#offer} was called with
 * @param dropped records that no sink got, by reason; reasons that never occurred are absent
 * @param queuedRecords records that were not yet handed to the sinks
 * @param queuedBytes what they hold of the intake's share of memory
 * @param workerFaults how often one of the pipeline's threads caught what nobody expected, and went on
 * @param stageFailures how many records each stage failed with, by its name; stages that never failed are absent
 * @param sinks one entry for each sink, in the order they were given
 */
public record PipelineStats(
        String signal,
        long offered,
        Map<DropReason, Long> dropped,
        long queuedRecords,
        long queuedBytes,
        long workerFaults,
        Map<String, Long> stageFailures,
        List<SinkStats> sinks) {

    public PipelineStats {
        dropped = Map.copyOf(dropped);
        stageFailures = Map.copyOf(stageFailures);
        sinks = List.copyOf(sinks);
    }

    /** What one of the sinks did not get, by reason: what it dropped itself, and what was dropped before all of them. */
    public Map<DropReason, Long> droppedFor(SinkStats sink) {
        Map<DropReason, Long> all = new EnumMap<>(DropReason.class);
        dropped.forEach((reason, count) -> all.merge(reason, count, Long::sum));
        sink.dropped().forEach((reason, count) -> all.merge(reason, count, Long::sum));
        return all;
    }

    /** All drops before the sinks together. */
    public long droppedTotal() {
        return dropped.values().stream().mapToLong(Long::longValue).sum();
    }
}
