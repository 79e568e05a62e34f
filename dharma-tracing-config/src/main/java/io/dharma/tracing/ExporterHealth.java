package io.dharma.tracing;

import io.dharma.tracing.pipeline.DropReason;
import io.dharma.tracing.pipeline.PipelineStats;
import io.dharma.tracing.pipeline.SinkState;
import io.dharma.tracing.pipeline.SinkStats;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How one way out of the process is doing; numbers are since the start.
 *
 * @param signal {@code spans}, {@code logs}, {@code metrics} or {@code hops}
 * @param name {@code otlp}, {@code zipkin}, {@code console}, {@code memory}, {@code redis}, or the name of a sink of the application
 * @param target where it sends to, without credentials; null if that is nowhere outside
 * @param state how it is doing
 * @param sent records that the receiver has; for metrics, exports that were taken whole
 * @param dropped records that it did not get, by reason; reasons that never occurred are absent; for metrics, exports:
 *     those that were refused in part or whole, and with delta temporality also those that failed
 * @param queued records that wait in memory
 * @param spooled records that wait on disk; those of earlier processes are counted once they were read
 * @param inherited records of earlier processes that were read from disk, and are among those sent, dropped or queued
 * @param lastError what went wrong last, one line; null if nothing did
 * @param lastErrorAt when that was
 */
public record ExporterHealth(
        String signal,
        String name,
        @Nullable String target,
        SinkState state,
        long sent,
        Map<DropReason, Long> dropped,
        long queued,
        long spooled,
        long inherited,
        @Nullable String lastError,
        @Nullable Instant lastErrorAt) {

    public ExporterHealth {
        dropped = Map.copyOf(dropped);
    }

    /** What waits before the sinks is missing at each of them. */
    static List<ExporterHealth> of(PipelineStats pipeline, Map<String, String> targets) {
        List<ExporterHealth> exporters = new ArrayList<>();
        for (SinkStats sink : pipeline.sinks()) {
            exporters.add(new ExporterHealth(
                    pipeline.signal(),
                    sink.name(),
                    targets.get(sink.name()),
                    sink.state(),
                    sink.delivered(),
                    pipeline.droppedFor(sink),
                    pipeline.queuedRecords() + sink.queuedRecords(),
                    sink.spooledRecords(),
                    sink.inherited(),
                    sink.lastError(),
                    sink.lastErrorAt()));
        }
        return exporters;
    }

    /** In one line. */
    @Override
    public String toString() {
        return signal + " -> " + name + (target == null ? "" : " " + target) + ": " + state + ", sent " + sent
                + ", dropped " + (dropped.isEmpty() ? "0" : new TreeMap<>(dropped)) + ", queued " + queued
                + (spooled == 0 ? "" : ", on disk " + spooled)
                + (inherited == 0 ? "" : ", of earlier processes " + inherited)
                + (lastError == null ? "" : ", last error at " + lastErrorAt + ": " + lastError);
    }
}
