package io.dharma.tracing.pipeline;

import static io.dharma.tracing.pipeline.Worker.FOREVER;

import io.dharma.tracing.spi.BackgroundLog;
import io.dharma.tracing.spi.Timeouts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Carries records to one sink: from its queue into batches, from there out and, if need be, out again.
 *
 * <p>Every sink has a courier, and every courier a thread of its own, or one shared with those of other signals to the
 * same receiver. A sink may block in {@code deliver}, whatever its contract says, and then exactly that receiver's
 * records wait; a pool would have to be as large to promise the same.
 *
 * <p>The thread only starts deliveries. Their outcomes arrive on whatever thread the sink completes its stages on,
 * and are entered into the books at once. So all state lives under this object's lock, which nobody holds while
 * calling a sink, a logger or anything else that is not ours: it is never held for more than microseconds, and
 * whoever closes the pipeline can settle the books of a courier whose thread never comes back.
 *
 * <p>A batch belongs to the courier until it is settled: delivered, rejected, or given up when the pipeline closes.
 * All that time its bytes stay reserved in the queue's budget. So a receiver that is away cannot make us grow, and
 * what is lost then is the newest.
 *
 * @param <T> what is delivered
 */
final class Courier<T> implements Worker.Task {

    private static final BackgroundLog log = BackgroundLog.of(Pipeline.class);

    private static final long FIRST_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long LAST_RETRY_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final Duration SHORTEST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);
    private static final long BETWEEN_LOOKS_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long BETWEEN_LOG_LINES_NANOS = TimeUnit.MINUTES.toNanos(1);

    /**
     * So many records rejected one by one while nothing arrived are neighbours in a bad place, or it is the receiver. The
     * next ones are looked for elsewhere, and not in haste.
     */
    private static final int REJECTED_ALONE_TO_DOUBT = 8;

    /** The receiver takes nothing at all, and halving would only multiply the requests. */
    private static final int REJECTED_ALONE_TO_PAUSE = 16;

    /** A batch that keeps failing while others arrive is the trouble itself. Halving it loses nothing: soon. */
    private static final int LONE_FAILURES_TO_HALVE = 3;

    /** One record cannot be halved, only lost. */
    private static final int LONE_FAILURES_TO_DROP = 10;

    /** A receiver that fails at random must not cost us any, be it that it fails most of the time. */
    private static final double NO_COINCIDENCE = 1e-9;

    private final Sink<T> sink;
    private final String name;
    private final Settings settings;
    private final RecordQueue<T> queue;
    private final CircuitBreaker breaker;
    private final Backoff backoff;
    private final DropCounts dropped = new DropCounts();
    private final DeadLetters<T> deadLetters;
    private final @Nullable Overflow<T> overflow;
    private final Worker worker;
    private volatile @Nullable Intake<?, T> intake;
    private volatile boolean hasLastWords;

    // The thread's own.
    private boolean tends;
    private long tendDueAt;
    private long lossesAnnounced;
    private long lossesAnnouncedAt;

    // All below: guarded by this.
    private final List<Batch<T>> unsettled = new ArrayList<>();
    private final List<Attempt> inFlight;
    private final List<FlushMark> flushMarks = new ArrayList<>();
    private long batchesFormed;
    private long delivered;
    private long failedDeliveries;
    private long arrivals;
    private int rejectedAlone;
    private boolean asksElsewhere;
    private @Nullable String lastError;
    private @Nullable Instant lastErrorAt;

    private boolean recordsWait;
    private long recordsWaitSince;

    private @Nullable Attempt calling;
    private boolean callGivenUp;

    private SinkState announced = SinkState.HEALTHY;
    private boolean announcedBefore;
    private long announcedAt;

    private boolean closing;
    private long closeBy;
    private boolean closed;

    /** What was not delivered in time and is in the journal, until that knows what it can keep. */
    private final Receipts left = new Receipts(0);

    private long leftToNextProcess;

    Courier(
            Sink<T> sink,
            String name,
            long maxQueueBytes,
            Settings settings,
            RandomGenerator random,
            DeadLetters<T> deadLetters,
            Journal.@Nullable Reader<T> journal,
            WorkerThread thread) {
        this.sink = sink;
        this.name = name;
        this.settings = settings;
        this.queue = new RecordQueue<>(maxQueueBytes);
        this.breaker = new CircuitBreaker(random);
        this.backoff = new Backoff(FIRST_RETRY_NANOS, LAST_RETRY_NANOS, random);
        // Never grows, so that nothing can fail between the breaker's permit and the entry here.
        this.inFlight = new ArrayList<>(settings.maxInFlight());
        this.deadLetters = deadLetters;
        this.overflow = journal == null ? null : new Overflow<>(journal, queue, dropped, this);
        this.worker = new Worker(thread, this);
    }

    Worker worker() {
        return worker;
    }

    /** Has the intake watched from this courier's thread, as this one is watched from the intake's. */
    void watchOver(Intake<?, T> intake) {
        this.intake = intake;
    }

    /** Intake's thread only. The courier wants to be woken when many were handed over, not after each. */
    void accept(T record, int size, Priority priority, long position) {
        if (overflow != null) {
            switch (overflow.accept(record, size, priority, position)) {
                case QUEUED, LEFT_TO_JOURNAL -> {}
                case FULL -> dropped.add(DropReason.QUEUE_FULL, 1);
                case CLOSED -> tooLate(priority, position);
            }
            return;
        }
        switch (queue.offer(record, size, priority, position)) {
            case ACCEPTED -> {}
            case FULL -> dropped.add(DropReason.QUEUE_FULL, 1);
            case CLOSED -> tooLate(priority, position);
        }
    }

    private synchronized void tooLate(Priority priority, long position) {
        if (position == Journal.NOT_WRITTEN) {
            dropped.add(DropReason.UNDELIVERED, 1);
        } else {
            left.add(priority, position);
        }
    }

    // ---- the courier's own thread

    @Override
    public long turn() {
        giveUpOnHangingDeliveries();
        refill();
        int attempts = 0;
        Attempt next = nextAttempt();
        while (next != null) {
            deliver(next);
            attempts++;
            // A sink that answers at once would never let anything else have its turn.
            next = attempts < settings.maxInFlight() ? nextAttempt() : null;
        }
        if (isHopeless()) {
            abandon();
        }
        announce();
        Intake<?, T> watched = intake;
        boolean watching = watched != null && watched.watch();
        long nanos = Math.min(nanosUntilDue(), overflow == null ? FOREVER : overflow.nanosUntilRefill());
        nanos = Math.min(nanos, tendSink(attempts > 0));
        return watching ? Math.min(BETWEEN_LOOKS_NANOS, nanos) : nanos;
    }

    /** Returns how many nanoseconds the sink may be left alone. */
    private long tendSink(boolean delivered) {
        long now = settings.clock().nanoTime();
        if (delivered || (tends && tendDueAt - now <= 0)) {
            tends = false;
            Duration next = tend();
            tends = next != null;
            tendDueAt = now + Timeouts.nanos(next);
        }
        return tends ? Math.max(0, tendDueAt - now) : FOREVER;
    }

    private @Nullable Duration tend() {
        try {
            return sink.tend();
        } catch (Throwable thrown) {
            // Nothing of ours depends on it; after the next delivery it gets another chance.
            synchronized (this) {
                noteError("tend() failed: " + Reasons.of(thrown));
            }
            return null;
        }
    }

    /** Without the lock, since it reads files. */
    private void refill() {
        long now = settings.clock().nanoTime();
        if (overflow != null && overflow.wantsToRead(now)) {
            overflow.refill(now);
            moveFlushMarks();
            announceLosses(now);
        }
    }

    @Override
    public void end() {
        long left;
        synchronized (this) {
            left = Math.max(0, closeBy - settings.clock().nanoTime());
        }
        sink.close(Duration.ofNanos(left));
    }

    private synchronized @Nullable Attempt nextAttempt() {
        long now = settings.clock().nanoTime();
        noticeWaitingRecords(now);
        flushMarks.removeIf(mark -> mark.ticket.isWithdrawn());
        if (inFlight.isEmpty()) {
            breaker.nothingIsUnderWay(now);
            bringBackWhatNobodyWaitsFor(now);
        }
        if (closed || inFlight.size() >= maxInFlight() || breaker.nanosUntilPermit(now) > 0) {
            return null;
        }
        Batch<T> batch = readyBatch(now);
        if (batch == null) {
            return null;
        }
        Attempt attempt = new Attempt(batch, now + settings.deliveryTimeoutNanos());
        if (!breaker.tryAcquire(now)) {
            return null;
        }
        inFlight.add(attempt);
        batch.leave();
        calling = attempt;
        return attempt;
    }

    /** There is none, unless the heap was so full that an outcome was entered by half. */
    private void bringBackWhatNobodyWaitsFor(long now) {
        for (int i = 0; i < unsettled.size(); i++) {
            if (unsettled.get(i).isUnderWay()) {
                comesBack(unsettled.get(i), now);
            }
        }
    }

    private void deliver(Attempt attempt) {
        try {
            CompletionStage<Delivery> stage = callSink(attempt);
            attempt.stage = stage;
            stage.whenComplete(attempt::completed);
        } catch (Throwable thrown) {
            attempt.completed(null, thrown);
        }
    }

    private CompletionStage<Delivery> callSink(Attempt attempt) {
        try {
            return Objects.requireNonNull(sink.deliver(attempt.batch.records()));
        } finally {
            callEnded();
        }
    }

    private synchronized void callEnded() {
        calling = null;
        callGivenUp = false;
        // An interrupt by watch() was meant for that call. It cannot come any more, and must not hit the next one.
        Thread.interrupted();
    }

    private void giveUpOnHangingDeliveries() {
        for (Attempt attempt : removeHanging()) {
            attempt.cancel();
        }
    }

    private synchronized List<Attempt> removeHanging() {
        long now = settings.clock().nanoTime();
        List<Attempt> hanging = List.of();
        for (int i = inFlight.size() - 1; i >= 0; i--) {
            Attempt attempt = inFlight.get(i);
            if (attempt.deadline - now <= 0) {
                if (hanging.isEmpty()) {
                    hanging = new ArrayList<>();
                }
                hanging.add(attempt);
                giveUpOn(attempt, "no answer", now);
            }
        }
        return hanging;
    }

    // ---- batches

    private void noticeWaitingRecords(long now) {
        if (!recordsWait && queue.waiting() > 0) {
            recordsWait = true;
            recordsWaitSince = now;
        }
    }

    private @Nullable Batch<T> readyBatch(long now) {
        Batch<T> elsewhere = asksElsewhere ? newBatch(now) : null;
        if (elsewhere != null) {
            asksElsewhere = false;
            return elsewhere;
        }
        Batch<T> next = leastTried(now);
        if (next != null && !isNewBatchWorthProbing(next)) {
            return next;
        }
        Batch<T> formed = newBatch(now);
        return formed == null ? next : formed;
    }

    private @Nullable Batch<T> newBatch(long now) {
        return nanosUntilRecordsReady(now) <= 0 ? formBatch() : null;
    }

    /**
     * The oldest among those that failed least: a batch that no receiver can take must not be the only one tried. The
     * newest where it was the oldest that raised the doubts.
     */
    private @Nullable Batch<T> leastTried(long now) {
        Batch<T> least = null;
        for (Batch<T> batch : unsettled) {
            if (nanosUntilReady(batch, now) <= 0 && (least == null || isBetterProbe(batch, least))) {
                least = batch;
            }
        }
        return least;
    }

    private boolean isBetterProbe(Batch<T> newer, Batch<T> older) {
        return newer.failures() < older.failures() || (isInDoubt() && newer.failures() == older.failures());
    }

    private boolean isInDoubt() {
        return rejectedAlone >= REJECTED_ALONE_TO_DOUBT;
    }

    private boolean rejectsAll() {
        return rejectedAlone >= REJECTED_ALONE_TO_PAUSE;
    }

    private int maxInFlight() {
        return isInDoubt() ? 1 : settings.maxInFlight();
    }

    /**
     * Is it the batches at hand that fail, or the receiver? Only another batch can tell. The more there are, the more
     * often all of them must have failed before one is added, or a long outage would end in a flood of small batches:
     * n batches have failed n times each, so their number grows with the square root of the outage's length.
     */
    private boolean isNewBatchWorthProbing(Batch<T> leastTried) {
        return breaker.health() != SinkState.HEALTHY && leastTried.failures() > unsettled.size();
    }

    private long nanosUntilReady(Batch<T> batch, long now) {
        if (batch.isUnderWay()) {
            return FOREVER;
        }
        // The batch's own wait is there for a receiver that does well otherwise. One that does not is probed with
        // the least tried batch whenever the breaker says so. And on closing there is no later.
        boolean waits = breaker.health() == SinkState.HEALTHY && !closing;
        return waits ? Math.max(0, batch.dueAt() - now) : 0;
    }

    private long nanosUntilRecordsReady(long now) {
        long waiting = queue.waiting();
        if (waiting == 0) {
            return FOREVER;
        }
        if (waiting >= settings.maxBatchSize() || closing || !flushMarks.isEmpty()) {
            return 0;
        }
        return Math.max(0, recordsWaitSince + settings.maxBatchDelayNanos() - now);
    }

    private @Nullable Batch<T> formBatch() {
        int capacity = (int) Math.min(queue.waiting(), settings.maxBatchSize());
        Batch<T> batch = new Batch<>(batchesFormed + 1, capacity, overflow != null);
        // Entered before it is filled: what left the queue is in the books whatever happens.
        unsettled.add(batch);
        while (batch.size() < capacity && batch.bytes() < settings.maxBatchBytes()) {
            T record = queue.poll();
            if (record == null) {
                break;
            }
            batch.add(record, queue.polledSize(), queue.polledPriority(), queue.polledPosition());
        }
        queue.giveBack();
        batchesFormed++;
        recordsWait = queue.waiting() > 0;
        if (batch.size() == 0) {
            unsettled.remove(batch);
            return null;
        }
        for (FlushMark mark : flushMarks) {
            mark.formed(batch.sequence(), queue);
        }
        return batch;
    }

    private synchronized long nanosUntilDue() {
        if (closed) {
            return FOREVER;
        }
        long now = settings.clock().nanoTime();
        long due = state() == announced ? FOREVER : nanosUntilAnnouncement(now);
        for (Attempt attempt : inFlight) {
            due = Math.min(due, attempt.deadline - now);
        }
        if (inFlight.size() < maxInFlight()) {
            due = Math.min(due, Math.max(breaker.nanosUntilPermit(now), nanosUntilSomethingReady(now)));
        }
        return Math.max(0, due);
    }

    private long nanosUntilSomethingReady(long now) {
        noticeWaitingRecords(now);
        long ready = nanosUntilRecordsReady(now);
        for (Batch<T> batch : unsettled) {
            ready = Math.min(ready, nanosUntilReady(batch, now));
        }
        return ready;
    }

    // ---- outcomes, on any thread

    /** One delivery under way. */
    private final class Attempt {

        private final Batch<T> batch;
        private final long deadline;
        private @Nullable CompletionStage<Delivery> stage;

        Attempt(Batch<T> batch, long deadline) {
            this.batch = batch;
            this.deadline = deadline;
        }

        void completed(@Nullable Delivery delivery, @Nullable Throwable thrown) {
            try {
                if (thrown != null) {
                    enter(this, Delivery.retry(Reasons.of(thrown)));
                } else {
                    enter(this, delivery == null ? Delivery.retry("the sink did not say what became of it") : delivery);
                }
            } finally {
                worker.wake();
            }
        }

        /** Lets a sink that reacts to it free a connection; one that does not is none the worse. */
        void cancel() {
            try {
                if (stage != null) {
                    stage.toCompletableFuture().cancel(true);
                }
            } catch (Throwable unwilling) {
                log.debug("A sink does not let its deliveries be cancelled");
            }
        }
    }

    /**
     * The heap may be full, and then anything that allocates throws. So the batch comes first, by steps that do not: it
     * is settled, or back among those that are tried again. What may be missing after that is a line of text.
     */
    private synchronized void enter(Attempt attempt, Delivery delivery) {
        if (closed) {
            return;
        }
        boolean expected = inFlight.remove(attempt);
        if (delivery instanceof Delivery.Delivered arrived) {
            // Also when we had given up on it: it did arrive, and is not sent again.
            arrived(attempt.batch, arrived);
            receiverIsWell();
            takesSome();
        } else if (expected) {
            didNotArrive(attempt.batch, delivery, settings.clock().nanoTime());
        }
    }

    private void receiverIsWell() {
        forgetWaits();
        breaker.succeeded();
    }

    private void receiverAnswers() {
        forgetWaits();
        breaker.answered();
    }

    /** Where they were made for the receiver's illness. */
    private void forgetWaits() {
        if (breaker.health() != SinkState.HEALTHY) {
            long now = settings.clock().nanoTime();
            for (int i = 0; i < unsettled.size(); i++) {
                unsettled.get(i).dueAt(now);
            }
        }
    }

    /** So those that it rejected while it took nothing can be judged now. */
    private void takesSome() {
        arrivals++;
        if (rejectedAlone > 0) {
            long now = settings.clock().nanoTime();
            for (int i = 0; i < unsettled.size(); i++) {
                Batch<T> batch = unsettled.get(i);
                if (batch.wasRejected()) {
                    batch.dueAt(now);
                }
            }
        }
        rejectedAlone = 0;
        asksElsewhere = false;
    }

    private void arrived(Batch<T> batch, Delivery.Delivered arrived) {
        if (batch.isSettled()) {
            return;
        }
        int rejected = Math.max(0, Math.min(batch.size(), arrived.rejected()));
        delivered += batch.size() - rejected;
        dropped.add(DropReason.REJECTED, rejected);
        settle(batch);
        if (rejected > 0) {
            noteError("receiver did not keep " + rejected + " records");
        }
    }

    private void didNotArrive(Batch<T> batch, Delivery delivery, long now) {
        comesBack(batch, now);
        if (delivery instanceof Delivery.Retry retry) {
            receiverIsNotWell(retry.after(), now);
            if (retry.after() == null) {
                suspect(batch, now);
            }
            noteError(Reasons.oneLine(retry.reason()));
        } else if (delivery instanceof Delivery.Refused refused) {
            breaker.refused(now);
            noteError(Reasons.oneLine(refused.reason()));
        } else if (delivery instanceof Delivery.Rejected rejected) {
            receiverAnswers();
            rejected(batch, now, rejected);
            noteError(Reasons.oneLine(rejected.reason()));
        }
    }

    /** To be tried again, unless the batch or the receiver is found to blame. */
    private void comesBack(Batch<T> batch, long now) {
        failedDeliveries++;
        batch.dueAt(now + backoff.nanosAfter(batch.comeBack()));
    }

    private void receiverIsNotWell(@Nullable Duration askedFor, long now) {
        if (askedFor == null) {
            breaker.failed(now);
        } else {
            breaker.askedToWait(now, clamp(askedFor).toNanos());
        }
    }

    private static Duration clamp(Duration askedFor) {
        if (askedFor.compareTo(SHORTEST_WAIT) < 0) {
            return SHORTEST_WAIT;
        }
        return askedFor.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : askedFor;
    }

    /**
     * A receiver that stumbles over one record says "try again" for ever, where it should have rejected it. It gives
     * itself away by taking all else. One that asks for time does not: it speaks of itself.
     */
    private void suspect(Batch<T> batch, long now) {
        if (batch.isSettled()) {
            return;
        }
        int alone = batch.failedAt(arrivals, failedDeliveries);
        if (batch.size() == 1) {
            double coincidence = batch.coincidence(arrivals, failedDeliveries);
            if (alone >= LONE_FAILURES_TO_DROP && coincidence < NO_COINCIDENCE) {
                drop(batch, () -> "failed " + alone + " times while others arrived");
            }
        } else if (alone >= LONE_FAILURES_TO_HALVE) {
            halve(batch, now);
        }
    }

    private void rejected(Batch<T> batch, long now, Delivery.Rejected rejected) {
        if (batch.isSettled()) {
            return;
        }
        boolean takesOthers = batch.rejectedAt(arrivals);
        if (batch.size() > 1) {
            halve(batch, now);
        } else if (takesOthers) {
            drop(batch, () -> Reasons.oneLine(rejected.reason()));
        } else {
            doubt(batch, now, rejected);
        }
    }

    /**
     * Is it the record or the receiver? Only another record can tell, so this one is kept until one arrives. But on
     * closing there is no later.
     */
    private void doubt(Batch<T> batch, long now, Delivery.Rejected rejected) {
        // Again and again the same record says nothing new.
        rejectedAlone += batch.failures() > 1 ? 0 : 1;
        asksElsewhere = isInDoubt();
        if (rejectsAll()) {
            breaker.refused(now);
        } else if (isInDoubt() && breaker.nanosUntilPermit(now) == 0) {
            breaker.askedToWait(now, SHORTEST_WAIT.toNanos());
        }
        if (closing) {
            drop(batch, () -> Reasons.oneLine(rejected.reason()));
        }
    }

    /** In the place of the whole, so that the halves go next. */
    private void halve(Batch<T> batch, long now) {
        List<Batch<T>> halves = batch.halve(now);
        int place = unsettled.indexOf(batch);
        unsettled.addAll(place, halves);
        unsettled.remove(place + halves.size());
        batch.settle();
    }

    private void drop(Batch<T> batch, Supplier<String> reason) {
        dropped.add(DropReason.REJECTED, batch.size());
        settle(batch);
        deadLetters.add(batch.records(), batch.bytes(), name, reason.get(), wallClock());
    }

    private void settle(Batch<T> batch) {
        batch.settle();
        unsettled.remove(batch);
        queue.release(batch.bytes());
        Receipts receipts = batch.receipts();
        if (overflow != null && receipts != null) {
            receipts.acknowledgeAll(overflow);
        }
        checkFlushMarks();
    }

    private void giveUpOn(Attempt attempt, String what, long now) {
        inFlight.remove(attempt);
        comesBack(attempt.batch, now);
        receiverIsNotWell(null, now);
        suspect(attempt.batch, now);
        noteError(what + " within " + TimeUnit.NANOSECONDS.toSeconds(settings.deliveryTimeoutNanos()) + " s");
    }

    private void noteError(String reason) {
        lastError = reason;
        lastErrorAt = wallClock();
    }

    private Instant wallClock() {
        return Instant.EPOCH.plusNanos(settings.clock().now());
    }

    // ---- flush

    /** Intake's thread, when all that the ticket waits for has been handed over. */
    synchronized void flush(FlushTicket ticket) {
        FlushMark mark = new FlushMark(ticket, queue.claimed(), overflow != null && overflow.isBehind());
        mark.formed(batchesFormed, queue);
        flushMarks.add(mark);
        checkFlushMarks();
    }

    /** What a flush waits for may still be in the journal; once it has been read, the queue's end is its end. */
    private synchronized void moveFlushMarks() {
        if (overflow == null || overflow.isBehind()) {
            return;
        }
        for (FlushMark mark : flushMarks) {
            mark.caughtUp(queue.claimed());
            mark.formed(batchesFormed, queue);
        }
        checkFlushMarks();
    }

    private void checkFlushMarks() {
        long oldest = FOREVER;
        for (Batch<T> batch : unsettled) {
            oldest = Math.min(oldest, batch.sequence());
        }
        for (int i = flushMarks.size() - 1; i >= 0; i--) {
            FlushMark mark = flushMarks.get(i);
            if (closed || (mark.allFormed && oldest > mark.lastBatch)) {
                mark.ticket.passed();
                flushMarks.remove(i);
            }
        }
    }

    /** How far the courier has to come for one flush. */
    private static final class FlushMark {

        private final FlushTicket ticket;
        private RecordQueue.Position upTo;
        private boolean behind;
        private boolean allFormed;
        private long lastBatch;

        FlushMark(FlushTicket ticket, RecordQueue.Position upTo, boolean behind) {
            this.ticket = ticket;
            this.upTo = upTo;
            this.behind = behind;
        }

        void caughtUp(RecordQueue.Position end) {
            if (behind) {
                behind = false;
                upTo = end;
            }
        }

        void formed(long sequence, RecordQueue<?> queue) {
            if (!allFormed && !behind && queue.passed(upTo)) {
                allFormed = true;
                lastBatch = sequence;
            }
        }
    }

    // ---- what others see

    /**
     * Looks after a thread that is inside {@code deliver} for too long: counts a failure, and interrupts it. From the
     * intake's thread, as the courier's own cannot.
     */
    void watch() {
        if (giveUpOnHangingCall()) {
            announce();
        }
    }

    private synchronized boolean giveUpOnHangingCall() {
        long now = settings.clock().nanoTime();
        Attempt attempt = calling;
        if (attempt == null || callGivenUp || attempt.deadline - now > 0) {
            return false;
        }
        callGivenUp = true;
        if (inFlight.contains(attempt)) {
            giveUpOn(attempt, "deliver() did not return", now);
        }
        worker.interrupt();
        return true;
    }

    /** Nothing waits and nothing is under way. */
    synchronized boolean isIdle() {
        boolean behind = overflow != null && overflow.isBehind();
        return unsettled.isEmpty() && inFlight.isEmpty() && queue.waiting() == 0 && !behind;
    }

    /** What did not arrive, and will not before the next process: what a flush must not call delivered. */
    synchronized long undelivered() {
        return dropped.losses() + leftToNextProcess + left.size();
    }

    synchronized SinkStats stats() {
        return new SinkStats(
                name,
                state(),
                delivered,
                dropped.snapshot(),
                closed ? 0 : queue.waiting() + recordsInBatches(),
                leftToNextProcess + left.size() + (overflow == null ? 0 : overflow.waiting()),
                overflow == null ? 0 : overflow.inherited(),
                closed ? 0 : queue.bytes(),
                inFlight.size(),
                failedDeliveries,
                lastError,
                lastErrorAt);
    }

    private long recordsInBatches() {
        long records = 0;
        for (Batch<T> batch : unsettled) {
            records += batch.size();
        }
        return records;
    }

    private SinkState state() {
        if (closed) {
            return SinkState.CLOSED;
        }
        if (rejectsAll() && breaker.health() == SinkState.HEALTHY) {
            // It is being asked whether it still does.
            return SinkState.PAUSED;
        }
        boolean ailing = callGivenUp || isInDoubt() || worker.isResting();
        return ailing ? worse(breaker.health()) : breaker.health();
    }

    private static SinkState worse(SinkState state) {
        return state == SinkState.HEALTHY ? SinkState.DEGRADED : state;
    }

    // ---- log lines: one for each change of state, not more than one a minute

    private void announce() {
        SinkState state;
        String why;
        long waiting;
        synchronized (this) {
            state = state();
            long now = settings.clock().nanoTime();
            if (closed || state == announced || nanosUntilAnnouncement(now) > 0) {
                return;
            }
            announced = state;
            announcedBefore = true;
            announcedAt = now;
            why = lastError == null ? "" : lastError;
            waiting = queue.waiting() + recordsInBatches();
        }
        switch (state) {
            case HEALTHY ->
                log.info(
                        "{} to {} are delivered again; {} were dropped so far",
                        settings.signal(),
                        name,
                        dropped.total());
            case PAUSED ->
                log.warn(
                        "{} to {} are refused: {}; next try within 5 minutes, {} wait",
                        settings.signal(),
                        name,
                        why,
                        waiting);
            default -> log.warn("{} to {} do not arrive: {}; {} wait", settings.signal(), name, why, waiting);
        }
    }

    /** The courier's thread, where it notices them. */
    private void announceLosses(long now) {
        long lost = dropped.of(DropReason.JOURNAL_LOST);
        boolean recently = lossesAnnounced > 0 && now - lossesAnnouncedAt < BETWEEN_LOG_LINES_NANOS;
        if (lost > lossesAnnounced && !recently) {
            log.warn(
                    "{} to {} are lost: the disk had no room for them, or they were too old or damaged; {} so far",
                    settings.signal(),
                    name,
                    lost);
            lossesAnnounced = lost;
            lossesAnnouncedAt = now;
        }
    }

    private long nanosUntilAnnouncement(long now) {
        return announcedBefore ? Math.max(0, announcedAt + BETWEEN_LOG_LINES_NANOS - now) : 0;
    }

    // ---- closing

    /** Any thread: stops waiting for full batches; {@link #end()} may take until then. */
    synchronized void beginClose(long closeByNanoTime) {
        closing = true;
        closeBy = closeByNanoTime;
        worker.wake();
    }

    /** While closing: can nothing more arrive before the deadline, because the breaker stays open for longer? */
    private synchronized boolean isHopeless() {
        long now = settings.clock().nanoTime();
        long permit = breaker.nanosUntilPermit(now);
        return closing && inFlight.isEmpty() && permit != FOREVER && permit > closeBy - now;
    }

    /** Any thread: what has not arrived by now is counted as not delivered, and nothing is tried any more. */
    void abandon() {
        announceUndelivered(giveUpAll());
    }

    /** The same for good, once the journal has written what it could. */
    void settleAccounts() {
        announceUndelivered(giveUpAll() + countLeft());
    }

    private void announceUndelivered(long records) {
        if (records > 0) {
            hasLastWords = true;
            log.warn("{} to {} closed with {} undelivered", settings.signal(), name, records);
        }
    }

    private synchronized long giveUpAll() {
        if (closed) {
            return 0;
        }
        closed = true;
        queue.close();
        long waiting = queue.waiting() + recordsInBatches();
        leaveBatches();
        leaveQueue();
        long undelivered = waiting - left.size();
        dropped.add(DropReason.UNDELIVERED, undelivered);
        unsettled.forEach(Batch::settle);
        unsettled.clear();
        inFlight.clear();
        checkFlushMarks();
        return undelivered;
    }

    private void leaveBatches() {
        for (Batch<T> batch : unsettled) {
            Receipts receipts = batch.receipts();
            if (receipts != null) {
                left.addWritten(receipts);
            }
        }
    }

    private void leaveQueue() {
        while (queue.poll() != null) {
            if (queue.polledPosition() != Journal.NOT_WRITTEN) {
                left.add(queue.polledPriority(), queue.polledPosition());
            }
            queue.giveBack();
        }
    }

    /** Returns how many of those that were left to the journal it has lost. */
    private synchronized long countLeft() {
        if (overflow == null) {
            return 0;
        }
        long records = left.size() + overflow.waiting();
        long kept = overflow.leave(left);
        left.clear();
        leftToNextProcess += kept;
        return records - kept;
    }

    /** Any thread: whether something was said about the end. */
    boolean hasLastWords() {
        return hasLastWords;
    }

    /** Any thread: ends the courier's thread, after the call it may be in and {@link #end()}. */
    synchronized void stop() {
        worker.stop();
        if (calling != null) {
            worker.interrupt();
        }
    }
}
