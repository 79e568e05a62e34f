package io.dharma.tracing.trace;

import io.dharma.tracing.pipeline.PipelineStats;
import java.util.List;
import java.util.Map;

/**
 * What a tracer did since it was built, and how its sinks are: a consistent enough picture taken at one moment.
 *
 * @param blocks how many blocks there were, and how many were not used as they should be
 * @param kept what became of traces that the sampler had dropped
 * @param contained how often an object of the application threw at the library, which kept it to itself
 * @param spans the delivery of spans: state, delivered, dropped by reason and last error of each sink
 */
public record TracerHealth(BlockCounts blocks, KeptCounts kept, long contained, PipelineStats spans) {

    static final TracerHealth NONE = new TracerHealth(
            BlockCounts.NONE,
            KeptCounts.NONE,
            0,
            new PipelineStats(TracerParts.SIGNAL, 0, Map.of(), 0, 0, 0, Map.of(), List.of()));
}
