package io.dharma.tracing.store;

import io.dharma.tracing.internal.trace.SpanTree;
import io.dharma.tracing.sampling.KeepReason;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the index knows of some spans of one trace, or of all. Facts of parts add up to those of the whole, in whatever
 * order the parts come, but for which of two roots with the same start is the one.
 *
 * @param startNanos when the first began, since the epoch
 * @param endNanos when the last ended
 * @param rootStartNanos when the root began; {@link #NO_ROOT} if it has not come
 */
record TraceFacts(long startNanos, long endNanos, long rootStartNanos, int spans, int failed, TraceWords words) {

    static final long NO_ROOT = Long.MAX_VALUE;

    private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("service.name");

    /** Of at least one span. */
    static TraceFacts of(List<SpanData> spans) {
        long start = Long.MAX_VALUE;
        long end = Long.MIN_VALUE;
        int failed = 0;
        SpanData root = null;
        Set<String> names = new LinkedHashSet<>();
        Set<String> services = new LinkedHashSet<>();
        Set<String> kept = new LinkedHashSet<>();
        for (SpanData span : spans) {
            start = Math.min(start, span.getStartEpochNanos());
            end = Math.max(end, span.getEndEpochNanos());
            failed += span.getStatus().getStatusCode() == StatusCode.ERROR ? 1 : 0;
            if (SpanTree.isLocalRoot(span) && (root == null || span.getStartEpochNanos() < root.getStartEpochNanos())) {
                root = span;
            }
            names.add(span.getName());
            addIfKnown(services, serviceOf(span));
            addIfKnown(kept, span.getAttributes().get(KeepReason.ATTRIBUTE));
        }
        return new TraceFacts(
                start,
                end,
                root == null ? NO_ROOT : root.getStartEpochNanos(),
                spans.size(),
                failed,
                TraceWords.of(
                        root == null ? null : root.getName(),
                        root == null ? null : serviceOf(root),
                        new ArrayList<>(names),
                        new ArrayList<>(services),
                        new ArrayList<>(kept)));
    }

    private static void addIfKnown(Set<String> words, @Nullable String word) {
        if (word != null) {
            words.add(word);
        }
    }

    static @Nullable String serviceOf(SpanData span) {
        return span.getResource().getAttribute(SERVICE);
    }

    TraceFacts plus(TraceFacts other) {
        return new TraceFacts(
                Math.min(startNanos, other.startNanos),
                Math.max(endNanos, other.endNanos),
                Math.min(rootStartNanos, other.rootStartNanos),
                spans + other.spans,
                failed + other.failed,
                words.plus(other.words, other.rootStartNanos < rootStartNanos));
    }

    TraceFacts withWords(TraceWords other) {
        return new TraceFacts(startNanos, endNanos, rootStartNanos, spans, failed, other);
    }

    long durationNanos() {
        return Saturated.between(startNanos, endNanos);
    }
}
