package io.dharma.tracing.export;

import io.dharma.tracing.internal.trace.SpanSize;
import io.dharma.tracing.internal.trace.SpanTree;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** Spans that wait for the rest of their trace: not for ever, and not without bound. For one thread at a time. */
final class PendingTraces {

    /** By estimate. */
    private static final long MAX_BYTES = 1 << 20;

    private final int maxSpans;
    private final long waitNanos;
    private final LongSupplier nanoClock;
    private final Map<String, Waiting> byTrace = new LinkedHashMap<>();
    private int spans;
    private long bytes;

    PendingTraces(int maxSpans, Duration wait, LongSupplier nanoClock) {
        this.maxSpans = maxSpans;
        this.waitNanos = wait.toNanos();
        this.nanoClock = nanoClock;
    }

    /** Takes these in, and gives back the trees that are ready or had to make room. */
    List<SpanTree> add(List<SpanData> batch) {
        List<SpanData> roots = new ArrayList<>();
        for (SpanData span : batch) {
            Waiting waiting = byTrace.computeIfAbsent(span.getTraceId(), id -> new Waiting(nanoClock.getAsLong()));
            SpanData before = waiting.byId.put(span.getSpanId(), span);
            came(span);
            if (before != null) {
                went(List.of(before));
            }
            if (SpanTree.isLocalRoot(span)) {
                roots.add(span);
            }
        }
        List<SpanTree> ready = new ArrayList<>();
        roots.forEach(root -> ready.add(take(root)));
        ready.addAll(makeRoom());
        ready.addAll(removeOld());
        return ready;
    }

    /** Those that have waited long enough. */
    List<SpanTree> removeOld() {
        long now = nanoClock.getAsLong();
        List<SpanTree> old = new ArrayList<>();
        Iterator<Map.Entry<String, Waiting>> oldestFirst = byTrace.entrySet().iterator();
        while (oldestFirst.hasNext()) {
            Map.Entry<String, Waiting> trace = oldestFirst.next();
            if (now - trace.getValue().since < waitNanos) {
                break;
            }
            oldestFirst.remove();
            old.add(incomplete(trace));
        }
        return old;
    }

    /** How long until the oldest has waited long enough; to be asked only if there is any. */
    Duration untilOld() {
        long since = byTrace.values().iterator().next().since;
        return Duration.ofNanos(Math.max(0, since + waitNanos - nanoClock.getAsLong()));
    }

    private void came(SpanData span) {
        spans++;
        bytes += SpanSize.of(span);
    }

    private void went(List<SpanData> gone) {
        spans -= gone.size();
        gone.forEach(span -> bytes -= SpanSize.of(span));
    }

    List<SpanTree> removeAll() {
        List<SpanTree> all = byTrace.entrySet().stream().map(this::incomplete).toList();
        byTrace.clear();
        return all;
    }

    boolean isEmpty() {
        return byTrace.isEmpty();
    }

    private List<SpanTree> makeRoom() {
        List<SpanTree> oldest = new ArrayList<>();
        Iterator<Map.Entry<String, Waiting>> oldestFirst = byTrace.entrySet().iterator();
        while ((spans > maxSpans || bytes > MAX_BYTES) && oldestFirst.hasNext()) {
            Map.Entry<String, Waiting> trace = oldestFirst.next();
            oldestFirst.remove();
            oldest.add(incomplete(trace));
        }
        return oldest;
    }

    private SpanTree take(SpanData root) {
        Waiting waiting = byTrace.get(root.getTraceId());
        if (waiting == null) {
            return new SpanTree(root.getTraceId(), true, List.of(root));
        }
        SpanTree tree = SpanTree.under(root, waiting.byId.values());
        tree.spans().forEach(span -> waiting.byId.remove(span.getSpanId()));
        went(tree.spans());
        if (waiting.byId.isEmpty()) {
            byTrace.remove(root.getTraceId());
        }
        return tree;
    }

    private SpanTree incomplete(Map.Entry<String, Waiting> trace) {
        List<SpanData> waited = List.copyOf(trace.getValue().byId.values());
        went(waited);
        return new SpanTree(trace.getKey(), false, waited);
    }

    /** Spans of one trace, and since when the first of them waits. */
    private static final class Waiting {

        private final long since;
        private final Map<String, SpanData> byId = new LinkedHashMap<>();

        Waiting(long since) {
            this.since = since;
        }
    }
}
