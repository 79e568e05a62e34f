package io.dharma.tracing.pipeline;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What one courier leaves to the journal when its queue is full, and how that comes back.
 *
 * <p>As long as there is room, records pass through memory, and the journal is only written. When the queue is full the
 * courier <em>falls behind</em>: this record and all that follow are not queued but read from the journal once there
 * is room again, in order, until the last one has been read. Then records pass through memory again. Each priority
 * falls behind for itself. What earlier processes left undelivered is read the same way, before everything else.
 *
 * <p>The intake's thread accepts, the courier's refills; each lane has a lock for the moment in which one of them must
 * not miss what the other decides. A record comes back under the courier's lock, so that its books always balance.
 * Nobody reads a file while holding either.
 */
final class Overflow<T> {

    /** The journal is flushed that often: asking it more often shows nothing new. */
    private static final long BETWEEN_READS_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** How long it may take until it is noticed what the journal lost while there is no room for what it still has. */
    private static final long BETWEEN_LOOKS_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** A process that died leaves its records to us at any time, but nobody is in a hurry for them. */
    private static final long BETWEEN_INHERITANCES_NANOS = TimeUnit.SECONDS.toNanos(5);

    enum Outcome {
        QUEUED,
        LEFT_TO_JOURNAL,
        FULL,
        CLOSED
    }

    private final Journal.Reader<T> reader;
    private final RecordQueue<T> queue;
    private final DropCounts dropped;
    private final Object books;
    private final Lane high = new Lane(Priority.HIGH);
    private final Lane normal = new Lane(Priority.NORMAL);
    private volatile long inherited;
    private boolean mayHaveInherited = true;
    private long inheritanceCheckedAt;
    private long readAt;

    /** @param books the lock under which the courier's numbers are read together */
    Overflow(Journal.Reader<T> reader, RecordQueue<T> queue, DropCounts dropped, Object books) {
        this.reader = reader;
        this.queue = queue;
        this.dropped = dropped;
        this.books = books;
    }

    private Lane lane(Priority priority) {
        return priority == Priority.HIGH ? high : normal;
    }

    /** Intake's thread only. */
    Outcome accept(T record, int size, Priority priority, long position) {
        if (position == Journal.NOT_WRITTEN) {
            return of(queue.offer(record, size, priority, position));
        }
        Lane lane = lane(priority);
        synchronized (lane) {
            if (lane.behind) {
                lane.end = position + 1;
                return Outcome.LEFT_TO_JOURNAL;
            }
            if (!queue.canHold(size, priority)) {
                reader.acknowledge(priority, position);
                return Outcome.FULL;
            }
            Ring.Outcome outcome = queue.offer(record, size, priority, position);
            if (outcome != Ring.Outcome.FULL) {
                return of(outcome);
            }
            lane.behind = true;
            lane.next = position;
            lane.end = position + 1;
            reader.fallBehind(priority, position);
        }
        return Outcome.LEFT_TO_JOURNAL;
    }

    private static Outcome of(Ring.Outcome outcome) {
        return switch (outcome) {
            case ACCEPTED -> Outcome.QUEUED;
            case FULL -> Outcome.FULL;
            case CLOSED -> Outcome.CLOSED;
        };
    }

    /** Courier's thread only: whether there is room for something, or a loss to be noticed. */
    boolean wantsToRead(long now) {
        return queue.hasRoomToRefill() || (isBehind() && now - readAt >= BETWEEN_LOOKS_NANOS);
    }

    /** Courier's thread only, without its lock: reads files. Brings back as much as there is room for. */
    void refill(long now) {
        readAt = now;
        if (mayHaveInherited || now - inheritanceCheckedAt > BETWEEN_INHERITANCES_NANOS) {
            inheritanceCheckedAt = now;
            boolean highDone = high.takeInherited();
            mayHaveInherited = !(normal.takeInherited() && highDone);
        }
        high.refill();
        normal.refill();
    }

    /** Courier's thread only: when to refill again, or to look what was lost. */
    long nanosUntilRefill() {
        if (!mayHaveInherited && !isBehind()) {
            return BETWEEN_INHERITANCES_NANOS;
        }
        if (queue.hasRoomToRefill()) {
            return BETWEEN_READS_NANOS;
        }
        return isBehind() ? BETWEEN_LOOKS_NANOS : Worker.FOREVER;
    }

    /** Any thread: whether some records have to come from the journal yet. */
    boolean isBehind() {
        return waiting() > 0;
    }

    /** Any thread: how many records have to come from the journal yet. */
    long waiting() {
        return high.waiting() + normal.waiting();
    }

    /** Any thread: how many records of earlier processes came from the journal so far. */
    long inherited() {
        return inherited;
    }

    void acknowledge(Priority priority, long position) {
        reader.acknowledge(priority, position);
    }

    /**
     * Under the books' lock, when nothing more comes: whatever the next process will not find is lost.
     *
     * @param left what was in memory
     * @return how many records the next process will find, what was in memory and what was not taken together
     */
    long leave(Receipts left) {
        long kept = left.kept(reader);
        dropped.add(DropReason.JOURNAL_LOST, left.size() - kept);
        return kept + high.leave() + normal.leave();
    }

    /** What has the same priority. */
    private final class Lane {

        private final Priority priority;

        // Guarded by this.
        private boolean behind;
        private long next;
        private long end;

        /** The courier's thread only: read when there was no room in the end. */
        private Journal.@Nullable Entry<T> inHand;

        private Lane(Priority priority) {
            this.priority = priority;
        }

        synchronized long waiting() {
            return behind ? end - next : 0;
        }

        private synchronized long position() {
            return behind ? next : Journal.NOT_WRITTEN;
        }

        /** Returns whether there is nothing more to inherit now. */
        @SuppressWarnings("NonAtomicVolatileUpdate") // only the courier's thread writes it
        private boolean takeInherited() {
            while (true) {
                Journal.Entry<T> entry = inHand == null ? reader.nextInherited(priority) : inHand;
                inHand = entry;
                if (entry == null) {
                    return true;
                }
                synchronized (books) {
                    if (!offer(entry)) {
                        return false;
                    }
                    inherited++;
                }
                inHand = null;
            }
        }

        private void refill() {
            for (long position = position(); position != Journal.NOT_WRITTEN; position = position()) {
                Journal.Entry<T> entry = reader.next(priority, position);
                if (entry == null) {
                    nothingBefore(reader.nothingBefore(priority, position));
                    return;
                }
                if (!takeBack(entry)) {
                    return;
                }
            }
        }

        /** Returns whether there may be more to take. */
        private boolean takeBack(Journal.Entry<T> entry) {
            synchronized (books) {
                synchronized (this) {
                    if (!behind) {
                        // The pipeline closed while this was read, and has settled what becomes of it.
                        return false;
                    }
                    // One that was just written may be there to be read before the intake brings it here.
                    long found = Math.min(entry.position(), end);
                    // What lies between is not in the journal any more, whether or not there is room for this one.
                    dropped.add(DropReason.JOURNAL_LOST, found - next);
                    goOnAt(found);
                    if (!behind || !offer(entry)) {
                        return false;
                    }
                    goOnAt(found + 1);
                    return behind;
                }
            }
        }

        private void nothingBefore(long position) {
            synchronized (books) {
                synchronized (this) {
                    long lost = Math.min(position, end) - next;
                    if (behind && lost > 0) {
                        dropped.add(DropReason.JOURNAL_LOST, lost);
                        goOnAt(next + lost);
                    }
                }
            }
        }

        private void goOnAt(long position) {
            next = position;
            behind = next < end;
            if (!behind) {
                reader.catchUp(priority);
            }
        }

        private synchronized long leave() {
            long left = waiting();
            long kept = left == 0 ? 0 : reader.kept(priority, next, end);
            dropped.add(DropReason.JOURNAL_LOST, left - kept);
            next = end;
            behind = false;
            return kept;
        }

        private boolean offer(Journal.Entry<T> entry) {
            if (!queue.canHold(entry.size(), priority)) {
                dropped.add(DropReason.QUEUE_FULL, 1);
                reader.acknowledge(priority, entry.position());
                return true;
            }
            return queue.offer(entry.record(), entry.size(), priority, entry.position()) == Ring.Outcome.ACCEPTED;
        }
    }
}
