package io.dharma.tracing.internal.trace;

import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Spans of one trace that are printed together.
 *
 * @param complete whether the span through which the trace entered this process is among them
 */
public record SpanTree(String traceId, boolean complete, List<SpanData> spans) {

    private static final Comparator<SpanData> BY_START = Comparator.comparingLong(SpanData::getStartEpochNanos);

    /** Whether the trace entered this process with this span. */
    public static boolean isLocalRoot(SpanData span) {
        return !span.getParentSpanContext().isValid()
                || span.getParentSpanContext().isRemote();
    }

    /** Those without a parent among the spans, by start. */
    public List<SpanData> roots() {
        Map<String, SpanData> byId = new HashMap<>();
        spans.forEach(span -> byId.put(span.getSpanId(), span));
        return spans.stream()
                .filter(span -> isLocalRoot(span) || !byId.containsKey(span.getParentSpanId()))
                .sorted(BY_START)
                .toList();
    }

    /** Who was called by whom, by start. */
    public Map<String, List<SpanData>> children() {
        Map<String, List<SpanData>> children = new HashMap<>();
        for (SpanData span : spans) {
            if (!isLocalRoot(span)) {
                children.computeIfAbsent(span.getParentSpanId(), id -> new ArrayList<>())
                        .add(span);
            }
        }
        children.values().forEach(siblings -> siblings.sort(BY_START));
        return children;
    }

    /** The root and all that descend from it, out of these. */
    public static SpanTree under(SpanData root, Collection<SpanData> candidates) {
        Map<String, List<SpanData>> children =
                new SpanTree(root.getTraceId(), true, List.copyOf(candidates)).children();
        List<SpanData> found = new ArrayList<>(List.of(root));
        for (int i = 0; i < found.size(); i++) {
            // Removed as they are found, so that spans that name each other as parents end the walk.
            List<SpanData> called = children.remove(found.get(i).getSpanId());
            if (called != null) {
                found.addAll(called);
            }
        }
        return new SpanTree(root.getTraceId(), true, found);
    }
}
