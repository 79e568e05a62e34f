package io.dharma.tracing.store;

import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What came of one trace in one batch. Immutable. */
record TracePart(TraceKey key, List<SpanData> spans, TraceFacts facts) {

    /** By trace; the one whose last span came last is last. Spans without a valid trace id are left out. */
    static List<TracePart> of(List<SpanData> batch) {
        Map<TraceKey, List<SpanData>> byTrace = new LinkedHashMap<>(16, 0.75f, true);
        TraceKey key = null;
        String text = "";
        for (SpanData span : batch) {
            String traceId = span.getTraceId();
            if (!text.equals(traceId)) {
                key = TraceKey.parse(traceId);
                text = traceId;
            }
            if (key != null) {
                byTrace.computeIfAbsent(key, any -> new ArrayList<>()).add(span);
            }
        }
        List<TracePart> parts = new ArrayList<>(byTrace.size());
        byTrace.forEach((trace, spans) -> parts.add(new TracePart(trace, spans, TraceFacts.of(spans))));
        return parts;
    }
}
