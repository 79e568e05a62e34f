package io.dharma.tracing.export;

import io.dharma.tracing.internal.trace.SpanSize;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/**
 * Keeps the newest spans in memory: for tests, and for a look into a service that has no backend.
 *
 * <p>Bounded by number and by bytes, whichever is reached first; the oldest make room. What was kept stays readable
 * after closing. For any thread.
 */
public final class InMemorySpanSink implements Sink<SpanData> {

    private static final int DEFAULT_SPANS = 10_000;
    private static final long DEFAULT_BYTES = 8L * 1024 * 1024;

    private final int maxSpans;
    private final long maxBytes;
    private final Deque<Kept> kept = new ArrayDeque<>();
    private long bytes;
    private long forgotten;

    private InMemorySpanSink(int maxSpans, long maxBytes) {
        this.maxSpans = maxSpans;
        this.maxBytes = maxBytes;
    }

    /** Keeps 10,000 spans and 8 MiB at most. */
    public static InMemorySpanSink create() {
        return create(DEFAULT_SPANS, DEFAULT_BYTES);
    }

    /**
     * Keeps so much at most.
     *
     * @param maxBytes estimated; a span alone larger than this is not kept at all
     * @throws IllegalArgumentException unless both are positive
     */
    public static InMemorySpanSink create(int maxSpans, long maxBytes) {
        if (maxSpans <= 0 || maxBytes <= 0) {
            throw new IllegalArgumentException(
                    "The limits of " + maxSpans + " spans and " + maxBytes + " bytes must both be positive");
        }
        return new InMemorySpanSink(maxSpans, maxBytes);
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public synchronized CompletionStage<Delivery> deliver(List<SpanData> batch) {
        batch.forEach(this::keep);
        return CompletableFuture.completedFuture(Delivery.delivered());
    }

    @Override
    public boolean isNonBlocking() {
        return true;
    }

    private void keep(SpanData span) {
        Kept newest = new Kept(span, SpanSize.of(span));
        kept.addLast(newest);
        bytes += newest.size();
        while (kept.size() > maxSpans || bytes > maxBytes) {
            bytes -= kept.removeFirst().size();
            forgotten++;
        }
    }

    /** All that are kept, oldest first. */
    public List<SpanData> spans() {
        return matching(span -> true);
    }

    /** Those of one trace, oldest first. */
    public List<SpanData> spansOfTrace(String traceId) {
        return matching(span -> span.getTraceId().equals(traceId));
    }

    /** Those with exactly this name, oldest first. */
    public List<SpanData> spansNamed(String name) {
        return matching(span -> span.getName().equals(name));
    }

    /** How many had to make room for newer ones. */
    public synchronized long forgotten() {
        return forgotten;
    }

    /** Forgets all; the count of {@link #forgotten} is of those that had to make room, and stays. */
    public synchronized void clear() {
        kept.clear();
        bytes = 0;
    }

    private synchronized List<SpanData> matching(Predicate<SpanData> wanted) {
        return kept.stream().map(Kept::span).filter(wanted).toList();
    }

    private record Kept(SpanData span, long size) {}
}
