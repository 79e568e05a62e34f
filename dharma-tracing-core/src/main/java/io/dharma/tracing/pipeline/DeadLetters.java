package io.dharma.tracing.pipeline;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The records that were rejected last, for somebody who wants to know what is wrong with them. Bounded by their bytes:
 * the oldest give way. All of them were counted as dropped when they came here. Any thread.
 */
final class DeadLetters<T> {

    private final long maxBytes;
    private final Deque<Kept<T>> kept = new ArrayDeque<>();
    private long bytes;

    DeadLetters(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** @param batchBytes what all of the batch's records hold together; each is taken for its share */
    synchronized void add(List<T> records, long batchBytes, String sink, String reason, Instant at) {
        long share = batchBytes / records.size();
        for (T record : records) {
            kept.addLast(new Kept<>(new DeadLetter<>(record, sink, reason, at), share));
            bytes += share;
        }
        while (bytes > maxBytes) {
            bytes -= kept.removeFirst().bytes();
        }
    }

    /** The oldest first. */
    synchronized List<DeadLetter<T>> list() {
        List<DeadLetter<T>> letters = new ArrayList<>(kept.size());
        kept.forEach(one -> letters.add(one.letter()));
        return letters;
    }

    private record Kept<T>(DeadLetter<T> letter, long bytes) {}
}
