package io.dharma.tracing.pipeline;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue in an array for many producers and one consumer, without locks.
 *
 * <h2>How it works</h2>
 *
 * Positions count up for ever; position {@code p} lives in slot {@code p mod capacity}. A producer first
 * <em>claims</em> the next position by moving {@code tail} on with a compare-and-set, and then <em>publishes</em> its
 * record by writing it into the slot. The consumer takes records in the order of their positions, empties each slot,
 * and from time to time moves {@code head} on to say which positions it gave back. A producer may claim {@code p}
 * only while {@code p < head + capacity}, so the slot it writes to is one that the consumer has emptied.
 *
 * <p>The idea of a ring where a producer takes a ticket with one compare-and-set and each slot says by itself whether
 * it is filled is Dmitry Vyukov's bounded MPMC queue (1024cores.net). His slots carry a sequence number because there
 * several consumers must tell one round from the next. We have one consumer, and {@code head} already keeps producers
 * out of a slot until it is empty again, so null and not null say enough.
 *
 * <p>A claimed position that is not yet published stops the consumer, which comes back later: a producer that loses
 * the processor between its two steps delays those behind it, but never blocks another producer. One that fails
 * between them would stop the consumer for ever, so nothing there can fail: no allocation and <em>not one call</em>. A
 * call may overflow the stack, and an application that overflows its stack with blocks in it ends hundreds of them
 * at that very edge. That is why a slot is an object with a volatile field, whose write is a single bytecode, and not
 * an element of an {@code AtomicReferenceArray}, whose {@code set} is a call of several frames.
 *
 * <p><b>Growing.</b> A slot for every record that fits is megabytes and milliseconds that most services never need. So
 * slots are made some hundred at a time, by the producers that find the last of them taken, before they claim: each puts
 * in what is missing with a compare-and-set, so that none waits for another and a slot once there is never replaced.
 *
 * <p><b>Closing</b> sets the sign bit of {@code tail}. That is the very word claims are made on, so afterwards no
 * claim can succeed, and the number of claims is final: nothing can slip in uncounted behind a close.
 *
 * <h2>Why it is correct under the Java memory model</h2>
 *
 * <ul>
 *   <li>Size and tag are written plainly before the slot's volatile write and read after the slot's volatile read: the
 *       consumer sees those that belong to the record.
 *   <li>The consumer empties slots before its volatile write of {@code head}; a producer reads {@code head}, or a
 *       {@code limit} that another producer derived from it (volatile as well), before it claims. So the emptying
 *       happens before the slot's next filling, and a record is neither wiped nor seen twice.
 *   <li>New slots are put into the array before the volatile write of {@code made}; a producer reads {@code made}, or a
 *       {@code limit} derived from it, before it claims. The consumer reads it before it looks at a slot that it has not
 *       seen yet.
 *   <li>{@code limit} may be overwritten with an older value. An old limit is merely too low, as {@code head} and
 *       {@code made} only grow: the producer then looks at {@code head} again.
 *   <li>The slot's write is volatile, not merely a release, because a producer reads next whether the consumer sleeps
 *       ({@link Intake}); the two must not change places.
 * </ul>
 *
 * @param <T> what waits
 */
final class Ring<T> {

    private static final VarHandle TAIL = field("tail", long.class);
    private static final VarHandle MADE = field("made", int.class);
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Slot[].class);
    private static final long CLOSED = Long.MIN_VALUE;
    private static final int SLOTS_AT_A_TIME = 512;

    private final Slot<T>[] slots;
    private final int capacity;
    private final int mask;

    private volatile long tail;

    /** The first position that must not be claimed before {@code head} was read again: spares producers a cache miss. */
    private volatile long limit;

    private volatile long head;

    /** How many slots there are, the first of the array. */
    @SuppressWarnings("unused") // written through MADE
    private volatile int made;

    private final Taken taken = new PaddedTaken();

    /** @param capacity rounded up to a power of two */
    Ring(int capacity) {
        this.capacity = Integer.highestOneBit(Math.max(2, capacity) * 2 - 1);
        this.mask = this.capacity - 1;
        this.slots = noSlots(this.capacity);
    }

    /**
     * Any thread.
     *
     * @param tag a number that belongs to the record and comes out with it
     */
    Outcome offer(T record, int size, long tag) {
        long position;
        do {
            position = tail;
            if (position < 0) {
                return Outcome.CLOSED;
            }
            if (position >= limit && !roomAt(position)) {
                return Outcome.FULL;
            }
        } while (!TAIL.compareAndSet(this, position, position + 1));
        // No call from here to the write of the record.
        Slot<T> slot = slots[(int) position & mask];
        slot.size = size;
        slot.tag = tag;
        slot.record = record;
        return Outcome.ACCEPTED;
    }

    private boolean roomAt(long position) {
        int slotsMade = made;
        if (position >= slotsMade && slotsMade < capacity) {
            slotsMade = makeMore(slotsMade);
        }
        long fresh = slotsMade < capacity ? slotsMade : head + capacity;
        limit = fresh;
        return position < fresh;
    }

    /** Makes some more slots, where another producer has not; returns how many there are then. */
    private int makeMore(int from) {
        int to = Math.min(capacity, from + SLOTS_AT_A_TIME);
        try {
            for (int i = from; i < to; i++) {
                SLOT.compareAndSet(slots, i, null, new Slot<>());
            }
        } catch (OutOfMemoryError heapIsFull) {
            // Then so are we.
            return from;
        }
        // Whoever is faster: it made the same ones.
        return MADE.compareAndSet(this, from, to) ? to : made;
    }

    /** Consumer only: the next record, or null when none is published. */
    @Nullable
    T poll() {
        if (taken.count >= taken.madeAtLeast && !isMade(taken.count)) {
            return null;
        }
        Slot<T> slot = slots[(int) taken.count & mask];
        T record = slot.record;
        if (record == null) {
            return null;
        }
        taken.size = slot.size;
        taken.tag = slot.tag;
        slot.record = null;
        taken.count++;
        return record;
    }

    private boolean isMade(long position) {
        int slotsMade = made;
        taken.madeAtLeast = slotsMade < capacity ? slotsMade : Long.MAX_VALUE;
        return position < taken.madeAtLeast;
    }

    /** Consumer only: the size of what {@link #poll()} returned last. */
    int polledSize() {
        return taken.size;
    }

    /** Consumer only: the tag of what {@link #poll()} returned last. */
    long polledTag() {
        return taken.tag;
    }

    /** Consumer only: lets producers use the slots of all that was polled. Once for many, as it costs them a miss. */
    void giveBack() {
        if (head != taken.count) {
            head = taken.count;
        }
    }

    /** Consumer only: how many positions were polled, ever. */
    long taken() {
        return taken.count;
    }

    /** Any thread: how many positions were claimed, ever. */
    long claimed() {
        return tail & ~CLOSED;
    }

    /** Any thread: roughly how full it is, in slots that producers cannot use. */
    boolean isHalfFull() {
        return claimed() - head >= capacity / 2;
    }

    boolean isClosed() {
        return tail < 0;
    }

    /** Any thread: no claim succeeds after this. */
    void close() {
        TAIL.getAndBitwiseOr(this, CLOSED);
    }

    /** The consumer's own, written for every record, and therefore away from what producers read. */
    private static class Taken extends Padding {

        /** Ahead of {@code head} until {@link #giveBack()}. */
        long count;

        int size;
        long tag;

        /** Below this there are slots for all positions. */
        long madeAtLeast;
    }

    @SuppressWarnings("unused") // see Padding
    private static final class PaddedTaken extends Taken {

        private long p01, p02, p03, p04, p05, p06, p07, p08;
        private long p09, p10, p11, p12, p13, p14, p15, p16;
    }

    private static final class Slot<T> {

        private int size;
        private long tag;
        private volatile @Nullable T record;
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type cannot be made otherwise
    private static <T> Slot<T>[] noSlots(int capacity) {
        return new Slot[capacity];
    }

    enum Outcome {
        ACCEPTED,
        FULL,
        CLOSED
    }

    private static VarHandle field(String name, Class<?> type) {
        try {
            return MethodHandles.lookup().findVarHandle(Ring.class, name, type);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
