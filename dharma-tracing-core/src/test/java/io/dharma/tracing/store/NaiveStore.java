package io.dharma.tracing.store;

import io.dharma.tracing.internal.trace.SpanSize;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a store should do, as lists that are searched from end to end. */
final class NaiveStore {

    private final int maxSpans;
    private final long maxBytes;
    private final int maxPinned;

    /** By when they were heard of. */
    private final Map<String, Trace> traces = new LinkedHashMap<>();

    private long clock;
    private long heard;
    long evicted;
    long dropped;

    NaiveStore(int maxSpans, long maxBytes, int maxPinned) {
        this.maxSpans = maxSpans;
        this.maxBytes = maxBytes;
        this.maxPinned = maxPinned;
    }

    static final class Trace {

        final String id;
        final List<SpanData> spans = new ArrayList<>();
        long heard;
        long grown;
        boolean pinned;

        Trace(String id) {
            this.id = id;
        }

        long bytes() {
            return spans.stream().mapToLong(SpanSize::of).sum();
        }

        boolean any(Predicate<SpanData> condition) {
            return spans.stream().anyMatch(condition);
        }

        boolean failed() {
            return any(span -> span.getStatus().getStatusCode() == StatusCode.ERROR);
        }

        long start() {
            return spans.stream().mapToLong(SpanData::getStartEpochNanos).min().orElseThrow();
        }

        long duration() {
            return spans.stream().mapToLong(SpanData::getEndEpochNanos).max().orElseThrow() - start();
        }
    }

    void deliver(List<SpanData> batch) {
        Set<String> byLastSpan = new LinkedHashSet<>();
        for (SpanData span : batch) {
            byLastSpan.remove(span.getTraceId());
            byLastSpan.add(span.getTraceId());
        }
        for (String id : byLastSpan) {
            add(id, batch.stream().filter(span -> span.getTraceId().equals(id)).toList());
        }
        makeRoom();
    }

    private void add(String id, List<SpanData> spans) {
        Trace trace = traces.get(id);
        if (trace == null) {
            trace = new Trace(id);
            trace.heard = heard++;
            traces.put(id, trace);
        } else if (trace.pinned && !pinnedFit(spans)) {
            dropped += spans.size();
            return;
        }
        trace.spans.addAll(spans);
        trace.grown = clock++;
    }

    private boolean pinnedFit(List<SpanData> more) {
        List<SpanData> all = new ArrayList<>(more);
        traces.values().stream().filter(trace -> trace.pinned).forEach(trace -> all.addAll(trace.spans));
        return all.size() <= maxSpans / 4
                && all.stream().mapToLong(SpanSize::of).sum() <= maxBytes / 4;
    }

    private int spanCount() {
        return traces.values().stream().mapToInt(trace -> trace.spans.size()).sum();
    }

    private long bytes() {
        return traces.values().stream().mapToLong(Trace::bytes).sum();
    }

    private void makeRoom() {
        while (spanCount() > maxSpans || bytes() > maxBytes) {
            List<Trace> evictable = traces.values().stream()
                    .filter(trace -> !trace.pinned)
                    .sorted((one, other) -> Long.compare(one.grown, other.grown))
                    .toList();
            Trace oldest = evictable.get(0);
            if (evictable.size() > 1) {
                traces.remove(oldest.id);
                evicted++;
            } else {
                oldest.spans.remove(oldest.spans.size() - 1);
                dropped++;
                if (oldest.spans.isEmpty()) {
                    traces.remove(oldest.id);
                }
            }
        }
    }

    boolean pin(String id) {
        Trace trace = traces.get(id);
        if (trace == null) {
            return false;
        }
        if (!trace.pinned) {
            long pinned = traces.values().stream().filter(other -> other.pinned).count();
            if (pinned >= maxPinned || !pinnedFit(trace.spans)) {
                return false;
            }
            trace.pinned = true;
        }
        return true;
    }

    boolean unpin(String id) {
        Trace trace = traces.get(id);
        if (trace == null || !trace.pinned) {
            return false;
        }
        trace.pinned = false;
        return true;
    }

    @Nullable
    Trace find(String id) {
        return traces.get(id);
    }

    /** The newest first. */
    List<Trace> all() {
        List<Trace> all = new ArrayList<>(traces.values());
        all.sort((one, other) -> Long.compare(one.heard, other.heard));
        Collections.reverse(all);
        return all;
    }
}
