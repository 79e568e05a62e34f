package io.dharma.tracing.spool;

import io.dharma.tracing.internal.segment.Disk;
import io.dharma.tracing.internal.segment.NewerFormatException;
import io.dharma.tracing.internal.segment.Segment;
import io.dharma.tracing.internal.segment.SegmentLog;
import io.dharma.tracing.internal.segment.SegmentRecord;
import io.dharma.tracing.internal.segment.Uninterrupted;
import io.dharma.tracing.pipeline.Journal;
import io.dharma.tracing.pipeline.Priority;
import io.dharma.tracing.spi.BackgroundLog;
import io.dharma.tracing.spi.BlockingTasks;
import io.dharma.tracing.spi.BlockingTasks.Lane;
import io.dharma.tracing.spi.Timeouts;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Journal} on disk. Records that wait for a receiver wait here when memory is full, and survive the process.
 *
 * <p>Each process writes to a folder of its own, in segments of bounded size. A segment is deleted when all sinks are
 * past it. When a process dies, whichever process of the same directory looks first inherits its folder, and delivers
 * what was not delivered: each record at least once, and more than once what was under way or delivered in the second
 * before the process died.
 * Records come in already redacted; nothing else is ever written.
 *
 * <p><b>Bounds.</b> All segments together, the inherited ones included, stay below {@link Builder#maxBytes}: when there
 * is no more room the oldest segment of ordinary records is deleted, and one of high priority only when there is no
 * other. What is older than {@link Builder#maxAge} is deleted, too, by a clock that nobody sets; time in which no
 * process had the record does not count.
 *
 * <p><b>A disk that is full, read-only or gone</b> is no error for anybody: one warning, then records pass through memory
 * alone, and it is tried again every 10 s. What had been taken before that, and is not written yet, is kept and written
 * then. Only at the end it is lost if the disk still does not take it, and is counted.
 *
 * <p><b>Threads.</b> It has none but for its end. {@link #append} and {@link #flush} are for one thread at a time, the
 * pipeline's; everything else is for any. Whatever touches a file happens in {@code append}, {@code flush}, {@code next}
 * and {@code nextInherited}, which the pipeline calls on its own threads, and in {@link #finish} and {@link #close},
 * which wait for a thread that does it. Nothing throws.
 *
 * @param <T> what is written
 */
public final class Spool<T> implements Journal<T>, AutoCloseable {

    private static final BackgroundLog log = BackgroundLog.of(Spool.class);

    private static final int TYPE_RECORD = 1;

    private static final long BETWEEN_UPKEEPS_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int MAX_ENDINGS = 2;
    private static final Duration TIME_TO_CLOSE = Duration.ofSeconds(1);

    private static final long MAX_SEGMENT_BYTES = 8L << 20;

    private final Path path;
    private final RecordCodec<T> codec;
    private final Clock clock;
    private final long maxBytes;
    private final long maxAgeNanos;
    private final boolean sync;
    private final SegmentLog.Settings settings;
    private final SpoolDirectory directory;

    private final Map<String, SpoolReader<T>> readers = new ConcurrentHashMap<>();
    private final Map<String, SinkCursor> ownCursors = new ConcurrentHashMap<>();
    private final LongAdder written = new LongAdder();
    private final LongAdder notWritten = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder adopted = new LongAdder();
    private final LongAdder undecodable = new LongAdder();

    /** In folders that are not there any more. */
    private final LongAdder corruptBefore = new LongAdder();

    private volatile @Nullable SpoolFolder own;
    private volatile List<SpoolFolder> inherited = List.of();
    private volatile boolean hasNewReaders;
    private volatile boolean finishing;

    private final SpoolHealth health;

    /** Held by whoever looks after files other than those that are being written. Whoever finds it taken goes on. */
    private final ReentrantLock upkeep = new ReentrantLock();

    /** What the caller waits for, though not for ever. */
    private final Lane endings;

    // Guarded by upkeep.
    private boolean finished;
    private long lookedAfterAt;
    private boolean lookedForHeritage;
    private long lookedForHeritageAt;

    // The writing thread's own.
    private final LimitedBytes encoded = new LimitedBytes();
    private long appendedUnchecked;

    private Spool(Builder<T> builder) {
        this.path = builder.directory;
        this.codec = builder.codec;
        this.clock = builder.clock;
        this.maxBytes = builder.maxBytes;
        this.maxAgeNanos = Timeouts.nanos(builder.maxAge);
        this.sync = builder.fsync != FsyncPolicy.NONE;
        this.settings = new SegmentLog.Settings(
                builder.disk, Math.min(MAX_SEGMENT_BYTES, maxBytes / 16), builder.fsync.nanos(), clock::nanoTime);
        this.directory = new SpoolDirectory(builder.configured, path, builder.disk, clock::nanoTime);
        this.health = new SpoolHealth(path, clock::nanoTime);
        this.endings = builder.endings;
        this.lookedAfterAt = clock.nanoTime();
    }

    /**
     * A spool for the records of one signal.
     *
     * @param directory where; made with the rights 0700 if there is none. Processes that deliver the same to the same
     *     receivers may share it, and should: each inherits what another one could not deliver. One that is a symbolic
     *     link, that every user can write to, or that belongs to a user other than this process's and the administrator
     *     is not used. What it is in is not looked at: of a volume that is for everybody, as an {@code emptyDir} of
     *     Kubernetes is, name a directory in it
     */
    public static <T> Builder<T> builder(Path directory, RecordCodec<T> codec) {
        return new Builder<>(directory, directory, codec);
    }

    /**
     * A spool for the records of one signal in a folder of their own, so that several signals share one directory; see
     * {@link #builder(Path, RecordCodec)}, whose conditions are for both.
     *
     * @param folder its name: lower-case letters
     * @throws IllegalArgumentException if the name is not of such letters
     */
    public static <T> Builder<T> builder(Path directory, String folder, RecordCodec<T> codec) {
        if (!folder.chars().allMatch(letter -> letter >= 'a' && letter <= 'z') || folder.isEmpty()) {
            throw new IllegalArgumentException("folder must consist of lower-case letters, but is " + folder);
        }
        return new Builder<>(directory, directory.resolve(folder), codec);
    }

    /**
     * A spool for spans, which it writes as OTLP has them, to a folder of their own in the directory; see {@link
     * #builder(Path, RecordCodec)}, whose conditions are for both.
     */
    public static Builder<SpanData> ofSpans(Path directory) {
        return builder(directory, "spans", new SpanRecordCodec());
    }

    // ---- writing, on the pipeline's thread

    @Override
    public long append(T record, Priority priority) {
        SpoolFolder folder = folderToWriteTo();
        if (folder == null || !encode(record)) {
            notWritten.increment();
            return NOT_WRITTEN;
        }
        try {
            storeNewCursors(folder);
            makeRoom(encoded.size());
            long position = folder.log(priority).append(TYPE_RECORD, 0, encoded.bytes(), 0, encoded.size());
            written.increment();
            return position;
        } catch (IOException | RuntimeException e) {
            health.failed(e);
            notWritten.increment();
            return NOT_WRITTEN;
        }
    }

    private boolean encode(T record) {
        encoded.clear();
        try {
            codec.encode(record, encoded);
            return true;
        } catch (Throwable unwritable) {
            // Of whatever kind: it concerns this record alone, which still goes out from memory.
            log.debug(
                    "A record cannot be written down: {}", unwritable.getClass().getName());
            return false;
        }
    }

    @Override
    public void flush() {
        SpoolFolder folder = folderToWriteTo();
        if (folder != null) {
            try {
                storeNewCursors(folder);
                folder.flush();
            } catch (IOException | RuntimeException e) {
                health.failed(e);
            }
        }
        lookAfter();
    }

    private @Nullable SpoolFolder folderToWriteTo() {
        if (finishing) {
            return null;
        }
        if (health.isTimeToTry()) {
            tryToWrite();
        }
        return health.isWriting() ? own : null;
    }

    private void storeNewCursors(SpoolFolder folder) throws IOException {
        if (hasNewReaders) {
            hasNewReaders = false;
            try {
                folder.storeNewCursors(sync);
            } catch (IOException e) {
                hasNewReaders = true;
                throw e;
            }
        }
    }

    // ---- being able to write

    private void tryToWrite() {
        upkeep.lock();
        try {
            if (health.isTimeToTry()) {
                open();
                health.writes(notWritten.sum());
            }
        } catch (IOException | RuntimeException e) {
            health.failed(e);
        } finally {
            upkeep.unlock();
        }
    }

    private void open() throws IOException {
        Path ours = directory.open();
        SpoolFolder folder = own;
        if (folder == null) {
            folder = SpoolFolder.create(ours, settings, ownCursors);
            own = folder;
        } else {
            lost.add(folder.restore());
        }
        folder.storeNewCursors(sync);
        folder.flush();
    }

    // ---- room

    /** So that nothing that is written exceeds the bound, whichever buffer it still lies in. */
    private void makeRoom(long bytes) throws IOException {
        appendedUnchecked += bytes;
        if (appendedUnchecked < settings.segmentBytes() / 4) {
            return;
        }
        long needed = appendedUnchecked + settings.segmentBytes();
        appendedUnchecked = 0;
        upkeep.lock();
        try {
            keepWithin(maxBytes - needed);
        } finally {
            upkeep.unlock();
        }
    }

    private void keepWithin(long bytes) throws IOException {
        if (bytesOnDisk() <= bytes) {
            return;
        }
        deleteSettled();
        boolean discarded = true;
        while (discarded && bytesOnDisk() > bytes) {
            discarded = discardOldest(Priority.NORMAL) || discardOldest(Priority.HIGH);
        }
        if (!discarded) {
            throw new FileSystemException(path.toString(), null, "has " + maxBytes + " bytes, and none can be deleted");
        }
    }

    private boolean discardOldest(Priority priority) throws IOException {
        for (SpoolFolder folder : folders()) {
            List<Segment> segments = folder.log(priority).segments();
            if (segments.size() > (folder.number() == 0 ? 1 : 0)) {
                lost.add(folder.discard(priority, segments.get(0)));
                return true;
            }
        }
        return false;
    }

    private long bytesOnDisk() {
        long bytes = 0;
        for (SpoolFolder folder : folders()) {
            bytes += folder.bytes() + folder.pendingBytes();
        }
        return bytes;
    }

    /** All of them, those of others first: they are older. */
    private List<SpoolFolder> folders() {
        List<SpoolFolder> folders = new ArrayList<>(inherited);
        SpoolFolder ours = own;
        if (ours != null) {
            folders.add(ours);
        }
        return folders;
    }

    // ---- looking after what is there, on whichever of the pipeline's threads comes by

    private void lookAfter() {
        if (health.isClosed() || !upkeep.tryLock()) {
            return;
        }
        try {
            if (clock.nanoTime() - lookedAfterAt >= BETWEEN_UPKEEPS_NANOS) {
                lookedAfterAt = clock.nanoTime();
                lookAfterFiles();
            }
        } catch (IOException | RuntimeException e) {
            if (health.isWriting()) {
                health.failed(e);
            }
        } finally {
            upkeep.unlock();
        }
    }

    private void lookAfterFiles() throws IOException {
        if (health.isWriting() && !directory.isIntact()) {
            throw new NoSuchFileException(path.toString(), null, "somebody deleted what was there");
        }
        try {
            deleteSettled();
            for (SpoolFolder folder : folders()) {
                lost.add(folder.deleteOlderThan(maxAgeNanos));
            }
        } catch (IOException undeletable) {
            // Until there is no more room that is nobody's trouble.
            log.debug("{}: what is not needed cannot be deleted: {}", path, SpoolHealth.describe(undeletable));
        }
        if (health.isWriting()) {
            for (SpoolFolder folder : folders()) {
                folder.storeCursors(sync);
            }
        }
    }

    private void deleteSettled() throws IOException {
        for (SpoolFolder folder : folders()) {
            folder.deleteSettled(false);
            if (folder.number() > 0 && folder.isEmpty() && folder.delete()) {
                corruptBefore.add(folder.damagedPlaces());
                inherited = inherited.stream().filter(other -> other != folder).toList();
            }
        }
    }

    /** Whoever has a reader asks regularly, even when nothing is written. */
    void lookForHeritage() {
        folderToWriteTo();
        lookAfter();
        if (!health.isWriting() || !upkeep.tryLock()) {
            return;
        }
        try {
            long now = clock.nanoTime();
            if (!lookedForHeritage || now - lookedForHeritageAt >= BETWEEN_UPKEEPS_NANOS) {
                lookedForHeritage = true;
                lookedForHeritageAt = now;
                inherit();
            }
        } catch (IOException | RuntimeException e) {
            log.debug("{}: what others left cannot be looked at: {}", path, SpoolHealth.describe(e));
        } finally {
            upkeep.unlock();
        }
    }

    private void inherit() throws IOException {
        Set<Integer> known = inherited.stream().map(SpoolFolder::number).collect(Collectors.toSet());
        for (SpoolDirectory.Folder found : directory.inherit(known)) {
            try {
                SpoolFolder folder = SpoolFolder.inherit(found.number(), found.path(), settings);
                for (SpoolReader<T> reader : readers.values()) {
                    expect(folder.cursor(reader.cursorName()));
                }
                long records = folder.unsettled();
                adopted.add(records);
                List<SpoolFolder> more = new ArrayList<>(inherited);
                more.add(folder);
                inherited = List.copyOf(more);
                log.debug("{}: {} records of an earlier process were found", path, records);
            } catch (NewerFormatException newer) {
                log.warn("{} is left alone: {}", found.path(), newer.getMessage());
            }
        }
        deleteSettled();
        keepWithin(maxBytes - settings.segmentBytes());
    }

    private static void expect(@Nullable SinkCursor cursor) {
        if (cursor != null) {
            for (Priority priority : Priority.values()) {
                cursor.reliesFrom(priority, 0);
            }
        }
    }

    // ---- reading

    @Override
    public Reader<T> reader(String sink) {
        return readers.computeIfAbsent(sink, this::newReader);
    }

    private SpoolReader<T> newReader(String sink) {
        String name = CursorFile.nameFor(sink);
        SpoolFolder ours = own;
        // What was written before belongs to those who were there.
        SinkCursor cursor = new SinkCursor(
                new Settled(ours == null ? 0 : ours.log(Priority.HIGH).nextSequence()),
                new Settled(ours == null ? 0 : ours.log(Priority.NORMAL).nextSequence()));
        ownCursors.put(name, cursor);
        hasNewReaders = true;
        return new SpoolReader<>(this, name, cursor);
    }

    @Nullable
    SpoolFolder own() {
        return own;
    }

    List<SpoolFolder> inherited() {
        return inherited;
    }

    @Nullable
    SpoolFolder inherited(int number) {
        for (SpoolFolder folder : inherited) {
            if (folder.number() == number) {
                return folder;
            }
        }
        return null;
    }

    /** Null if it is damaged in a way that only its codec notices. */
    @Nullable
    Entry<T> entry(SegmentRecord record, long position) {
        try {
            T decoded = codec.decode(record.payload());
            return new Entry<>(decoded, Math.max(1, codec.heapSize(decoded)), position);
        } catch (Throwable undecodableRecord) {
            undecodable.increment();
            log.debug(
                    "A record cannot be read: {}", undecodableRecord.getClass().getName());
            return null;
        }
    }

    void lost(long records) {
        lost.add(records);
    }

    void discard(SpoolFolder folder, Priority priority, Segment segment) {
        try {
            lost.add(folder.discard(priority, segment));
        } catch (IOException e) {
            log.debug("{} cannot be deleted: {}", segment.file(), SpoolHealth.describe(e));
        }
    }

    // ---- health, and the end

    /** What it has done so far. Reads no file. */
    public SpoolStats stats() {
        long bytes = 0;
        int segments = 0;
        long corrupt = corruptBefore.sum() + undecodable.sum();
        for (SpoolFolder folder : folders()) {
            bytes += folder.bytes();
            segments += folder.segments();
            corrupt += folder.damagedPlaces();
        }
        return new SpoolStats(
                path,
                health.state(),
                health.reason(),
                bytes,
                segments,
                written.sum(),
                notWritten.sum(),
                lost.sum(),
                adopted.sum(),
                corrupt);
    }

    /** Closes within a second; see {@link #close(Duration)}. */
    @Override
    public void close() {
        close(TIME_TO_CLOSE);
    }

    /**
     * Writes what is left, notes down how far all sinks are, and leaves the rest to the next process. After the pipeline
     * has been closed, which {@linkplain #finish finishes} writing. A second call does nothing.
     *
     * @param deadline how long the caller waits at most. A disk that hangs is left to another thread, if one can be had
     */
    public void close(Duration deadline) {
        if (health.close()) {
            run(this::closeFiles, deadline);
        }
    }

    private void run(Runnable task, Duration deadline) {
        CountDownLatch done = new CountDownLatch(1);
        boolean runs = endings.offerNow(() -> {
            try {
                task.run();
            } finally {
                done.countDown();
            }
        });
        if (runs) {
            await(done, deadline);
        } else {
            // The disk may hang, but is more likely to be well: then nothing is lost.
            task.run();
        }
    }

    private static void await(CountDownLatch done, Duration deadline) {
        try {
            boolean unused = done.await(Timeouts.nanos(deadline), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void finish(Duration deadline) {
        finishing = true;
        run(this::finishFiles, deadline);
    }

    private void finishFiles() {
        upkeep.lock();
        try {
            SpoolFolder ours = own;
            if (ours != null && !finished) {
                finish(ours);
            }
            finished = true;
        } finally {
            upkeep.unlock();
        }
    }

    private void finish(SpoolFolder ours) {
        String why = "";
        // What waited in memory has ended with the pipeline.
        ownCursors.values().forEach(Spool::expect);
        try {
            // However short a while ago it failed: there is no later. What somebody deleted is made again.
            open();
        } catch (IOException | RuntimeException e) {
            why = SpoolHealth.describe(e);
        } finally {
            long records = ours.giveUpPending();
            lost.add(records);
            if (records > 0) {
                log.warn("{}: the last {} records could not be written down, and are lost: {}", path, records, why);
            }
        }
    }

    private void closeFiles() {
        finishFiles();
        upkeep.lock();
        try {
            readers.values().forEach(SpoolReader::close);
            Attempts attempts = new Attempts();
            SpoolFolder ours = own;
            if (ours != null) {
                attempts.attempt(ours::close);
            }
            for (SpoolFolder folder : folders()) {
                attempts.attempt(() -> close(folder));
            }
            attempts.attempt(directory::close);
            Exception failure = attempts.firstFailure;
            if (failure != null) {
                log.warn(
                        "{}: not everything could be written down at the end: {}", path, SpoolHealth.describe(failure));
            }
        } finally {
            upkeep.unlock();
        }
    }

    /** One that fails keeps none of the others from being made: whatever can be had is for the next process. */
    private static final class Attempts {

        private @Nullable Exception firstFailure;

        private void attempt(Uninterrupted.Action action) {
            try {
                action.run();
            } catch (IOException | RuntimeException e) {
                firstFailure = firstFailure == null ? e : firstFailure;
            }
        }
    }

    private void close(SpoolFolder folder) throws IOException {
        folder.deleteSettled(true);
        if (folder.isEmpty()) {
            boolean unused = folder.delete();
        } else {
            folder.storeCursors(sync);
        }
    }

    /** Collects a spool's settings. One thread at a time. Builds without touching the disk. */
    public static final class Builder<T> {

        /** The least that {@link #maxBytes} takes. */
        public static final long MIN_BYTES = 4L << 20;

        private final Path configured;
        private final Path directory;
        private final RecordCodec<T> codec;
        private long maxBytes = 256L << 20;
        private Duration maxAge = Duration.ofHours(24);
        private FsyncPolicy fsync = FsyncPolicy.EVERY_SECOND;
        private Clock clock = Clock.getDefault();
        private Disk disk = Disk.system();
        private Lane endings = BlockingTasks.lane(MAX_ENDINGS);

        private Builder(Path configured, Path directory, RecordCodec<T> codec) {
            this.configured = configured;
            this.directory = Objects.requireNonNull(directory, "directory");
            this.codec = Objects.requireNonNull(codec, "codec");
        }

        /**
         * How much of the disk this process uses at most. More bridges longer outages: a span takes about 300 bytes. What
         * does not fit costs the oldest records. Default 256 MiB, at least 4 MiB.
         */
        public Builder<T> maxBytes(long bytes) {
            if (bytes < MIN_BYTES) {
                throw new IllegalArgumentException("maxBytes is " + bytes + ", must be at least " + MIN_BYTES);
            }
            this.maxBytes = bytes;
            return this;
        }

        /** After how long nobody wants a record any more. Default 24 hours. */
        public Builder<T> maxAge(Duration age) {
            if (age.isNegative() || age.isZero()) {
                throw new IllegalArgumentException("maxAge is " + age + ", must be positive");
            }
            this.maxAge = age;
            return this;
        }

        /** What a loss of power may cost. Default {@link FsyncPolicy#EVERY_SECOND}. */
        public Builder<T> fsync(FsyncPolicy policy) {
            this.fsync = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /** Where time comes from. Default the system's clocks. */
        public Builder<T> clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /** For tests of a machine that is out of threads. */
        Builder<T> endings(Lane lane) {
            this.endings = lane;
            return this;
        }

        /** For tests that need a disk that is full. */
        Builder<T> disk(Disk disk) {
            this.disk = disk;
            return this;
        }

        /** The spool, which is opened by whoever needs it first. */
        public Spool<T> build() {
            return new Spool<>(this);
        }
    }
}
