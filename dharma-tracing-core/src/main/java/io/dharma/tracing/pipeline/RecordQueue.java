package io.dharma.tracing.pipeline;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Records that wait, bounded by their bytes: two {@link Ring}s, one for each {@link Priority}, over one budget.
 *
 * <p>Ordinary records may fill three quarters of the budget; the rest is kept for those of high priority, which also
 * leave first. When there is no room the newest is turned away: that costs its producer one addition, while throwing
 * out an older one would mean taking from a ring that belongs to the consumer, and the older one is as likely to
 * tell how the trouble began.
 *
 * <p>Any number of producers, one consumer at a time. A record's bytes stay reserved after {@link #poll()} until
 * {@link #release}: it still lives while it is under way.
 *
 * @param <T> what waits
 */
final class RecordQueue<T> {

    /** Slots are laid out for records of this size; smaller ones are bounded by the slots instead of the bytes. */
    private static final int BYTES_PER_SLOT = 512;

    private static final int MIN_SLOTS = 64;
    private static final int MAX_SLOTS = 1 << 17;

    private final Ring<T> high;
    private final Ring<T> ordinary;
    private final AtomicLong bytes = new AtomicLong();
    private final long maxBytes;
    private final long ordinaryMaxBytes;
    private Ring<T> polled;

    RecordQueue(long maxBytes) {
        this(maxBytes, (int) Math.max(MIN_SLOTS, Math.min(MAX_SLOTS, maxBytes / BYTES_PER_SLOT)));
    }

    RecordQueue(long maxBytes, int slots) {
        this.maxBytes = maxBytes;
        this.ordinaryMaxBytes = maxBytes - maxBytes / 4;
        // Failures carry stack traces: they are larger, so fewer fit the same budget.
        this.high = new Ring<>(slots / 2);
        this.ordinary = new Ring<>(slots);
        this.polled = high;
    }

    /** Any thread; never waits. */
    Ring.Outcome offer(T record, int size, Priority priority) {
        return offer(record, size, priority, Journal.NOT_WRITTEN);
    }

    /** As {@link #offer(Object, int, Priority)}, for a record that is in the journal. */
    Ring.Outcome offer(T record, int size, Priority priority, long position) {
        boolean first = priority == Priority.HIGH;
        if (bytes.getAndAdd(size) + size > (first ? maxBytes : ordinaryMaxBytes)) {
            // What is over the limit for a moment was never stored; at worst it turns a neighbour away.
            bytes.getAndAdd(-size);
            return isClosed() ? Ring.Outcome.CLOSED : Ring.Outcome.FULL;
        }
        Ring.Outcome outcome = Ring.Outcome.FULL;
        try {
            outcome = (first ? high : ordinary).offer(record, size, position);
        } finally {
            // Also when the caller's stack overflowed in there.
            if (outcome != Ring.Outcome.ACCEPTED) {
                bytes.getAndAdd(-size);
            }
        }
        return outcome;
    }

    /** Consumer only: the next record, those of high priority first; null when none is there. */
    @Nullable
    T poll() {
        Ring<T> from = high;
        T record = high.poll();
        if (record == null) {
            from = ordinary;
            record = ordinary.poll();
        }
        if (polled != from) {
            // Seldom, for producers read what lies beside it; see Padding.
            polled = from;
        }
        return record;
    }

    /** Consumer only: the size of what {@link #poll()} returned last. */
    int polledSize() {
        return polled.polledSize();
    }

    /** Consumer only: where in the journal what {@link #poll()} returned last is. */
    long polledPosition() {
        return polled.polledTag();
    }

    /** Consumer only: the priority of what {@link #poll()} returned last. */
    Priority polledPriority() {
        return polled == high ? Priority.HIGH : Priority.NORMAL;
    }

    /** Consumer only: the slots of all that was polled are free again. */
    void giveBack() {
        high.giveBack();
        ordinary.giveBack();
    }

    /** Any thread: so many bytes of what was polled are gone. */
    void release(long released) {
        bytes.getAndAdd(-released);
    }

    /** Any thread: is it time to wake a consumer that wanted to sleep a little longer? */
    boolean isHalfFull() {
        return bytes.get() >= maxBytes / 2 || ordinary.isHalfFull() || high.isHalfFull();
    }

    /** Any thread: whether a record of this size fits when nothing else is there. */
    boolean canHold(int size, Priority priority) {
        return size <= (priority == Priority.HIGH ? maxBytes : ordinaryMaxBytes);
    }

    /** Any thread: is there so much room that reading from the journal is worth the while? */
    boolean hasRoomToRefill() {
        return bytes.get() < ordinaryMaxBytes - maxBytes / 8;
    }

    /** What is reserved, polled records included. */
    long bytes() {
        return bytes.get();
    }

    /** Consumer only: how many records wait. */
    long waiting() {
        return accepted() - high.taken() - ordinary.taken();
    }

    /** Any thread: how many records were ever accepted. */
    long accepted() {
        return high.claimed() + ordinary.claimed();
    }

    /** Any thread: how far producers have come. */
    Position claimed() {
        return new Position(high.claimed(), ordinary.claimed());
    }

    /** Consumer only: was everything before the position polled? */
    boolean passed(Position position) {
        return high.taken() >= position.high() && ordinary.taken() >= position.ordinary();
    }

    /** Any thread: nothing is accepted after this. */
    void close() {
        high.close();
        ordinary.close();
    }

    private boolean isClosed() {
        return ordinary.isClosed();
    }

    /** A place in both rings. */
    record Position(long high, long ordinary) {}
}
