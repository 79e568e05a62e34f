package io.dharma.tracing.pipeline;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Records that travel together. The courier's own, under its lock. */
final class Batch<T> {

    private final long sequence;
    private final ArrayList<T> filled;
    private final List<T> records;
    private final @Nullable Receipts receipts;
    private long bytes;
    private int failures;
    private int loneFailures;
    private long arrivalsAtLastFailure = Long.MAX_VALUE;
    private long arrivalsAtFirstFailure;
    private long failuresAtFirstFailure;
    private long arrivalsAtRejection = Long.MAX_VALUE;
    private long dueAt;
    private boolean underWay;
    private boolean settled;

    /** Allocates all that it will need: filling it must not fail half-way, when records have already left the queue. */
    Batch(long sequence, int capacity, boolean journaled) {
        this(sequence, capacity, journaled ? new Receipts(capacity) : null);
    }

    private Batch(long sequence, int capacity, @Nullable Receipts receipts) {
        this.sequence = sequence;
        this.filled = new ArrayList<>(capacity);
        this.records = Collections.unmodifiableList(filled);
        this.receipts = receipts;
    }

    void add(T record, int size, Priority priority, long position) {
        filled.add(record);
        bytes += size;
        if (receipts != null) {
            receipts.add(priority, position);
        }
    }

    /** Both halves together are this batch again, byte for byte. */
    List<Batch<T>> halve(long now) {
        int middle = filled.size() / 2;
        Batch<T> left = part(0, middle);
        Batch<T> right = part(middle, filled.size());
        left.bytes = bytes / 2;
        right.bytes = bytes - left.bytes;
        left.dueAt = now;
        right.dueAt = now;
        return List.of(left, right);
    }

    private Batch<T> part(int from, int to) {
        Batch<T> part = new Batch<>(sequence, to - from, receipts == null ? null : receipts.range(from, to));
        part.filled.addAll(filled.subList(from, to));
        part.arrivalsAtRejection = arrivalsAtRejection;
        return part;
    }

    /** By what the records are acknowledged to the journal; null without one. */
    @Nullable
    Receipts receipts() {
        return receipts;
    }

    /** Batches are numbered as they are formed; halves keep the number. */
    long sequence() {
        return sequence;
    }

    /** Never changes once the batch was handed out. */
    List<T> records() {
        return records;
    }

    int size() {
        return filled.size();
    }

    long bytes() {
        return bytes;
    }

    boolean isUnderWay() {
        return underWay;
    }

    void leave() {
        underWay = true;
    }

    /** It did not arrive. Returns how often that has happened by now. */
    int comeBack() {
        underWay = false;
        failures++;
        return failures;
    }

    int failures() {
        return failures;
    }

    /**
     * Notes a failure for which the batch itself may be to blame.
     *
     * @param arrivals how many batches the receiver took so far
     * @param allFailures how many it did not take, this one included
     * @return how often this batch failed again although others had arrived in between
     */
    int failedAt(long arrivals, long allFailures) {
        if (arrivalsAtLastFailure == Long.MAX_VALUE) {
            arrivalsAtFirstFailure = arrivals;
            failuresAtFirstFailure = allFailures;
        }
        if (arrivals > arrivalsAtLastFailure) {
            loneFailures++;
        }
        arrivalsAtLastFailure = arrivals;
        return loneFailures;
    }

    /**
     * How likely it would be for this batch to fail that often by chance, as all that were sent since it first did.
     *
     * @return 1 if nothing else was sent, next to 0 if all else arrived
     */
    double coincidence(long arrivals, long allFailures) {
        double failed = allFailures - failuresAtFirstFailure;
        double sent = failed + arrivals - arrivalsAtFirstFailure;
        return sent == 0 ? 1 : Math.pow(failed / sent, loneFailures);
    }

    /**
     * Notes that the receiver will not have it.
     *
     * @param arrivals how many batches the receiver took so far
     * @return whether it would not have this batch, or the whole of which this is a part, before, and took another since
     */
    boolean rejectedAt(long arrivals) {
        boolean tookAnother = arrivals > arrivalsAtRejection;
        arrivalsAtRejection = arrivals;
        return tookAnother;
    }

    boolean wasRejected() {
        return arrivalsAtRejection != Long.MAX_VALUE;
    }

    void dueAt(long nanoTime) {
        dueAt = nanoTime;
    }

    long dueAt() {
        return dueAt;
    }

    boolean isSettled() {
        return settled;
    }

    void settle() {
        settled = true;
    }
}
