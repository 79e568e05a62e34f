package io.dharma.tracing.store;

import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.Arrays;
import java.util.List;

/**
 * The spans of one trace that are in memory, in the order in which they came.
 *
 * <p>Immutable to whoever reads it, though a longer one shares its array: what is written there lies behind the end of
 * every shorter one. Only the newest may therefore be added to, by one thread at a time.
 */
final class HeldSpans {

    static final HeldSpans NONE = new HeldSpans(new Held[0], 0, 0, 0);

    private final Held[] spans;
    private final int count;
    private final long bytes;
    private final int written;

    private HeldSpans(Held[] spans, int count, long bytes, int written) {
        this.spans = spans;
        this.count = count;
        this.bytes = bytes;
        this.written = written;
    }

    /**
     * One span.
     *
     * @param number orders all spans by when they came
     * @param bytes what it takes of the heap
     */
    record Held(SpanData span, long number, long bytes) {}

    boolean isEmpty() {
        return count == 0;
    }

    int count() {
        return count;
    }

    long bytes() {
        return bytes;
    }

    /** How many are in no block on disk: the newest. */
    int unwritten() {
        return count - written;
    }

    List<Held> all() {
        return Arrays.asList(spans).subList(0, count);
    }

    List<SpanData> spans() {
        return all().stream().map(Held::span).toList();
    }

    List<SpanData> unwrittenSpans() {
        return all().subList(written, count).stream().map(Held::span).toList();
    }

    HeldSpans plus(Held held) {
        Held[] room = count < spans.length ? spans : Arrays.copyOf(spans, Math.max(1, count + (count >> 1) + 1));
        room[count] = held;
        return new HeldSpans(room, count + 1, bytes + held.bytes(), written);
    }

    /** The oldest of those that were in memory only are on disk now. */
    HeldSpans written(int more) {
        return new HeldSpans(spans, count, bytes, Math.min(count, written + more));
    }

    /** The oldest of them, as many as fit; in an array of its own, because others still read those that are cut off. */
    HeldSpans cutTo(int maxSpans, long maxBytes) {
        int kept = 0;
        long keptBytes = 0;
        while (kept < Math.min(count, maxSpans) && keptBytes + spans[kept].bytes() <= maxBytes) {
            keptBytes += spans[kept].bytes();
            kept++;
        }
        return kept == 0 ? NONE : new HeldSpans(Arrays.copyOf(spans, kept), kept, keptBytes, Math.min(written, kept));
    }
}
