package io.dharma.tracing.trace;

import io.dharma.tracing.pipeline.PipelineStats;
import io.dharma.tracing.propagation.CorrelationCounts;
import java.util.List;
import java.util.Map;

/**
 * What a tracer did since it was built, and how its sinks are: a consistent enough picture taken at one moment.
 *
 * @param blocks how many blocks there were, and how many were not used as they should be
 * @param foldedBlocks how many blocks were measured under the operation {@code __other__}, because there were too many
 *     names of blocks, or one was too long
 * @param kept what became of traces that the sampler had dropped
 * @param correlation what became of correlation ids that came in, and whether they went on
 * @param contained what was thrown at the library or in it, and kept from the application
 * @param spans the delivery of spans: state, delivered, dropped by reason and last error of each sink
 */
public record TracerHealth(
        BlockCounts blocks,
        long foldedBlocks,
        KeptCounts kept,
        CorrelationCounts correlation,
        Contained contained,
        PipelineStats spans) {

    static final TracerHealth NONE = new TracerHealth(
            BlockCounts.NONE,
            0,
            KeptCounts.NONE,
            CorrelationCounts.NONE,
            Contained.NONE,
            new PipelineStats(TracerParts.SIGNAL, 0, Map.of(), 0, 0, 0, Map.of(), List.of()));
}
