package io.dharma.tracing.store;

import io.dharma.tracing.history.HistoryLog;
import io.dharma.tracing.internal.segment.Disk;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.spi.BlockingTasks;
import io.dharma.tracing.spi.Timeouts;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the recent past for questions: in memory, and in a directory where one is given.
 *
 * <p>Bounded in memory by the number of spans and by their bytes, on disk by bytes. Room is made by whole traces, those
 * first whose last span came longest ago; on disk by whole files, with the traces that began in them. Only a trace that is
 * too large alone loses spans, its newest. {@link #pin Pinned} traces stay.
 *
 * <p><b>With a directory</b>, as soon as that is open, every batch is written before its delivery is answered, so that a
 * process that is killed loses nothing that was delivered, and at the next start all of it is found again: soon after
 * that start, since the files are read on another thread ({@link BlockingTasks}). A directory that cannot be used,
 * because it is full or gone or another process's, costs the past on disk and nothing else: traces are kept in memory,
 * a warning says why, and every 30 s it is tried again. What is in memory by then is written. Files are for the user of
 * this process alone; they hold what spans hold, so redaction belongs in front of this sink.
 *
 * <p>Any thread. What was kept can be asked for after closing, too.
 */
public final class TraceStore implements Sink<SpanData>, Traces {

    private static final String NAME = "memory";

    private final TraceIndex index;
    private final @Nullable TraceHistory history;
    private final @Nullable HistoryLog log;

    /** One batch after the other. Nobody who asks waits for it. */
    private final Object delivering = new Object();

    private TraceStore(Builder builder) {
        long maxDiskBytes = builder.maxDiskBytes;
        Clock clock = builder.clock;
        this.index = new TraceIndex(
                new TraceIndex.Bounds(builder.maxSpans, builder.maxBytes, builder.maxPinned, maxDiskBytes / 4),
                () -> TimeUnit.NANOSECONDS.toMicros(clock.now()));
        Path directory = builder.directory;
        if (directory == null) {
            this.history = null;
            this.log = null;
        } else {
            HistoryLog.Settings settings =
                    new HistoryLog.Settings(directory, maxDiskBytes, builder.disk, builder.retryAfter, clock::nanoTime);
            this.log = new HistoryLog(settings);
            this.history =
                    new TraceHistory(log, index, builder.maxIndexBytes, settings.segmentBytes(), this::writeUnwritten);
            log.start(List.of(history));
        }
    }

    /** Keeps 10,000 spans and 8 MiB at most, in memory only. */
    public static TraceStore create() {
        return builder().build();
    }

    /** Begins a store. */
    public static Builder builder() {
        return new Builder();
    }

    // A sink

    @Override
    public String name() {
        return NAME;
    }

    /** Unless it writes to disk. */
    @Override
    public boolean isNonBlocking() {
        return log == null;
    }

    /** With what else is for this machine: a disk rarely makes anybody wait. */
    @Override
    public String threadName() {
        return "local";
    }

    /** Always delivered: what cannot be written to the disk is in memory. */
    @Override
    public CompletionStage<Delivery> deliver(List<SpanData> batch) {
        List<TracePart> parts = TracePart.of(batch);
        int spans = parts.stream().mapToInt(part -> part.spans().size()).sum();
        synchronized (delivering) {
            index.countDropped(batch.size() - spans);
            List<TracePart> taken = index.hold(parts, log != null && log.isOpen());
            if (history != null) {
                history.write(taken.stream().map(TracePart::key).toList());
            }
            makeRoom();
        }
        return CompletableFuture.completedFuture(Delivery.delivered());
    }

    private void makeRoom() {
        List<TraceKey> torn = index.makeRoom();
        if (history != null) {
            history.forget(torn);
        }
    }

    /** What came while the disk could not be used. The oldest first, as they would have been written. */
    private void writeUnwritten() {
        synchronized (delivering) {
            List<TraceKey> unwritten = index.all().stream()
                    .filter(entry -> entry.held().unwritten() > 0)
                    .sorted(Comparator.comparingLong(TraceEntry::sequence))
                    .map(TraceEntry::key)
                    .toList();
            if (history != null) {
                history.write(unwritten);
            }
        }
    }

    @Override
    public void close(Duration deadline) {
        if (log != null && history != null) {
            long closeBy = System.nanoTime() + Timeouts.nanos(deadline);
            writeWhatIsLeft(log, history, deadline);
            log.close(Duration.ofNanos(Math.max(0, closeBy - System.nanoTime())));
        }
    }

    /** A process may end before its directory is open. */
    private void writeWhatIsLeft(HistoryLog log, TraceHistory history, Duration deadline) {
        if (unwrittenSpans() == 0 && history.pinsAreWritten()) {
            return;
        }
        boolean interrupted = false;
        try {
            log.awaitDirectory(deadline);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        writeUnwritten();
        history.writeChangedPins();
        if (interrupted) {
            // Not before: a thread that is interrupted cannot write to a file.
            Thread.currentThread().interrupt();
        }
    }

    // Questions

    @Override
    public Optional<StoredTrace> find(String traceId) {
        TraceKey key = TraceKey.parse(traceId);
        TraceEntry entry = key == null ? null : index.get(key);
        if (entry == null) {
            return Optional.empty();
        }
        List<SpanData> spans = spansOf(entry, new BlockReads(log));
        return spans.isEmpty()
                ? Optional.empty()
                : Optional.of(new StoredTrace(entry.summary(TraceFacts.of(spans)), spans));
    }

    /** What was written once more in the meantime, because its file had to go, is looked for at its new place. */
    private List<SpanData> spansOf(TraceEntry entry, BlockReads reads) {
        TraceEntry asked = entry;
        while (true) {
            int missedBefore = reads.missed();
            List<SpanData> spans = reads.spansOf(asked);
            TraceEntry now = reads.missed() == missedBefore ? asked : index.get(asked.key());
            if (now == null || now.equals(asked)) {
                return spans;
            }
            asked = now;
        }
    }

    @Override
    public TracePage search(TraceQuery query) {
        PriorityQueue<TraceEntry> newestFirst = new PriorityQueue<>(candidates(query));
        BlockReads reads = new BlockReads(log);
        List<TraceSummary> found = new ArrayList<>();
        TraceEntry last = null;
        for (TraceEntry entry = newestFirst.poll(); entry != null; entry = newestFirst.poll()) {
            if (last != null && (found.size() == query.limit() || reads.bytes() >= TraceQuery.MAX_READ_BYTES)) {
                return new TracePage(found, TraceQuery.token(last.sequence()));
            }
            if (!query.asksForSpans(entry) || query.matches(spansOf(entry, reads))) {
                found.add(entry.summary());
            }
            last = entry;
        }
        return new TracePage(found, null);
    }

    private List<TraceEntry> candidates(TraceQuery query) {
        TraceKey key = query.traceId();
        List<TraceEntry> candidates = new ArrayList<>();
        if (key != null) {
            TraceEntry entry = index.get(key);
            if (entry != null && query.mayMatch(entry)) {
                candidates.add(entry);
            }
            return candidates;
        }
        for (TraceEntry entry : index.all()) {
            if (query.mayMatch(entry)) {
                candidates.add(entry);
            }
        }
        return candidates;
    }

    @Override
    public boolean pin(String traceId) {
        TraceKey key = TraceKey.parse(traceId);
        return key != null && index.pin(key) && pinsChanged();
    }

    @Override
    public boolean unpin(String traceId) {
        TraceKey key = TraceKey.parse(traceId);
        return key != null && index.unpin(key) && pinsChanged();
    }

    private boolean pinsChanged() {
        if (history != null) {
            history.pinsChanged();
        }
        return true;
    }

    /** How many spans would be forgotten if the process ended now. */
    long unwrittenSpans() {
        return index.all().stream().mapToLong(entry -> entry.held().unwritten()).sum();
    }

    boolean pinsAreWritten() {
        return history == null || history.pinsAreWritten();
    }

    @Override
    public StoreStats stats() {
        TraceIndex.Counts counts = index.counts();
        HistoryLog.Trouble trouble = log == null ? null : log.trouble();
        return new StoreStats(
                counts.traces(),
                counts.spans(),
                counts.heldSpans(),
                counts.heldBytes(),
                counts.pinned(),
                counts.evictedTraces(),
                counts.evictedSpans(),
                counts.droppedSpans(),
                counts.bytes(),
                disk(),
                log == null ? 0 : log.bytes(),
                log == null ? 0 : log.damaged(),
                trouble == null ? null : trouble.reason(),
                trouble == null ? null : trouble.since());
    }

    private StoreStats.Disk disk() {
        if (log == null) {
            return StoreStats.Disk.NONE;
        }
        return switch (log.state()) {
            case OPENING -> StoreStats.Disk.OPENING;
            case WRITING -> StoreStats.Disk.WRITING;
            case UNUSABLE -> StoreStats.Disk.MEMORY_ONLY;
        };
    }

    // For tests of what an application records

    /** All spans that are in memory, in the order in which they came. */
    public List<SpanData> spans() {
        return matching(span -> true);
    }

    /** Those of one trace, in the order in which they came. */
    public List<SpanData> spansOfTrace(String traceId) {
        return matching(span -> span.getTraceId().equals(traceId));
    }

    /** Those with exactly this name, in the order in which they came. */
    public List<SpanData> spansNamed(String name) {
        return matching(span -> span.getName().equals(name));
    }

    private List<SpanData> matching(Predicate<SpanData> wanted) {
        return index.all().stream()
                .flatMap(entry -> entry.held().all().stream())
                .filter(held -> wanted.test(held.span()))
                .sorted(Comparator.comparingLong(HeldSpans.Held::number))
                .map(HeldSpans.Held::span)
                .toList();
    }

    /** Forgets all traces, pinned ones too, in memory and on disk. What was counted stays. */
    public void clear() {
        synchronized (delivering) {
            if (log != null) {
                log.clear();
            }
            index.clear();
        }
    }

    /** Collects the settings of one store; for one thread. */
    public static final class Builder {

        private static final int DEFAULT_SPANS = 10_000;
        private static final long DEFAULT_BYTES = 8L << 20;
        private static final int DEFAULT_PINNED = 64;
        private static final long DEFAULT_DISK_BYTES = 64_000_000;
        private static final long DEFAULT_INDEX_BYTES = 16L << 20;

        private int maxSpans = DEFAULT_SPANS;
        private long maxBytes = DEFAULT_BYTES;
        private int maxPinned = DEFAULT_PINNED;
        private @Nullable Path directory;
        private long maxDiskBytes = DEFAULT_DISK_BYTES;
        private long maxIndexBytes = DEFAULT_INDEX_BYTES;
        private Disk disk = Disk.system();
        private Duration retryAfter = Duration.ofSeconds(30);
        private Clock clock = Clock.getDefault();

        private Builder() {}

        /**
         * How many spans are in memory at most, and how many bytes of them, estimated. 10,000 and 8 MiB by default. While
         * a batch is delivered it may be there in addition.
         *
         * @throws IllegalArgumentException unless both are positive
         */
        public Builder memory(int spans, long bytes) {
            if (spans <= 0 || bytes <= 0) {
                throw new IllegalArgumentException(
                        "The limits of " + spans + " spans and " + bytes + " bytes must both be positive");
            }
            this.maxSpans = spans;
            this.maxBytes = bytes;
            return this;
        }

        /**
         * Where traces are kept on disk as well, so that they are found again after a restart; nowhere by default. Made if
         * it is not there, and for one process at a time. One that is a symbolic link, that every user can write to, or
         * that belongs to a user other than this process's and the administrator is not used; what it is in is not
         * looked at. Costs the writing of about 60 bytes for an ordinary span, and memory for the index: see {@link
         * #maxIndexBytes}.
         */
        public Builder directory(Path directory) {
            this.directory = Objects.requireNonNull(directory, "directory");
            return this;
        }

        /**
         * What the directory may hold at most, in bytes; 64 MB by default. While a file makes room, what stays of it is
         * there twice for a moment.
         *
         * @throws IllegalArgumentException if less than 128 KiB
         */
        public Builder maxDiskBytes(long bytes) {
            if (bytes < HistoryLog.Settings.MIN_BYTES) {
                throw new IllegalArgumentException(
                        "The disk's limit of " + bytes + " bytes must be at least " + HistoryLog.Settings.MIN_BYTES);
            }
            this.maxDiskBytes = bytes;
            return this;
        }

        /**
         * What the index of the traces on disk may take of the heap, in bytes; 16 MiB by default, which is enough for some
         * 60,000 traces. If that is reached first, traces make room although the disk would have some.
         *
         * @throws IllegalArgumentException unless positive
         */
        public Builder maxIndexBytes(long bytes) {
            if (bytes <= 0) {
                throw new IllegalArgumentException("The index's limit of " + bytes + " bytes must be positive");
            }
            this.maxIndexBytes = bytes;
            return this;
        }

        /**
         * How many traces may be pinned; 64 by default. Together they may take a quarter of what may be in memory, or on
         * disk if they are there; what a pinned trace gets beyond that is dropped.
         *
         * @throws IllegalArgumentException if negative
         */
        public Builder maxPinned(int traces) {
            if (traces < 0) {
                throw new IllegalArgumentException("The number of pinned traces " + traces + " is negative");
            }
            this.maxPinned = traces;
            return this;
        }

        Builder disk(Disk disk) {
            this.disk = disk;
            return this;
        }

        Builder retryAfter(Duration time) {
            this.retryAfter = time;
            return this;
        }

        Builder clock(Clock clock) {
            this.clock = clock;
            return this;
        }

        /** Makes the store. Returns at once: the directory is opened on another thread. */
        public TraceStore build() {
            return new TraceStore(this);
        }
    }
}
