package io.dharma.tracing.pipeline;

import io.dharma.tracing.spi.BackgroundLog;
import io.dharma.tracing.spi.ClosingSteps;
import io.dharma.tracing.spi.Timeouts;
import io.opentelemetry.sdk.common.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The way of one signal's records out of the process.
 *
 * <pre>
 * offer() -> queue -> convert -> stages -> queue -> batches -> sink
 *                                      \-> queue -> batches -> sink
 * </pre>
 *
 * <p>{@link #offer} is for the application's threads: it takes no lock, never waits and never throws. The rest happens
 * on daemon threads named {@code dharma-...}: one behind the first queue and one for each sink, so that a sink that
 * hangs, fails or blocks concerns nobody but itself. Several pipelines may share them ({@link PipelineThreads}). Each
 * keeps its own time; there are no timer threads.
 *
 * <p>Memory is bounded by {@link Builder#maxQueueBytes}, for everything together: a quarter is the first queue's, half
 * with a journal, an eighth keeps what receivers rejected, the rest is divided among the sinks, and a record counts until
 * its fate is known. When room runs out the newest records are dropped, ordinary ones before those of high priority,
 * for the sink concerned only.
 *
 * <p>With a {@link Journal} every record is written down before the sinks get it, and none that was is dropped for lack of
 * memory, unless it alone is more than its sink has. The first queue is the only place left where room can run out: when
 * more is offered than one thread can write, or that thread gets no processor for some tenths of a second.
 *
 * <p>A batch that did not arrive is kept and tried again, for as long as it takes. Nothing is ever lost silently:
 * {@link #stats()} accounts for every record that was offered.
 *
 * <p>Any thread may call any method.
 *
 * @param <I> what is offered
 * @param <O> what is delivered
 */
public final class Pipeline<I, O> implements AutoCloseable {

    /** The least that {@link Builder#maxQueueBytes} takes. */
    public static final long MIN_QUEUE_BYTES = 64L << 10;

    private static final Duration TIME_TO_CLOSE = Duration.ofSeconds(3);

    /** What sinks get at least to let go of their connections, out of the time to close. */
    private static final long TIME_FOR_SINKS_TO_CLOSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final Duration TIME_TO_SAY = Duration.ofMillis(20);

    /** Also when there is no time left: a disk that is well needs less, and the accounts depend on it. */
    private static final long TIME_FOR_JOURNAL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Intake<I, O> intake;
    private final List<Courier<O>> couriers;
    private final DeadLetters<O> deadLetters;
    private final Clock clock;
    private final AtomicLong lossesReported = new AtomicLong();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);

    private Pipeline(Intake<I, O> intake, List<Courier<O>> couriers, DeadLetters<O> deadLetters, Clock clock) {
        this.intake = intake;
        this.couriers = couriers;
        this.deadLetters = deadLetters;
        this.clock = clock;
    }

    /**
     * A pipeline for one signal.
     *
     * @param signal what flows in it, in a lower-case word, for thread names, health and log: {@code spans}
     * @param type what callers are asked to find out about a record
     * @param convert makes of a record what is delivered. Runs on one of the pipeline's threads. Null drops the
     *     record on purpose; throwing drops it and is counted.
     */
    public static <I, O> Builder<I, O> builder(
            String signal, RecordType<I> type, Function<? super I, ? extends @Nullable O> convert) {
        return new Builder<>(signal, type, convert);
    }

    /**
     * Takes a record, if there is room. Allocates nothing once the queue has been as full before; costs two atomic
     * additions and a write.
     *
     * @return false if it was dropped, which is then counted
     */
    public boolean offer(I record) {
        return intake.offer(record);
    }

    /**
     * Waits until everything that was offered before this call is delivered.
     *
     * @param deadline how long to wait at most
     * @return true only if every sink has all of it: false if time ran out, or if any record was lost since the
     *     last flush, be it for lack of room, refused by its receiver or offered too late. Called from one of the
     *     pipeline's own threads it does not wait, and says false.
     */
    public boolean flush(Duration deadline) {
        return beginFlush().await(deadline);
    }

    /** As {@link #flush}, for somebody who has more than one thing to wait for. Does not wait itself. */
    public PendingFlush beginFlush() {
        if (isOwnThread()) {
            return deadline -> false;
        }
        long lossesBefore = lossesReported.get();
        if (closing.get()) {
            return deadline -> {
                boolean passed = awaitClosed(Timeouts.nanos(deadline));
                return nothingLostSince(lossesBefore) && passed;
            };
        }
        FlushTicket ticket = beginDraining();
        return deadline -> {
            boolean passed = await(ticket, Timeouts.nanos(deadline));
            return nothingLostSince(lossesBefore) && passed;
        };
    }

    /**
     * Has something done once all that was offered before this call has been converted and has passed the stages: to offer
     * what was found out about them, say. On the thread behind the first queue, so it must not wait; once. If the pipeline is
     * closed before, by whoever closes it, or at once. Does not wait itself.
     */
    public void whenTaken(Runnable action) {
        intake.whenPassed(Objects.requireNonNull(action, "action"));
    }

    /** A flush that has begun. One thread, once. */
    @FunctionalInterface
    public interface PendingFlush {

        /**
         * Waits for it.
         *
         * @param deadline how long to wait at most
         * @return as {@link Pipeline#flush} does
         */
        boolean await(Duration deadline);
    }

    private boolean nothingLostSince(long lossesBefore) {
        long losses = losses();
        lossesReported.accumulateAndGet(losses, Math::max);
        return losses == lossesBefore;
    }

    /** Closes within three seconds; see {@link #close(Duration)}. */
    @Override
    public void close() {
        close(TIME_TO_CLOSE);
    }

    /**
     * Takes no more records, tries to deliver those it has, and lets go of sinks and threads. What could not be
     * delivered in time is counted as {@link DropReason#UNDELIVERED}, unless it is in the journal, or as {@link
     * DropReason#JOURNAL_LOST} if that took it and cannot keep it. A second call waits for the first.
     *
     * @param deadline how long this may take at most, also with a sink that never answers
     */
    public void close(Duration deadline) {
        long start = System.nanoTime();
        long nanos = Timeouts.nanos(deadline);
        if (!closing.compareAndSet(false, true)) {
            if (!isOwnThread()) {
                awaitClosed(nanos);
            }
            return;
        }
        long until = start + nanos;
        try {
            ClosingSteps.runAll(
                    () -> beginClose(nanos),
                    () -> drainUnlessOwnThread(nanos - Math.min(nanos / 2, TIME_FOR_SINKS_TO_CLOSE_NANOS)),
                    intake::abandon,
                    () -> intake.finishJournal(timeForJournal(until)),
                    () -> couriers.forEach(Courier::settleAccounts),
                    () -> couriers.forEach(Courier::stop),
                    () -> awaitThreads(until),
                    this::awaitLastWords);
        } finally {
            closed.countDown();
        }
    }

    /** A disk that hangs takes no more than half of what is left for the sinks to close. */
    private static Duration timeForJournal(long until) {
        return Duration.ofNanos(Math.max(TIME_FOR_JOURNAL_NANOS, (until - System.nanoTime()) / 2));
    }

    /** The process may end now, and what was lost should have been said; but a log may hang. */
    private void awaitLastWords() {
        if (couriers.stream().noneMatch(Courier::hasLastWords)) {
            return;
        }
        try {
            boolean unused = BackgroundLog.await(TIME_TO_SAY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Takes no more records and begins to deliver those it has, for somebody who has more than one pipeline to close
     * and does not want one to wait for the other. Does not wait itself; {@link #close(Duration)} still has to follow.
     *
     * @param deadline when that will be at the latest
     */
    public void beginClose(Duration deadline) {
        beginClose(Timeouts.nanos(deadline));
    }

    private void beginClose(long nanos) {
        intake.refuseMore();
        long closeBy = clock.nanoTime() + nanos;
        couriers.forEach(courier -> courier.beginClose(closeBy));
    }

    /** The accounts as of now. Exact also while records move; takes the locks of the sinks' books one after another. */
    public PipelineStats stats() {
        long faults = 0;
        for (Worker worker : workers()) {
            faults += worker.faults();
        }
        return intake.stats(faults);
    }

    /**
     * The records that were rejected last, the oldest first, as far as an eighth of {@link Builder#maxQueueBytes}
     * holds them: for somebody who wants to know what is wrong with them. They are counted as
     * {@link DropReason#REJECTED}.
     */
    public List<DeadLetter<O>> deadLetters() {
        return deadLetters.list();
    }

    /** For a clock that was moved by hand: lets every thread look at it again. */
    void wake() {
        workers().forEach(Worker::wake);
    }

    private long losses() {
        return intake.losses()
                + couriers.stream().mapToLong(Courier::undelivered).sum();
    }

    private void drainUnlessOwnThread(long nanos) {
        if (!isOwnThread()) {
            boolean unused = await(beginDraining(), nanos);
        }
    }

    private FlushTicket beginDraining() {
        FlushTicket ticket = new FlushTicket(intake.claimed(), couriers.size());
        intake.flush(ticket);
        return ticket;
    }

    private static boolean await(FlushTicket ticket, long nanos) {
        try {
            return ticket.await(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            ticket.withdraw();
        }
    }

    private boolean awaitClosed(long nanos) {
        try {
            return closed.await(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void awaitThreads(long until) {
        try {
            for (Worker worker : workers()) {
                if (!worker.isCurrentThread()) {
                    worker.join(until - System.nanoTime());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isOwnThread() {
        return workers().stream().anyMatch(Worker::isCurrentThread);
    }

    private List<Worker> workers() {
        List<Worker> workers = new ArrayList<>(couriers.size() + 1);
        workers.add(intake.worker());
        for (Courier<?> courier : couriers) {
            workers.add(courier.worker());
        }
        return workers;
    }

    private void start() {
        for (Worker worker : workers()) {
            worker.start();
        }
    }

    /** Collects a pipeline's settings. One thread at a time; can build once. */
    public static final class Builder<I, O> {

        private final String signal;
        private final RecordType<I> type;
        private final Function<? super I, ? extends @Nullable O> convert;
        private final List<Sink<O>> sinks = new ArrayList<>();
        private final List<Stage<O>> stages = new ArrayList<>();
        private PipelineThreads threads = PipelineThreads.own();
        private @Nullable Journal<O> journal;
        private @Nullable ToIntFunction<? super O> convertedSize;
        private long maxQueueBytes = 16L << 20;
        private int maxBatchSize = 512;
        private long maxBatchBytes = 2L << 20;
        private Duration maxBatchDelay = Duration.ofSeconds(1);
        private Duration deliveryTimeout = Duration.ofSeconds(5);
        private int maxInFlight = 8;
        private Clock clock = Clock.getDefault();
        private Supplier<? extends RandomGenerator> random = SplittableRandom::new;

        private Builder(String signal, RecordType<I> type, Function<? super I, ? extends @Nullable O> convert) {
            this.signal = Objects.requireNonNull(signal, "signal");
            this.type = Objects.requireNonNull(type, "type");
            this.convert = Objects.requireNonNull(convert, "convert");
        }

        /** Adds one more step between conversion and the sinks. They run in the order in which they were added. */
        public Builder<I, O> stage(Stage<O> stage) {
            stages.add(Objects.requireNonNull(stage, "stage"));
            return this;
        }

        /**
         * Has the pipeline share its threads with others. By default it has its own: one and one for each sink, named
         * {@code dharma-<signal>-...}.
         */
        public Builder<I, O> threads(PipelineThreads threads) {
            this.threads = Objects.requireNonNull(threads, "threads");
            return this;
        }

        /**
         * Has every record written down before the sinks get it. What memory has no room for is then read from there
         * instead of being dropped, and what is not delivered when the pipeline closes is left there. The journal is
         * the caller's to close, after the pipeline. By default there is none.
         */
        public Builder<I, O> journal(Journal<O> journal) {
            this.journal = Objects.requireNonNull(journal, "journal");
            return this;
        }

        /** Adds one more place where every record goes. The pipeline closes it. Costs a thread each, or a share. */
        public Builder<I, O> sink(Sink<O> sink) {
            sinks.add(Objects.requireNonNull(sink, "sink"));
            return this;
        }

        /**
         * How many bytes of records may wait, in all queues together. More bridges longer outages; what does not fit
         * is dropped. Default 16 MiB; the queue's own tables, up to another fifth of it, grow as they are needed.
         */
        public Builder<I, O> maxQueueBytes(long bytes) {
            this.maxQueueBytes = atLeast(MIN_QUEUE_BYTES, bytes, "maxQueueBytes");
            return this;
        }

        /** How many records a batch has at most. Larger ones are cheaper for the receiver. Default 512. */
        public Builder<I, O> maxBatchSize(int records) {
            this.maxBatchSize = (int) atLeast(1, records, "maxBatchSize");
            return this;
        }

        /**
         * With how many bytes a batch is full, whatever its number of records; the last one may exceed it. Receivers
         * refuse requests that are too large, commonly above 4 MiB. Default 2 MiB.
         */
        public Builder<I, O> maxBatchBytes(long bytes) {
            this.maxBatchBytes = atLeast(1, bytes, "maxBatchBytes");
            return this;
        }

        /**
         * How long a batch waits to be filled. Default 1 s: short enough for someone who looks for the trace of the
         * request they just sent, and in a service with much traffic batches fill up before. Less means more and
         * smaller requests.
         */
        public Builder<I, O> maxBatchDelay(Duration delay) {
            this.maxBatchDelay = notNegative(delay, "maxBatchDelay");
            return this;
        }

        /** After how long without an answer a delivery is given up, to be tried again. Default 5 s. */
        public Builder<I, O> deliveryTimeout(Duration timeout) {
            this.deliveryTimeout = notNegative(timeout, "deliveryTimeout");
            return this;
        }

        /**
         * How many deliveries to one sink may be under way at once. Default 8, which carries 40,000 records a second
         * to a receiver that takes 100 ms for a batch. 1 keeps batches in order as long as none fails.
         */
        public Builder<I, O> maxInFlight(int deliveries) {
            this.maxInFlight = (int) atLeast(1, deliveries, "maxInFlight");
            return this;
        }

        /**
         * How much heap a record holds once it is converted, in bytes. By default as much as before; worth setting
         * where converting adds much, such as the text of a stack trace. Runs on the pipeline's thread.
         */
        public Builder<I, O> convertedSize(ToIntFunction<? super O> size) {
            this.convertedSize = Objects.requireNonNull(size, "size");
            return this;
        }

        /** Where time comes from. Default the system's clocks. */
        public Builder<I, O> clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /** For tests that want the same jitter every time. */
        Builder<I, O> random(Supplier<? extends RandomGenerator> random) {
            this.random = random;
            return this;
        }

        /** Builds the pipeline and starts its threads. */
        public Pipeline<I, O> build() {
            Settings settings = new Settings(
                    signal,
                    maxBatchSize,
                    maxBatchBytes,
                    Timeouts.nanos(maxBatchDelay),
                    Timeouts.nanos(deliveryTimeout),
                    maxInFlight,
                    clock);
            long intakeBytes = sinks.isEmpty() ? maxQueueBytes : maxQueueBytes / intakeShare();
            long deadBytes = maxQueueBytes / 8;
            DeadLetters<O> deadLetters = new DeadLetters<>(deadBytes);
            List<Courier<O>> couriers = new ArrayList<>();
            Set<String> names = new HashSet<>();
            for (Sink<O> sink : sinks) {
                String name = sink.name();
                if (!names.add(name)) {
                    throw new IllegalArgumentException("two sinks of " + signal + " are named " + name);
                }
                long share = (maxQueueBytes - intakeBytes - deadBytes) / sinks.size();
                WorkerThread thread = threads.sink(signal, sink);
                Journal.Reader<O> reader = journal == null ? null : journal.reader(name);
                couriers.add(new Courier<>(sink, name, share, settings, random.get(), deadLetters, reader, thread));
            }
            Intake<I, O> intake = new Intake<>(
                    type,
                    convert,
                    new Stages<>(stages),
                    journal,
                    convertedSize,
                    List.copyOf(couriers),
                    intakeBytes,
                    settings,
                    threads.intake(signal));
            for (Courier<O> courier : couriers) {
                courier.watchOver(intake);
            }
            Pipeline<I, O> pipeline = new Pipeline<>(intake, List.copyOf(couriers), deadLetters, clock);
            pipeline.start();
            return pipeline;
        }

        /**
         * What part of the memory the intake's queue gets. With a journal it is the only place that is without a disk
         * behind it, so it has to take what comes while its thread waits for a processor; the sinks' queues need less.
         */
        private int intakeShare() {
            return journal == null ? 4 : 2;
        }

        private static long atLeast(long least, long value, String name) {
            if (value < least) {
                throw new IllegalArgumentException(name + " is " + value + ", must be at least " + least);
            }
            return value;
        }

        private static Duration notNegative(Duration value, String name) {
            if (value.isNegative()) {
                throw new IllegalArgumentException(name + " is " + value + ", must not be negative");
            }
            return value;
        }
    }
}
