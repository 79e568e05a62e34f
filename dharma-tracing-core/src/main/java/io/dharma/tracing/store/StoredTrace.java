package io.dharma.tracing.store;

import io.dharma.tracing.internal.trace.SpanPrinter;
import io.dharma.tracing.internal.trace.SpanTree;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A trace with all its spans, as far as this process took part in it and as it was when it was asked for. Immutable. */
public final class StoredTrace {

    private static final Comparator<SpanData> BY_START = Comparator.comparingLong(SpanData::getStartEpochNanos);

    private final TraceSummary summary;
    private final SpanTree tree;

    /** @param spans at least one, each once */
    StoredTrace(TraceSummary summary, List<SpanData> spans) {
        this.summary = summary;
        boolean complete = spans.stream().anyMatch(SpanTree::isLocalRoot);
        this.tree = new SpanTree(
                summary.traceId(), complete, spans.stream().sorted(BY_START).toList());
    }

    /** 32 lower-case hexadecimal digits. */
    public String traceId() {
        return summary.traceId();
    }

    /** What a list shows of it. */
    public TraceSummary summary() {
        return summary;
    }

    /** All its spans, by start. */
    public List<SpanData> spans() {
        return tree.spans();
    }

    /** Whether the span through which it entered this process is among them. */
    public boolean isComplete() {
        return tree.complete();
    }

    /** The span through which the trace entered this process; the first, should it have entered several times. */
    public Optional<SpanData> root() {
        return spans().stream().filter(SpanTree::isLocalRoot).findFirst();
    }

    /** Where its tree begins: the root, and whatever has no parent among the spans. By start. */
    public List<SpanData> roots() {
        return tree.roots();
    }

    /** What each span called, by the caller's span id and by start. Spans that called nothing are absent. */
    public Map<String, List<SpanData>> children() {
        return tree.children();
    }

    /** The trace as a tree of lines, with times of this zone, as the console prints it. */
    public String toText(ZoneId zone) {
        StringBuilder text = new StringBuilder();
        new SpanPrinter(zone, false, true).tree(text, tree);
        return text.toString();
    }

    /** {@link #toText} in UTC. */
    @Override
    public String toString() {
        return toText(ZoneOffset.UTC);
    }
}
