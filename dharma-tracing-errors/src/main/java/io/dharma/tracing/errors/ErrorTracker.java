package io.dharma.tracing.errors;

import io.dharma.tracing.context.Correlation;
import io.dharma.tracing.errors.classify.Classifier;
import io.dharma.tracing.errors.fingerprint.Fingerprinter;
import io.dharma.tracing.history.HistoryLog;
import io.dharma.tracing.pipeline.Journal;
import io.dharma.tracing.pipeline.Pipeline;
import io.dharma.tracing.pipeline.PipelineStats;
import io.dharma.tracing.pipeline.PipelineThreads;
import io.dharma.tracing.pipeline.Priority;
import io.dharma.tracing.pipeline.RecordType;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.pipeline.Stage;
import io.dharma.tracing.redaction.Redactor;
import io.dharma.tracing.spi.ClosingSteps;
import io.dharma.tracing.spi.Timeouts;
import io.dharma.tracing.spool.Spool;
import io.dharma.tracing.trace.FailureListener;
import io.dharma.tracing.trace.TracedBlock;
import io.dharma.tracing.trace.Tracing;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Catches failures, each once; groups and counts them; and has them kept where errors are kept.
 *
 * <pre>{@code
 * ErrorTracker errors = ErrorTracker.builder(service).build();
 * DharmaTracer tracer = DharmaTracer.builder().failures(errors).build();
 * ...
 * errors.capture(caught);
 * }</pre>
 *
 * <p>The capturing thread does no more than to note down where it is and to put that into a queue, in a microsecond or two:
 * no method of the throwable is called there. The rest is done by a {@link Pipeline}.
 *
 * <p><b>Once.</b> A throwable is one failure, however many blocks it crosses, and however often it is captured or logged
 * after that; and so is another one that it became the cause of. In another trace it is another failure.
 *
 * <p><b>In a storm</b> a fifth of a processor is spent on looking at errors one by one. The first ones of each kind are
 * always looked at; of what is beyond, the groups get what is captured in the same place of the same class, in the
 * proportions found so far. So the number of all errors is exact, and that of a group as well, unless several errors of one
 * class storm in one operation.
 *
 * <p>Any thread may call any method.
 */
public final class ErrorTracker implements Errors, FailureListener, AutoCloseable {

    /** What the pipeline's accounts are called. */
    public static final String SIGNAL = "errors";

    /** How much heap errors may take while they wait, unless said otherwise. */
    public static final long DEFAULT_MAX_QUEUE_BYTES = 8L << 20;

    /** To Elasticsearch a batch may take several requests. */
    private static final Duration DELIVERY_TIMEOUT = Duration.ofSeconds(10);

    private static final Duration BETWEEN_TICKS = Duration.ofSeconds(5);
    private static final Duration PATIENCE_FOR_MEMORIES = Duration.ofSeconds(2);
    private static final Duration TIME_TO_CLOSE = Duration.ofSeconds(3);
    private static final long MINUTE_NANOS = 60_000_000_000L;
    private static final int MAX_SITES = 4_096;
    private static final int MAX_BREADCRUMB = 250;

    private final List<String> mdcKeys;
    private final Clock clock;
    private final SeenThrowables seen = new SeenThrowables();
    private final BreadcrumbTrail trail = new BreadcrumbTrail();
    private final Set<CaptureSite> sites = ConcurrentHashMap.newKeySet();
    private final Uncounted uncounted = new Uncounted();
    private final LongAdder captured = new LongAdder();
    private final LongAdder repeated = new LongAdder();
    private final LongAdder contained = new LongAdder();
    private final ServiceIdentity service;
    private final List<GroupMemory> memories;
    private final GroupRegistry registry;
    private final Listeners listeners;
    private final ErrorIntake intake;
    private final EventMaker maker;
    private final Pipeline<Incoming, ErrorRecord> pipeline;
    private final PipelineThreads.Repetition ticks;
    private final ErrorQueries queries;
    private final @Nullable ErrorHistory history;
    private final AtomicBoolean lastTickBegun = new AtomicBoolean();

    private ErrorTracker(Builder builder) {
        this.mdcKeys = List.copyOf(builder.mdcKeys);
        this.clock = builder.clock;
        this.service = builder.service;
        List<GroupMemory> asked = new ArrayList<>(builder.memories);
        builder.stores.forEach(store -> asked.add(new StoreMemory(store)));
        this.memories = List.copyOf(asked);
        this.registry = new GroupRegistry(service, builder.policy);
        this.listeners = new Listeners(builder.listeners);
        Fingerprinter fingerprinter =
                builder.fingerprinter == null ? Fingerprinter.builder().build() : builder.fingerprinter;
        this.maker = new EventMaker(service, fingerprinter, builder.classifier, builder.redactor);
        this.intake = new ErrorIntake(maker, seen, registry, listeners, clock::nanoTime, clock::now);
        List<ErrorStore> stores = new ArrayList<>(List.of(new LocalErrorStore(registry)));
        stores.addAll(builder.stores);
        this.queries = new ErrorQueries(stores, builder.patience);
        this.history = builder.directory == null
                ? null
                : new ErrorHistory(
                        builder.directory,
                        builder.maxDiskBytes,
                        new ErrorRecordCodec(),
                        service.instance(),
                        this::remember);
        PipelineThreads threads = builder.threads == null ? PipelineThreads.shared() : builder.threads;
        this.pipeline = pipeline(builder, threads);
        this.ticks = threads.every(BETWEEN_TICKS, this::tick);
        if (history != null) {
            history.start();
        }
    }

    /** What an earlier process wrote. */
    private void remember(ErrorRecord record) {
        if (record instanceof ErrorEvent event) {
            registry.remember(event);
        } else if (record instanceof ErrorCount count) {
            registry.remember(count);
        } else if (registry.remember(((GroupChange) record).known())) {
            registry.find(record.group()).ifPresent(listeners::regressed);
        }
    }

    private Pipeline<Incoming, ErrorRecord> pipeline(Builder builder, PipelineThreads threads) {
        Pipeline.Builder<Incoming, ErrorRecord> delivery = Pipeline.builder(SIGNAL, new Type(), intake::convert)
                .convertedSize(ErrorRecordSize::of)
                .maxQueueBytes(builder.maxQueueBytes)
                .maxBatchSize(500)
                .maxBatchDelay(Duration.ofSeconds(1))
                .deliveryTimeout(DELIVERY_TIMEOUT)
                .threads(threads)
                .clock(clock);
        builder.hooks.forEach(delivery::stage);
        if (!builder.hooks.isEmpty()) {
            delivery.stage(Stage.required(
                    "redact", record -> record instanceof ErrorEvent event ? maker.redacted(event) : record));
        }
        // Not in the conversion: one that was given up must not count when it returns after all.
        delivery.stage(Stage.required("keep", this::keep));
        if (history != null) {
            delivery.sink(history);
        }
        builder.sinks.forEach(delivery::sink);
        if (builder.journal != null) {
            delivery.journal(builder.journal);
        }
        return delivery.build();
    }

    /**
     * A spool for errors, for {@link Builder#journal}; to a folder of their own in the directory, which may be the one that
     * spans are spooled to. See {@link Spool#builder(Path, io.dharma.tracing.spool.RecordCodec)}.
     */
    public static Spool.Builder<ErrorRecord> spool(Path directory) {
        return Spool.builder(directory, SIGNAL, new ErrorRecordCodec());
    }

    /**
     * Begins one.
     *
     * @param service whose errors are caught
     */
    public static Builder builder(ServiceIdentity service) {
        return new Builder(service);
    }

    // Capturing: the application's threads

    @Override
    public void capture(@Nullable Throwable throwable) {
        capture(throwable, CaptureDetails.caught());
    }

    @Override
    public void capture(@Nullable Throwable throwable, CaptureDetails details) {
        if (throwable != null) {
            try {
                capture(throwable, details, Context.current(), Tracing.current().name());
            } catch (Throwable hostile) {
                contained.increment();
            }
        }
    }

    @Override
    public void failed(Throwable throwable, TracedBlock block) {
        try {
            capture(throwable, CaptureDetails.OF_BLOCK, block.context(), block.name());
        } catch (Throwable hostile) {
            contained.increment();
        }
    }

    private void capture(Throwable throwable, CaptureDetails details, Context context, String operation) {
        SpanContext span = Span.fromContext(context).getSpanContext();
        if (!seen.add(throwable, span.isValid() ? span.getTraceId() : null)) {
            repeated.increment();
            return;
        }
        captured.increment();
        CaptureSite site = new CaptureSite(
                throwable.getClass().getName(), operation.isEmpty() ? null : operation, details.logger());
        boolean first = sites.size() < MAX_SITES && sites.add(site);
        Thread thread = Thread.currentThread();
        long now = clock.now();
        boolean taken = pipeline.offer(new CapturedError(
                throwable,
                details,
                site,
                first,
                now,
                span,
                Correlation.from(context),
                thread.getName(),
                mdc(),
                trail.of(trailOwner(span, thread))));
        if (!taken) {
            if (first) {
                sites.remove(site);
            }
            uncounted.add(site, now / MINUTE_NANOS);
        }
    }

    private Map<String, String> mdc() {
        if (mdcKeys.isEmpty()) {
            return Map.of();
        }
        Map<String, String> found = new HashMap<>();
        for (String key : mdcKeys) {
            String value = MDC.get(key);
            if (value != null) {
                found.put(key, value);
            }
        }
        return found;
    }

    @Override
    public void breadcrumb(String category, String message) {
        try {
            SpanContext span = Span.current().getSpanContext();
            trail.add(
                    trailOwner(span, Thread.currentThread()),
                    new Breadcrumb(EventMaker.instant(clock.now()), shortened(category), shortened(message)));
        } catch (Throwable hostile) {
            contained.increment();
        }
    }

    private static String shortened(String text) {
        return text.length() <= MAX_BREADCRUMB ? text : text.substring(0, MAX_BREADCRUMB);
    }

    @SuppressWarnings("deprecation") // threadId() is of JDK 19
    private static Object trailOwner(SpanContext span, Thread thread) {
        return span.isValid() ? span.getTraceId() : (Object) thread.getId();
    }

    // Keeping: the pipeline's thread

    private @Nullable ErrorRecord keep(ErrorRecord record) {
        if (!(record instanceof ErrorEvent event)) {
            return record;
        }
        GroupRegistry.Recorded recorded = registry.record(event, now(), memories.size());
        if (recorded.first()) {
            askMemories(recorded.group());
            ticks.hurry();
        }
        if (recorded.regressed()) {
            listeners.regressed(recorded.group());
            ticks.hurry();
        }
        listeners.counted(recorded.group(), event.operation().orElse(null), event.time(), 1);
        return recorded.kept() ? event : null;
    }

    private void askMemories(ErrorGroup group) {
        for (GroupMemory memory : memories) {
            try {
                memory.relatives(group.id(), group.family(), service.name()).whenComplete((relatives, failure) -> {
                    registry.learn(group.id(), failure == null && relatives != null ? relatives : List.of());
                    ticks.hurry();
                });
            } catch (Throwable hostile) {
                registry.learn(group.id(), List.of());
            }
        }
    }

    private Instant now() {
        return EventMaker.instant(clock.now());
    }

    /** What has to be done now and then, and when something new was found. */
    private void tick() {
        tick(now().minus(PATIENCE_FOR_MEMORIES));
    }

    private void tick(Instant givingUpOnMemories) {
        Instant now = now();
        countUncounted(now);
        if (history == null || history.isRead() || givingUpOnMemories.equals(Instant.MAX)) {
            registry.settle(givingUpOnMemories, listeners::isNew, listeners::regressed);
        }
        registry.age(now);
        listeners.tick();
        handOver(registry.takeNews(now));
    }

    /** Counts before groups, so that who adds them up never has one that a group has in it already. */
    private void handOver(GroupRegistry.News news) {
        boolean allCounted = true;
        for (ErrorCount count : news.counts()) {
            if (!pipeline.offer(new Incoming.Ready(count))) {
                registry.keepCount(count);
                allCounted = false;
            }
        }
        for (ErrorGroup group : news.groups()) {
            if (!allCounted || !pipeline.offer(new Incoming.Ready(new GroupChange(service, group)))) {
                registry.stillChanged(group.id());
            }
        }
    }

    private void countUncounted(Instant now) {
        uncounted.take().forEach((key, occurrences) -> {
            Instant at = Instant.ofEpochSecond(key.minute() * 60);
            if (!intake.count(key.site(), at, occurrences)) {
                uncounted.putBack(key, occurrences);
            }
        });
        uncounted.forgetBefore(now.getEpochSecond() / 60 - 2);
    }

    // Groups

    @Override
    public boolean resolve(String group) {
        boolean known = registry.resolve(group, now());
        ticks.hurry();
        return known;
    }

    /** Says that a group happens far more often than it used to. */
    public void escalate(String group) {
        registry.escalate(group, now());
        ticks.hurry();
    }

    /** Questions go on to be answered after {@link #close}, as far as the stores do so. */
    @Override
    public ErrorQueries queries() {
        return queries;
    }

    // How it is doing, and its end

    /** What became of all throwables. */
    public ErrorStats stats() {
        return new ErrorStats(
                captured.sum() - intake.rewrapped.sum(),
                repeated.sum() + intake.rewrapped.sum(),
                intake.countedOnly.sum(),
                intake.forgotten.sum() + uncounted.beyond(),
                contained.sum(),
                registry.groups().size());
    }

    /** What became of all records; those that are only counted are among the filtered ones. */
    public PipelineStats pipelineStats() {
        return pipeline.stats();
    }

    /** Waits until all that was captured before this call is kept and delivered, with its counts; see {@link Pipeline#flush}. */
    public boolean flush(Duration deadline) {
        return beginFlush().await(deadline);
    }

    /** As {@link #flush}, for somebody who has more than one thing to wait for. Does not wait itself. */
    public Pipeline.PendingFlush beginFlush() {
        CountDownLatch reached = whenTaken(this::tick);
        return deadline -> {
            long until = System.nanoTime() + Timeouts.nanos(deadline);
            boolean looked = await(reached, Timeouts.nanos(deadline));
            return pipeline.flush(Duration.ofNanos(Math.max(0, until - System.nanoTime()))) && looked;
        };
    }

    /** Has something done once all that waits has been looked at. */
    private CountDownLatch whenTaken(Runnable then) {
        CountDownLatch reached = new CountDownLatch(1);
        pipeline.whenTaken(() -> {
            try {
                then.run();
            } finally {
                reached.countDown();
            }
        });
        return reached;
    }

    private static boolean await(CountDownLatch reached, long nanos) {
        try {
            return reached.await(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Begins to close, without waiting; see {@link Pipeline#beginClose}. What is captured from now on may be lost. */
    public void beginClose(Duration deadline) {
        CountDownLatch unused = whenTaken(() -> lastTick(deadline));
    }

    private void lastTick(Duration deadline) {
        if (lastTickBegun.compareAndSet(false, true)) {
            try {
                tick(Instant.MAX);
            } finally {
                pipeline.beginClose(deadline);
            }
        }
    }

    /** Delivers what waits, within three seconds, and closes the sinks. */
    @Override
    public void close() {
        close(TIME_TO_CLOSE);
    }

    /** Delivers what waits and closes the sinks; see {@link Pipeline#close(Duration)}. */
    public void close(Duration deadline) {
        long nanos = Timeouts.nanos(deadline);
        long until = System.nanoTime() + nanos;
        ClosingSteps.runAll(
                () -> {
                    boolean unused = await(whenTaken(() -> lastTick(deadline)), nanos / 4);
                },
                // If that thread did not come by: what has been looked at by now is what there is.
                () -> lastTick(deadline),
                ticks::close,
                () -> pipeline.close(Duration.ofNanos(Math.max(0, until - System.nanoTime()))));
    }

    private static final class Type implements RecordType<Incoming> {

        @Override
        public int sizeOf(Incoming incoming) {
            return incoming.estimatedBytes();
        }

        @Override
        public Priority priority(Incoming incoming) {
            return incoming.priority();
        }
    }

    /** Collects what a tracker is made of. One thread at a time. */
    public static final class Builder {

        private final ServiceIdentity service;
        private final List<String> mdcKeys = new ArrayList<>();
        private final List<Sink<ErrorRecord>> sinks = new ArrayList<>();
        private final List<ErrorStore> stores = new ArrayList<>();
        private final List<GroupMemory> memories = new ArrayList<>();
        private final List<GroupListener> listeners = new ArrayList<>();
        private final List<Stage<ErrorRecord>> hooks = new ArrayList<>();
        private ErrorPolicy policy = ErrorPolicy.DEFAULT;
        private long maxQueueBytes = DEFAULT_MAX_QUEUE_BYTES;
        private Duration patience = Duration.ofSeconds(2);
        private Clock clock = Clock.getDefault();
        private Classifier classifier = Classifier.builder().build();
        private long maxDiskBytes = 64L << 20;
        private @Nullable Path directory;
        private @Nullable Fingerprinter fingerprinter;
        private @Nullable Redactor redactor;
        private @Nullable PipelineThreads threads;
        private @Nullable Journal<ErrorRecord> journal;

        private Builder(ServiceIdentity service) {
            this.service = Objects.requireNonNull(service, "service");
        }

        /** Who says which error it is. Default: one with its default settings. */
        public Builder fingerprinter(Fingerprinter newFingerprinter) {
            fingerprinter = Objects.requireNonNull(newFingerprinter, "fingerprinter");
            return this;
        }

        /** Who says how bad an error is, and what kind of trouble. Default: one with its default settings. */
        public Builder classifier(Classifier newClassifier) {
            classifier = Objects.requireNonNull(newClassifier, "classifier");
            return this;
        }

        /**
         * Keeps groups, events and counts in a directory as well, so that the next process knows them. Two processes cannot
         * share one. Costs a thread, or a share of one, and the disk some 3 KB for each event. Default: not kept.
         *
         * @param path made if it is not there; while it cannot be used, which is said once, errors are kept in memory
         * @param maxBytes how much may lie there
         * @throws IllegalArgumentException if that is less than {@link HistoryLog.Settings#MIN_BYTES}
         */
        public Builder directory(Path path, long maxBytes) {
            if (maxBytes < HistoryLog.Settings.MIN_BYTES) {
                throw new IllegalArgumentException(
                        "maxBytes must be at least " + HistoryLog.Settings.MIN_BYTES + ", but is " + maxBytes);
            }
            directory = Objects.requireNonNull(path, "path");
            maxDiskBytes = maxBytes;
            return this;
        }

        /** What takes secrets out of messages, MDC, breadcrumbs and names. Default: nothing is taken out. */
        public Builder redactor(Redactor newRedactor) {
            redactor = Objects.requireNonNull(newRedactor, "redactor");
            return this;
        }

        /**
         * Which keys of SLF4J's MDC errors have with them, besides those known before. Costs some 20 ns each and error.
         * Default: none.
         */
        public Builder mdcKeys(String... keys) {
            mdcKeys.addAll(List.of(keys));
            return this;
        }

        /** How much is kept, and how long. Default {@link ErrorPolicy#DEFAULT}. */
        public Builder policy(ErrorPolicy newPolicy) {
            policy = Objects.requireNonNull(newPolicy, "policy");
            return this;
        }

        /** Adds a place where errors go, which the tracker closes. Names must be unique. Default: none. */
        public Builder sink(Sink<ErrorRecord> sink) {
            sinks.add(Objects.requireNonNull(sink, "sink"));
            return this;
        }

        /**
         * Adds somebody who answers questions for more than this process, and is asked whether a group that is new to this
         * process is new at all. Default: nobody.
         */
        public Builder store(ErrorStore store) {
            stores.add(Objects.requireNonNull(store, "store"));
            return this;
        }

        /** Adds somebody else who is asked whether a group that is new to this process is new at all. Default: nobody. */
        public Builder memory(GroupMemory memory) {
            memories.add(Objects.requireNonNull(memory, "memory"));
            return this;
        }

        /** Adds somebody who hears of what happens to groups. Default: nobody. */
        public Builder listener(GroupListener listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * Adds code of the application that sees each event before it is counted and kept, and may change it or drop it by
         * returning null: {@link Stage#redactionHook} says what happens when it fails or takes long.
         *
         * @param name a short lower-case name for health and log
         */
        public Builder beforeKeeping(String name, UnaryOperator<@Nullable ErrorEvent> hook) {
            Objects.requireNonNull(hook, "hook");
            hooks.add(Stage.redactionHook(
                    name, record -> record instanceof ErrorEvent event ? hook.apply(event) : record));
            return this;
        }

        /**
         * Has errors written down until the sinks have them, so that outages cost none. The caller closes it, after the
         * tracker. Default: not written.
         */
        public Builder journal(Journal<ErrorRecord> newJournal) {
            journal = Objects.requireNonNull(newJournal, "journal");
            return this;
        }

        /** How much heap errors may take while they wait, by estimate. At least 64 KiB; default 8 MiB. */
        public Builder maxQueueBytes(long bytes) {
            maxQueueBytes = bytes;
            return this;
        }

        /** How long {@link ErrorQueries} wait for the stores' answers. Default 2 s. */
        public Builder patience(Duration duration) {
            patience = Objects.requireNonNull(duration, "patience");
            return this;
        }

        /** Has the pipeline share its threads with others. Default: threads of its own. */
        public Builder threads(PipelineThreads shared) {
            threads = Objects.requireNonNull(shared, "threads");
            return this;
        }

        /** Where time comes from. For tests. */
        public Builder clock(Clock newClock) {
            clock = Objects.requireNonNull(newClock, "clock");
            return this;
        }

        /**
         * Starts the tracker's threads.
         *
         * @throws IllegalArgumentException if there is too little room, or two sinks have the same name
         */
        public ErrorTracker build() {
            return new ErrorTracker(this);
        }
    }
}
