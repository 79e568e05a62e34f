package io.dharma.tracing.pipeline;

import io.dharma.tracing.spi.BackgroundLog;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The pipeline's near end: takes records from the application's threads, and on a thread of its own turns them into
 * what is delivered and hands them to every {@link Courier}.
 *
 * <h2>How the thread is woken</h2>
 *
 * Waking a thread costs its waker microseconds, far more than the offer itself. So while there is traffic nobody
 * wakes it: it looks by itself ten times a second, twenty with a journal, and an offer wakes it only when the queue is
 * half full. After five seconds without a record it sleeps until woken, so that an idle service is not woken all the
 * time for ever, and the first record after that pays for one call. Before it sleeps it says so ({@code dozing}) and
 * then looks once more; a producer publishes its record and then reads {@code dozing}. Both are volatile, so at least
 * one of the two sees the other, and no record is slept over.
 *
 * @param <I> what is offered
 * @param <O> what is delivered
 */
final class Intake<I, O> implements Worker.Task {

    private static final BackgroundLog log = BackgroundLog.of(Pipeline.class);

    /** No more than this passes between an offer and the hand-over, be the traffic as thin as it may. */
    private static final long NAP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** With a journal: what is written within 100 ms survives the process, and writing takes some of them. */
    private static final long NAP_WITH_JOURNAL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final long AWAKE_WITHOUT_WORK_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** How long a conversion may take: what is bounded by us, such as a stack trace's text, takes a second at most. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** How long it has to react to being interrupted. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /**
     * Each may hold its stack and what it waits for, for ever. From then on hooks are not called any more, as the next call
     * that does not come back would be the end of deliveries. What shares the thread goes on even then.
     */
    private static final int MAX_THREADS_LOST = 4;

    /** How many records are handed over before slots are given back and couriers woken. */
    private static final int RECORDS_PER_TURN = 512;

    private static final int RECORDS_BETWEEN_CLOCKS = 16;

    private final RecordType<I> type;
    private final Function<? super I, ? extends @Nullable O> convert;
    private final @Nullable ToIntFunction<? super O> convertedSize;
    private final Stages<O> stages;
    private final @Nullable Journal<O> journal;
    private final List<Courier<O>> couriers;
    private final Settings settings;
    private final RecordQueue<I> queue;
    private final Worker worker;
    private final DropCounts refused = new DropCounts();
    private final ConcurrentLinkedQueue<FlushTicket> flushes = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Passing> passings = new ConcurrentLinkedQueue<>();
    private volatile boolean dozing;

    /** While a turn is under way, so that whoever watches knows that there is something to watch. */
    private volatile boolean inTurn;

    /**
     * Counts the beginnings and the ends of calls into the application's code, so that it is odd while one is under way.
     * Who ends a call, its thread or the one that gives that thread up, is settled by a compare-and-set.
     */
    private final AtomicLong calls = new PaddedLong();

    // Guarded by calls: the call that was under way at the last look.
    private long watchedCall;
    private long watchedSince;
    private volatile boolean interrupted;
    private int threadsLost;

    /** A call was given up, and the thread that is to go on without it could not be started yet. */
    private boolean threadWanted;

    // Guarded by books: what has left the intake, so that a snapshot sees each record in exactly one place.
    private final Books<O> books = new PaddedBooks<>();
    private final DropCounts dropped = new DropCounts();
    private volatile boolean abandoned;

    Intake(
            RecordType<I> type,
            Function<? super I, ? extends @Nullable O> convert,
            Stages<O> stages,
            @Nullable Journal<O> journal,
            @Nullable ToIntFunction<? super O> convertedSize,
            List<Courier<O>> couriers,
            long maxQueueBytes,
            Settings settings,
            WorkerThread thread) {
        this.type = type;
        this.convert = convert;
        this.stages = stages;
        this.journal = journal;
        this.convertedSize = convertedSize;
        this.couriers = couriers;
        this.settings = settings;
        this.queue = new RecordQueue<>(maxQueueBytes);
        books.lastRecordAt = settings.clock().nanoTime();
        this.worker = new Worker(thread, this);
    }

    Worker worker() {
        return worker;
    }

    /** Any thread: never waits, never throws. */
    boolean offer(I record) {
        boolean accepted = false;
        try {
            Ring.Outcome outcome = queue.offer(record, Math.max(1, type.sizeOf(record)), type.priority(record));
            accepted = outcome == Ring.Outcome.ACCEPTED;
            if (!accepted) {
                refused.add(outcome == Ring.Outcome.CLOSED ? DropReason.CLOSED : DropReason.QUEUE_FULL, 1);
            } else if (dozing || queue.isHalfFull()) {
                wake();
            }
        } catch (Throwable hostile) {
            if (!accepted) {
                refused.add(DropReason.CONVERT_FAILED, 1);
            }
        }
        return accepted;
    }

    private void wake() {
        if (dozing) {
            dozing = false;
        }
        worker.wake();
    }

    // ---- the intake's own thread

    @Override
    public long turn() {
        if (dozing) {
            dozing = false;
        }
        try {
            boolean more = handOverSome();
            queue.giveBack();
            queue.release(books.handledBytes);
            books.handledBytes = 0;
            if (journal != null) {
                journal.flush();
            }
            passOnFlushes();
            runPassed();
            return more ? 0 : nap();
        } finally {
            // Not by a thread that was given up meanwhile: the turn is another one's now.
            if (worker.hasTurn()) {
                inTurn = false;
            }
        }
    }

    private void askToBeWatched() {
        inTurn = true;
        // All of them: one may be in a call itself that does not come back.
        for (Courier<O> courier : couriers) {
            courier.worker().wake();
        }
    }

    /** @return whether there are probably more */
    private boolean handOverSome() {
        int handled = 0;
        boolean more = false;
        long began = settings.clock().nanoTime();
        // A record in hand is left from a turn that something broke off.
        while (handled < RECORDS_PER_TURN && !abandoned && (books.inHand != null || takeNext())) {
            handOver();
            handled++;
            if (handled % RECORDS_BETWEEN_CLOCKS == 0 && settings.clock().nanoTime() - began > NAP_NANOS) {
                // Slow ones: others want to hear of what is done, and the journal wants to be flushed.
                more = true;
                break;
            }
        }
        if (handled > 0) {
            books.lastRecordAt = settings.clock().nanoTime();
        }
        for (Courier<O> courier : couriers) {
            if (handled > 0) {
                courier.worker().wake();
            }
            courier.watch();
        }
        return more || handled == RECORDS_PER_TURN;
    }

    /**
     * Converts a record, and has it in hand if that makes something to hand over. One after the other also where it does
     * not: what many filtered records took is to be given back before the last of them.
     *
     * @return whether there was one
     */
    private boolean takeNext() {
        I record = queue.poll();
        if (record == null) {
            return false;
        }
        books.handledBytes += queue.polledSize();
        if (!inTurn) {
            askToBeWatched();
        }
        if (convert(record)) {
            books.inHandPosition = writeDown();
        }
        return true;
    }

    private boolean convert(I record) {
        DropReason reason = DropReason.FILTERED;
        O converted = null;
        int size = 0;
        long call = calls.get() + 1;
        // Nobody has to see this at once, so it needs no fence.
        calls.lazySet(call);
        try {
            O raw = convert.apply(record);
            boolean goesOn = raw != null && worker.hasTurn();
            converted = goesOn ? stages.apply(raw) : null;
            size = converted == null ? 0 : sizeOf(converted);
        } catch (Stages.RequiredStageFailed failed) {
            reason = DropReason.STAGE_FAILED;
        } catch (Throwable thrown) {
            // Of whatever kind: the next record may be a better one, and this thread has to go on.
            reason = DropReason.CONVERT_FAILED;
            converted = null;
        }
        if (!calls.compareAndSet(call, call + 1)) {
            cameBackTooLate();
        }
        if (interrupted) {
            forgetInterrupt();
        }
        return converted(converted, size, reason);
    }

    private void cameBackTooLate() {
        synchronized (calls) {
            threadWanted = false;
        }
        throw new ThreadGivenUp();
    }

    /** It was meant for that call, and must not hit a file or the next one. Under the lock in which it was made. */
    private void forgetInterrupt() {
        synchronized (calls) {
            interrupted = false;
            boolean unused = Thread.interrupted();
        }
    }

    private int sizeOf(O converted) {
        return convertedSize == null ? queue.polledSize() : Math.max(1, convertedSize.applyAsInt(converted));
    }

    private boolean converted(@Nullable O record, int size, DropReason reason) {
        if (record != null) {
            books.inHandSize = size;
            books.inHandPosition = Journal.NOT_WRITTEN;
            books.inHandPriority = queue.polledPriority();
            books.inHand = record;
            return true;
        }
        synchronized (books) {
            if (!abandoned) {
                dropped.add(reason, 1);
            }
        }
        return false;
    }

    /** Before anybody gets it, and outside the books' lock, since it may write a file. */
    private long writeDown() {
        O record = books.inHand;
        try {
            return journal == null || record == null
                    ? Journal.NOT_WRITTEN
                    : journal.append(record, books.inHandPriority);
        } catch (Throwable thrown) {
            // A record that cannot be written down, be it for its own sake, still goes out from memory.
            return Journal.NOT_WRITTEN;
        }
    }

    private void handOver() {
        synchronized (books) {
            O record = books.inHand;
            if (record != null && !abandoned) {
                // Remembers how far it came, so that nobody gets a record twice if something breaks it off.
                while (books.nextCourier < couriers.size()) {
                    couriers.get(books.nextCourier++)
                            .accept(record, books.inHandSize, books.inHandPriority, books.inHandPosition);
                }
                books.handedOver++;
            }
            books.nextCourier = 0;
            books.inHand = null;
        }
    }

    private void passOnFlushes() {
        for (FlushTicket ticket : flushes) {
            if (queue.passed(ticket.upTo())) {
                couriers.forEach(courier -> courier.flush(ticket));
                couriers.forEach(courier -> courier.worker().wake());
                ticket.passed();
                flushes.remove(ticket);
            } else if (ticket.isWithdrawn()) {
                flushes.remove(ticket);
            }
        }
    }

    private void runPassed() {
        for (Passing passing : passings) {
            // Taken out first: whoever calls this again, because it was thrown out of it, must not do it twice.
            if (queue.passed(passing.upTo()) && passings.remove(passing)) {
                run(passing.action());
            }
        }
    }

    private void run(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | LinkageError failed) {
            log.debug("{}: what was to be done after all records before it failed", settings.signal(), failed);
        }
    }

    private long nap() {
        boolean quiet = settings.clock().nanoTime() - books.lastRecordAt > AWAKE_WITHOUT_WORK_NANOS
                && couriers.stream().allMatch(Courier::isIdle);
        if (!quiet) {
            return journal == null ? NAP_NANOS : NAP_WITH_JOURNAL_NANOS;
        }
        dozing = true;
        return queue.waiting() > 0 ? 0 : Worker.FOREVER;
    }

    // ---- any thread

    /**
     * Looks after a thread that is inside the application's code for too long: a {@code getMessage()} that waits for
     * something, say. Interrupts it first; if that does not help, gives it up with the one record, and goes on with
     * another thread. A few may be lost that way. From then on hooks are not called; a conversion that does not come
     * back stays where it is, and records are turned away as there is no more room.
     *
     * @return whether there is something to watch, soon again
     */
    boolean watch() {
        if (!inTurn) {
            return false;
        }
        boolean givenUp;
        boolean lastOne;
        synchronized (calls) {
            givenUp = isStuck(settings.clock().nanoTime()) && giveUpThread();
            if (threadWanted) {
                replaceThread();
            }
            lastOne = threadsLost == MAX_THREADS_LOST;
        }
        if (givenUp) {
            announceLostThread();
            if (lastOne && stages.haveHooks()) {
                announceHooksOff();
            }
        }
        return true;
    }

    private boolean isStuck(long now) {
        long call = calls.get();
        if (call % 2 == 0 || call != watchedCall) {
            watchedCall = call;
            watchedSince = now;
            interrupted = false;
            return false;
        }
        long nanos = now - watchedSince;
        if (nanos > PATIENCE_NANOS && !interrupted) {
            interrupted = true;
            worker.interrupt();
            if (calls.get() != call) {
                // It came back at that very moment. What it left behind may be interrupted once, for nothing.
                watchedSince = now;
            }
        }
        return nanos > PATIENCE_NANOS + GRACE_NANOS;
    }

    private boolean giveUpThread() {
        synchronized (books) {
            if (abandoned || threadsLost == MAX_THREADS_LOST || !calls.compareAndSet(watchedCall, watchedCall + 1)) {
                return false;
            }
            threadsLost++;
            if (threadsLost == MAX_THREADS_LOST) {
                stages.switchOffHooks();
            }
            dropped.add(DropReason.CONVERT_FAILED, 1);
            threadWanted = true;
            return true;
        }
    }

    private void replaceThread() {
        try {
            // Before the new thread says the opposite.
            inTurn = false;
            worker.replaceThread();
            threadWanted = false;
        } catch (Throwable noThreadLeft) {
            inTurn = true;
            log.debug("{}: there is no thread in the place of the one that was given up yet", settings.signal());
        }
    }

    private void announceLostThread() {
        log.warn(
                "{}: a call into the application did not return within {} s; its thread is given up, and one record",
                settings.signal(),
                TimeUnit.NANOSECONDS.toSeconds(PATIENCE_NANOS + GRACE_NANOS));
    }

    private void announceHooksOff() {
        log.warn(
                "{}: {} threads are lost in calls that did not return; no hook is called any more",
                settings.signal(),
                MAX_THREADS_LOST);
    }

    void flush(FlushTicket ticket) {
        flushes.add(ticket);
        wake();
    }

    void whenPassed(Runnable action) {
        passings.add(new Passing(queue.claimed(), action));
        if (abandoned) {
            runLeftPassings();
        } else {
            wake();
        }
    }

    /** Whoever waits for one must not wait for ever. */
    private void runLeftPassings() {
        for (Passing passing = passings.poll(); passing != null; passing = passings.poll()) {
            run(passing.action());
        }
    }

    RecordQueue.Position claimed() {
        return queue.claimed();
    }

    /** Nothing is accepted after this; what was accepted is still handed over. */
    void refuseMore() {
        queue.close();
    }

    /** What was not handed over by now never will be, and is counted as not delivered. */
    void abandon() {
        synchronized (books) {
            if (!abandoned) {
                abandoned = true;
                dropped.add(DropReason.UNDELIVERED, queue.accepted() - books.handedOver - dropped.total());
            }
        }
        worker.stop();
        runLeftPassings();
        // It may be inside a conversion that does not come back. Anything else must not be hit, least of all a journal.
        if (calls.get() % 2 != 0) {
            worker.interrupt();
        }
    }

    /** After {@link #abandon}: nothing more is written. */
    void finishJournal(Duration deadline) {
        try {
            if (journal != null) {
                journal.finish(deadline);
            }
        } catch (Throwable thrown) {
            // It may be out of threads. The sinks are closed all the same, and what is on the disk by now is kept.
            log.debug("{}: the journal does not end as it should: {}", settings.signal(), Reasons.of(thrown));
        }
    }

    long losses() {
        return refused.losses() + dropped.losses();
    }

    PipelineStats stats(long workerFaults) {
        synchronized (books) {
            Map<DropReason, Long> drops = refused.snapshot();
            long accepted = queue.accepted();
            long offered = accepted
                    + drops.values().stream().mapToLong(Long::longValue).sum();
            dropped.snapshot().forEach((reason, count) -> drops.merge(reason, count, Long::sum));
            return new PipelineStats(
                    settings.signal(),
                    offered,
                    drops,
                    accepted - books.handedOver - dropped.total(),
                    abandoned ? 0 : queue.bytes(),
                    workerFaults,
                    stages.failures(),
                    couriers.stream().map(Courier::stats).toList());
        }
    }

    /** What is to be done once the queue has got so far. */
    private record Passing(RecordQueue.Position upTo, Runnable action) {}

    /** What the worker writes for every record, kept away from what producers read of the intake; see Padding. */
    private static class Books<O> extends Padding {

        // The worker's own.
        @Nullable
        O inHand;

        int inHandSize;
        Priority inHandPriority = Priority.NORMAL;
        long inHandPosition;
        int nextCourier;
        long handledBytes;
        long lastRecordAt;

        /** Guarded by this object. */
        long handedOver;
    }

    @SuppressWarnings("unused") // see Padding
    private static final class PaddedBooks<O> extends Books<O> {

        private long p01, p02, p03, p04, p05, p06, p07, p08;
        private long p09, p10, p11, p12, p13, p14, p15, p16;
    }

    /** With room behind it only, as its superclass is not ours. */
    @SuppressWarnings("unused") // see Padding
    private static final class PaddedLong extends AtomicLong {

        private static final long serialVersionUID = 1L;

        private long p01, p02, p03, p04, p05, p06, p07, p08;
        private long p09, p10, p11, p12, p13, p14, p15, p16;
    }

    /** Takes a thread that came back too late out of its turn without touching anything. */
    private static final class ThreadGivenUp extends Error {

        private static final long serialVersionUID = 1L;

        ThreadGivenUp() {
            super(null, null, false, false);
        }
    }
}
