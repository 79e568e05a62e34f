package io.dharma.tracing.history;

import io.dharma.tracing.internal.segment.Disk;
import io.dharma.tracing.internal.segment.LogCursor;
import io.dharma.tracing.internal.segment.Segment;
import io.dharma.tracing.internal.segment.SegmentLog;
import io.dharma.tracing.internal.segment.SegmentRecord;
import io.dharma.tracing.spi.BackgroundLog;
import io.dharma.tracing.spi.BlockingTasks;
import io.dharma.tracing.spi.BlockingTasks.Lane;
import io.dharma.tracing.spi.BlockingTasks.Later;
import io.dharma.tracing.spi.Timeouts;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of one or several {@link HistoryTenant}s in a directory of bounded size.
 *
 * <p><b>Opening</b> happens on another thread ({@link BlockingTasks}). As soon as the directory is this process's, what
 * is appended goes there; meanwhile the blocks of earlier processes are read and given to the tenants, who build their
 * indexes from them.
 *
 * <p><b>Making room.</b> The oldest segment goes whole. Before it does, the tenants may append again what is to stay.
 *
 * <p><b>Trouble.</b> A directory that cannot be used, for whatever reason, is let go of: what is appended is not written,
 * and whoever appends is told. It is tried again every 30 s, and what is there by then decides: segments that are gone are
 * gone, and others that somebody wrote in the meantime are read. One warning says that it is not used and why, one line
 * that it is used again.
 *
 * <p><b>Two processes</b> cannot share a directory: the second one has the trouble that the first one owns it. So it takes
 * over within 30 s after that has ended, with all that was left. That is what happens when a service is replaced while it
 * runs; for two that are to stay, the warning says that each needs a directory of its own.
 *
 * <p><b>What is lost.</b> A block is written to the file when {@link #append} returns, so the end of this process loses
 * none; it is forced to the disk within about a second, which is what the end of the machine may cost.
 *
 * <p>Any thread may call any method. Whoever appends waits for the disk, and for others that append; {@link #read} waits
 * for the disk only. Nothing here throws.
 */
public final class HistoryLog implements AutoCloseable {

    /** Instead of a number: the block was not written. */
    public static final long NOT_WRITTEN = -1;

    /** The largest that head and body may be together to be written for sure. */
    public static final int SAFE_BYTES = SegmentLog.MAX_PAYLOAD / 2;

    /** Written to see whether one can. */
    private static final int PROBE = 0;

    private static final int SEGMENTS = 8;
    private static final long MAX_SEGMENT_BYTES = 8L << 20;
    /** More than the headers of a record and of the file that may have to be begun for it. */
    private static final int OVERHEAD = 256;

    private static final long SYNC_NANOS = 1_000_000_000L;

    /** Of those that wait for the disk besides what appends: there are a few kinds, and of each waits one. */
    private static final int MAX_TASKS = 64;

    private static final byte[] NOTHING = {};

    private static final BackgroundLog log = BackgroundLog.of(HistoryLog.class);

    /** How it is doing. */
    public enum State {
        /** What is there is being read. */
        OPENING,
        /** What is appended is written. */
        WRITING,
        /** It is not; tried again every 30 s. */
        UNUSABLE
    }

    /**
     * How history is kept.
     *
     * @param maxBytes what may lie in the directory
     * @param retryAfter how long after trouble to try again
     * @param nanoTime a clock that nobody sets
     */
    public record Settings(Path directory, long maxBytes, Disk disk, Duration retryAfter, LongSupplier nanoTime) {

        /** The least that {@code maxBytes} may be. */
        public static final long MIN_BYTES = SEGMENTS * SegmentLog.MIN_SEGMENT_BYTES;

        public static Settings of(Path directory, long maxBytes) {
            return new Settings(directory, maxBytes, Disk.system(), Duration.ofSeconds(30), System::nanoTime);
        }

        /** So large that one is a small part of all that is kept. */
        public long segmentBytes() {
            return Math.max(SegmentLog.MIN_SEGMENT_BYTES, Math.min(MAX_SEGMENT_BYTES, maxBytes / SEGMENTS));
        }
    }

    private final Settings settings;
    private final Segments segments = new Segments();
    private final Lane maintenance = BlockingTasks.lane(MAX_TASKS);
    private final CountDownLatch triedOnce = new CountDownLatch(1);

    /** Held by whoever writes, or opens, or lets go. */
    private final ReentrantLock writing = new ReentrantLock();

    // Changed only with the lock.
    private volatile @Nullable Opened opened;
    private volatile @Nullable Trouble trouble;
    private volatile List<HistoryTenant> tenants = List.of();
    private volatile boolean replaying = true;
    private final AtomicLong damagedBefore = new AtomicLong();
    private volatile long bytesAfterTrouble;
    private double fullnessAtRoll;
    private boolean makingRoom;
    private boolean syncScheduled;
    private boolean closed;

    private volatile @Nullable Later nextSync;
    private volatile @Nullable Later nextOpening;
    private volatile boolean closing;
    private volatile boolean ended;

    /** The directory while it is ours. */
    private record Opened(DirectoryLock lock, SegmentLog files) {

        /** Without writing anything. */
        void abandon() {
            files.abandon();
            lock.close();
        }
    }

    /** What earlier processes wrote. */
    private record Unread(SegmentLog files, List<Segment> segments) {}

    /**
     * What became of a block.
     *
     * @param number its own, or {@link #NOT_WRITTEN}
     * @param bytes what it takes of the disk
     */
    public record Appended(long number, int bytes) {

        private static final Appended NOT = new Appended(NOT_WRITTEN, 0);
    }

    /**
     * Why the directory is not used.
     *
     * @param reason one line, without what was to be written
     */
    public record Trouble(String reason, Instant since) {}

    /** One that does nothing before {@link #start}. */
    public HistoryLog(Settings settings) {
        this.settings = settings;
    }

    /** Begins to open the directory, and returns at once. To be called once. */
    public void start(List<HistoryTenant> owners) {
        tenants = List.copyOf(owners);
        soon(this::open);
    }

    // Opening

    /** Whatever goes wrong, of whatever kind: one that is opening for ever would make no room, and nobody would know. */
    private void open() {
        try {
            Unread unread = takeDirectory();
            if (unread != null) {
                replay(unread);
                startWriting();
            }
        } catch (Throwable e) {
            writing.lock();
            try {
                failed(e);
            } finally {
                writing.unlock();
            }
        } finally {
            replaying = false;
            triedOnce.countDown();
        }
    }

    /** Null if there is nothing to open. */
    private @Nullable Unread takeDirectory() throws IOException {
        writing.lock();
        try {
            if (closed || opened != null) {
                return null;
            }
            Opened now = openFiles();
            opened = now;
            replaying = true;
            triedOnce.countDown();
            segments.retain(now.files().segments()).forEach(this::lost);
            return new Unread(
                    now.files(),
                    now.files().segments().stream()
                            .filter(segment -> !segments.knows(segment))
                            .toList());
        } finally {
            writing.unlock();
        }
    }

    private void replay(Unread unread) {
        for (Segment segment : unread.segments()) {
            if (ended) {
                return;
            }
            replay(unread.files(), segment);
        }
        tenants.forEach(HistoryTenant::foundAll);
        replaying = false;
    }

    private void startWriting() {
        if (append(PROBE, NOTHING, NOTHING).number() != NOT_WRITTEN) {
            recovered();
            tenants.forEach(HistoryTenant::writable);
        }
    }

    private Opened openFiles() throws IOException {
        DirectoryLock lock = DirectoryLock.take(settings.disk(), settings.directory());
        try {
            SegmentLog files = SegmentLog.open(
                    settings.directory(),
                    new SegmentLog.Settings(settings.disk(), settings.segmentBytes(), SYNC_NANOS, settings.nanoTime()),
                    0);
            return new Opened(lock, files);
        } catch (Throwable e) {
            lock.close();
            throw e;
        }
    }

    private void lost(Segments.Range range) {
        tenants.forEach(tenant -> tenant.lost(range.first(), range.end()));
    }

    /** A segment that cannot be read costs what is in it, and nothing else. */
    private void replay(SegmentLog files, Segment segment) {
        try (LogCursor cursor = files.cursor()) {
            SegmentRecord record = cursor.next(segment.firstSequence());
            while (record != null && record.sequence() < segment.endSequence()) {
                segments.add(segment, record.sequence(), record.offset());
                found(record);
                record = cursor.next(record.sequence() + 1);
            }
        } catch (Throwable e) {
            damagedBefore.incrementAndGet();
            log.debug("A segment of the history in {} could not be read", settings.directory(), e);
        }
    }

    private void found(SegmentRecord record) {
        try {
            HistoryBlock block = headOf(record);
            tenants.stream().filter(tenant -> tenant.owns(block.kind())).forEach(tenant -> tenant.found(block));
        } catch (Throwable e) {
            damagedBefore.incrementAndGet();
            log.debug("A block of the history in {} is not what it should be", settings.directory(), e);
        }
    }

    private static HistoryBlock headOf(SegmentRecord record) throws IOException {
        return new HistoryBlock(
                record.type(), record.sequence(), BlockFormat.head(record.payload()), NOTHING, record.payload().length);
    }

    // Appending

    /**
     * Adds a block.
     *
     * @param kind one of its owner's
     */
    public Appended append(int kind, byte[] head, byte[] body) {
        if (opened == null) {
            openAgainIfForgotten();
            return Appended.NOT;
        }
        writing.lock();
        try {
            byte[] packed = BlockFormat.pack(head, body);
            Opened now = opened;
            if (now == null || packed.length > SegmentLog.MAX_PAYLOAD) {
                return Appended.NOT;
            }
            rollIfIndexGrew(now.files());
            makeRoom(now.files(), packed.length);
            return new Appended(write(now.files(), kind, packed), packed.length);
        } catch (Throwable e) {
            failed(e);
            return Appended.NOT;
        } finally {
            writing.unlock();
        }
    }

    /** The heap was full when it was to be noted down. */
    private void openAgainIfForgotten() {
        if (trouble != null && nextOpening == null) {
            nextOpening = after(settings.retryAfter(), this::open);
        }
    }

    private long write(SegmentLog files, int kind, byte[] packed) throws IOException {
        Segment before = last(files);
        long number = files.append(kind, 0, packed, 0, packed.length);
        files.flush();
        Segment after = last(files);
        if (after == null) {
            throw new IOException("the segment that was written to is gone");
        }
        // A reader goes on from there to the next record: in a new file, to the first.
        long offset = before != null && before.file().equals(after.file()) ? before.bytes() : 0;
        segments.add(after, number, offset);
        scheduleSync();
        return number;
    }

    private static @Nullable Segment last(SegmentLog files) {
        List<Segment> all = files.segments();
        return all.isEmpty() ? null : all.get(all.size() - 1);
    }

    /** What was written is forced to the disk also when nothing follows it. */
    private void scheduleSync() {
        if (!syncScheduled) {
            nextSync = after(Duration.ofNanos(SYNC_NANOS), this::sync);
            syncScheduled = nextSync != null;
        }
    }

    private void sync() {
        writing.lock();
        try {
            syncScheduled = false;
            Opened now = opened;
            if (now != null) {
                now.files().flush();
            }
        } catch (Throwable e) {
            failed(e);
        } finally {
            writing.unlock();
        }
    }

    // Making room

    private void makeRoom(SegmentLog files, int bytes) throws IOException {
        if (makingRoom || replaying) {
            return;
        }
        makingRoom = true;
        try {
            for (int left = files.segments().size(); left > 0 && isTooMuch(files, bytes); left--) {
                if (files.segments().size() == 1) {
                    files.roll();
                }
                drop(files, files.segments().get(0));
            }
        } finally {
            makingRoom = false;
        }
    }

    private boolean isTooMuch(SegmentLog files, int bytes) {
        return !files.segments().isEmpty()
                && (files.bytes() + bytes + OVERHEAD > settings.maxBytes() || fullness() > 1);
    }

    private double fullness() {
        return tenants.stream().mapToDouble(HistoryTenant::fullness).max().orElse(0);
    }

    /** No segment may take so much of an index that the index is empty when the segment has gone. */
    private void rollIfIndexGrew(SegmentLog files) throws IOException {
        double now = fullness();
        if (now - fullnessAtRoll > 1.0 / SEGMENTS) {
            files.roll();
            fullnessAtRoll = now;
        }
    }

    private void drop(SegmentLog files, Segment oldest) throws IOException {
        for (HistoryTenant tenant : tenants) {
            tenant.leaving(oldest.firstSequence(), oldest.endSequence());
        }
        files.delete(oldest);
        segments.remove(oldest);
        fullnessAtRoll = Math.min(fullnessAtRoll, fullness());
    }

    /** Deletes everything. */
    public void clear() {
        writing.lock();
        try {
            Opened now = opened;
            if (now != null) {
                for (Segment segment : now.files().segments()) {
                    now.files().delete(segment);
                    segments.remove(segment);
                }
            }
        } catch (Throwable e) {
            failed(e);
        } finally {
            writing.unlock();
        }
    }

    // Reading

    /** A block with its body; null if it is not there, or cannot be read. */
    public @Nullable HistoryBlock read(long number) {
        try {
            SegmentRecord record = segments.read(settings.disk(), number);
            if (record == null) {
                return null;
            }
            byte[] packed = record.payload();
            return new HistoryBlock(
                    record.type(), number, BlockFormat.head(packed), BlockFormat.body(packed), packed.length);
        } catch (NoSuchFileException gone) {
            return null;
        } catch (IOException | RuntimeException e) {
            log.debug("A block of the history in {} could not be read", settings.directory(), e);
            return null;
        }
    }

    // Trouble

    private void failed(Throwable e) {
        Opened now = opened;
        if (now != null) {
            opened = null;
            bytesAfterTrouble = now.files().bytes();
            damagedBefore.addAndGet(now.files().damagedPlaces());
            now.abandon();
        }
        String reason = e.getClass().getSimpleName() + (e.getMessage() == null ? "" : ": " + e.getMessage());
        Trouble before = trouble;
        trouble = new Trouble(reason, before == null ? Instant.now() : before.since());
        if (before == null) {
            log.warn(
                    "History in {} cannot be kept on disk ({}); it is kept in memory, and the disk is tried again every"
                            + " {} s",
                    settings.directory(),
                    reason,
                    settings.retryAfter().toSeconds());
        }
        nextOpening = after(settings.retryAfter(), this::open);
    }

    private void recovered() {
        if (trouble != null) {
            trouble = null;
            log.info("History is kept on disk again, in {}", settings.directory());
        }
    }

    // How it is doing

    /** Whether what is appended now has a place to go to. */
    public boolean isOpen() {
        return opened != null;
    }

    /** Waits until it is known whether the directory can be used; not for what earlier processes wrote to be read. */
    public void awaitDirectory(Duration deadline) throws InterruptedException {
        var unused = triedOnce.await(Timeouts.nanos(deadline), TimeUnit.NANOSECONDS);
    }

    /** What to tell a person. */
    public State state() {
        if (trouble != null) {
            return State.UNUSABLE;
        }
        return replaying ? State.OPENING : State.WRITING;
    }

    /** Null while all is well. */
    public @Nullable Trouble trouble() {
        return trouble;
    }

    /** What lies in the directory, as far as is known. */
    public long bytes() {
        Opened now = opened;
        return now == null ? bytesAfterTrouble : now.files().bytes();
    }

    /** Damaged places that were come upon; each cost a block or more. */
    public long damaged() {
        Opened now = opened;
        return damagedBefore.get() + (now == null ? 0 : now.files().damagedPlaces());
    }

    // What else waits for the disk

    /** Runs something on another thread, one after the other; nothing happens after closing. */
    public void soon(Runnable task) {
        if (!closing) {
            boolean unused = maintenance.offer(() -> runUnlessEnded(task));
        }
    }

    private @Nullable Later after(Duration delay, Runnable task) {
        try {
            return closing ? null : maintenance.schedule(() -> runUnlessEnded(task), delay);
        } catch (OutOfMemoryError heapIsFull) {
            return null;
        }
    }

    private void runUnlessEnded(Runnable task) {
        if (!ended) {
            task.run();
        }
    }

    /** Forces what was written to the disk, and lets go of the directory. What is there can still be read. */
    public void close(Duration deadline) {
        closing = true;
        try {
            if (writing.tryLock(Timeouts.nanos(deadline), TimeUnit.NANOSECONDS)) {
                try {
                    closeNow();
                } finally {
                    writing.unlock();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended = true;
            cancel(nextSync);
            cancel(nextOpening);
            triedOnce.countDown();
        }
    }

    private void closeNow() {
        closed = true;
        Opened now = opened;
        if (now == null) {
            return;
        }
        opened = null;
        bytesAfterTrouble = now.files().bytes();
        try {
            now.files().close();
            now.lock().close();
        } catch (IOException | RuntimeException e) {
            log.debug("The history in {} could not be closed as it should be", settings.directory(), e);
            now.abandon();
        }
    }

    private static void cancel(@Nullable Later later) {
        if (later != null) {
            later.cancel();
        }
    }

    @Override
    public void close() {
        close(Duration.ofSeconds(1));
    }
}
