package io.dharma.tracing;

import io.dharma.tracing.correlation.ChainStats;
import io.dharma.tracing.errors.ErrorStats;
import io.dharma.tracing.propagation.CorrelationCounts;
import io.dharma.tracing.redaction.RedactionCounts;
import io.dharma.tracing.spool.SpoolStats;
import io.dharma.tracing.store.StoreStats;
import io.dharma.tracing.trace.BlockCounts;
import io.dharma.tracing.trace.Contained;
import io.dharma.tracing.trace.KeptCounts;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How everything is doing, at one moment.
 *
 * @param version of this library
 * @param exporters one for each way out of the process
 * @param blocks how many blocks there were, and how many were not used as they should be
 * @param foldedBlocks how many blocks were measured under the operation {@code __other__}, because there were too many
 *     names of blocks, or one was too long
 * @param kept what became of traces that the sampler had dropped
 * @param correlation what became of correlation ids that came in, and whether they went on
 * @param chains what this process keeps of requests, to be read back by their correlation ids; null if nothing is
 * @param errors what became of failures; null if they are not caught
 * @param forgottenSpans how many spans in memory had to make room for newer ones
 * @param store the traces that are kept in the process, and on disk; null if none are
 * @param spool what is written down until it is delivered; null if nothing is
 * @param redaction what was taken out of spans, log records, metrics and baggage, or would have been
 * @param stageFailures how many spans each stage failed with, hooks and redaction, by its name; and how many metrics
 *     readers of the application did not get, because they could not be redacted ({@code metric-redaction})
 * @param contained what was thrown at the library or in it, and kept from the application
 * @param sampling who decides at this moment which traces are exported
 * @param findings what a person should know, the worst first
 */
public record Health(
        String version,
        List<ExporterHealth> exporters,
        BlockCounts blocks,
        long foldedBlocks,
        KeptCounts kept,
        CorrelationCounts correlation,
        @Nullable ChainStats chains,
        @Nullable ErrorStats errors,
        long forgottenSpans,
        @Nullable StoreStats store,
        @Nullable SpoolStats spool,
        RedactionCounts redaction,
        Map<String, Long> stageFailures,
        Contained contained,
        String sampling,
        List<Finding> findings) {

    public Health {
        exporters = List.copyOf(exporters);
        stageFailures = Map.copyOf(stageFailures);
        findings = List.copyOf(findings);
    }

    /** Whether there is a finding of this id. */
    public boolean has(String findingId) {
        return findings.stream().anyMatch(finding -> finding.id().equals(findingId));
    }

    /** All of it on a few lines, for a bug report; holds no secret. */
    public String report() {
        StringBuilder report = new StringBuilder("Dharma Tracing ")
                .append(version)
                .append(" on Java ")
                .append(Runtime.version())
                .append('\n');
        report.append("Exporters\n");
        exporters.forEach(exporter -> report.append("  ").append(exporter).append('\n'));
        report.append("Blocks\n  started ")
                .append(blocks.started())
                .append(", ended ")
                .append(blocks.ended())
                .append(", closed again ")
                .append(blocks.closedAgain())
                .append(", closed elsewhere ")
                .append(blocks.closedElsewhere())
                .append(", closed out of order ")
                .append(blocks.closedOutOfOrder())
                .append(", left open ")
                .append(blocks.leftOpen())
                .append(", folded in metrics ")
                .append(foldedBlocks)
                .append('\n');
        report.append("Sampling\n  ")
                .append(sampling)
                .append("; kept for an error ")
                .append(kept.keptForError());
        report.append(", kept for slowness ")
                .append(kept.keptForSlowness())
                .append(", evicted ")
                .append(kept.evictedSpans())
                .append(" spans, undecided ")
                .append(kept.heldBytes())
                .append(" bytes, undecided at the end ")
                .append(kept.undecidedSpans())
                .append(" spans; forgotten in memory ")
                .append(forgottenSpans)
                .append(" spans\n");
        report.append("Correlation\n  accepted ")
                .append(correlation.accepted())
                .append(", created ")
                .append(correlation.created())
                .append(", replaced ")
                .append(correlation.replaced())
                .append(", refused ")
                .append(correlation.refused())
                .append(", withheld ")
                .append(correlation.withheld())
                .append(", unwritten ")
                .append(correlation.unwritten())
                .append('\n');
        if (chains != null) {
            report.append("Chains\n  ")
                    .append(chains.chains())
                    .append(" chains, ")
                    .append(chains.bytes())
                    .append(" bytes in memory, forgotten ")
                    .append(chains.forgottenHops())
                    .append(" hops\n");
        }
        if (errors != null) {
            report.append("Errors\n  captured ")
                    .append(errors.captured())
                    .append(", repeated ")
                    .append(errors.repeated())
                    .append(", counted only ")
                    .append(errors.counted())
                    .append(", uncountable ")
                    .append(errors.uncountable())
                    .append(", ")
                    .append(errors.groups())
                    .append(" groups\n");
        }
        if (store != null) {
            report.append("Store\n  ")
                    .append(store.traces())
                    .append(" traces, ")
                    .append(store.spans())
                    .append(" spans, pinned ")
                    .append(store.pinned())
                    .append(" traces, ")
                    .append(store.heldBytes())
                    .append(" bytes in memory, ")
                    .append(store.diskBytes())
                    .append(" on disk (")
                    .append(store.disk())
                    .append(store.diskError() == null ? "" : ", " + store.diskError())
                    .append("), damaged ")
                    .append(store.damagedBlocks())
                    .append('\n');
        }
        if (spool != null) {
            report.append("Spool\n  ")
                    .append(spool.directory())
                    .append(": ")
                    .append(spool.state())
                    .append(spool.reason() == null ? "" : " (" + spool.reason() + ")")
                    .append(", ")
                    .append(spool.bytes())
                    .append(" bytes, written ")
                    .append(spool.written())
                    .append(", not written ")
                    .append(spool.notWritten())
                    .append(", lost ")
                    .append(spool.lost())
                    .append(", taken over ")
                    .append(spool.adopted())
                    .append(", damaged ")
                    .append(spool.corrupt())
                    .append('\n');
        }
        report.append("Redaction\n  taken out ").append(shown(redaction.redacted()));
        report.append(redaction.dryRun().isEmpty() ? "" : ", in a dry run left in " + shown(redaction.dryRun()));
        report.append(stageFailures.isEmpty() ? "" : "; stages failed " + shown(stageFailures))
                .append('\n');
        report.append("Contained\n  from callbacks ")
                .append(contained.callbacks())
                .append(", from the MDC ")
                .append(contained.mdc())
                .append(", from context listeners ")
                .append(contained.listeners())
                .append(", in workers ")
                .append(contained.workers())
                .append('\n');
        report.append(findings.isEmpty() ? "No findings\n" : "Findings\n");
        findings.forEach(finding -> report.append("  ").append(finding).append('\n'));
        return report.toString();
    }

    private static String shown(Map<String, Long> counts) {
        return counts.isEmpty() ? "nothing" : new TreeMap<>(counts).toString();
    }

    /** The same as {@link #report()}. */
    @Override
    public String toString() {
        return report();
    }
}
