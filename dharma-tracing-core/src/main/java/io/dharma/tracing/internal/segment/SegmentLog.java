package io.dharma.tracing.internal.segment;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Records in a directory of {@link Segment}s, numbered from 0 without a gap.
 *
 * <p>What is appended is kept in a buffer until {@link #flush()}, or until the buffer is full, and then written at once:
 * a record costs no call of the operating system of its own. When writing fails the buffer stays as it is, for the
 * next try, so a disk that is full for a while costs nothing but what cannot be appended meanwhile. What was
 * flushed survives the death of the process; what was synchronized, as often as the settings say, that of the machine.
 *
 * <p>What is damaged is found when it is read, and costs what lies in that place only. Files that somebody else deleted
 * are missing from then on, nothing more.
 *
 * <p>Any thread may call any method. Those that write wait for one another, and so for the disk. Everything else does
 * not: {@link LogCursor}s read files without keeping anybody from writing, and the rest looks at memory.
 */
public final class SegmentLog implements AutoCloseable {

    /** The longest payload. */
    public static final int MAX_PAYLOAD = SegmentFormat.MAX_PAYLOAD;

    /** The least that a segment may be told to hold. */
    public static final long MIN_SEGMENT_BYTES = 16L << 10;

    private static final int MAX_BUFFER = 256 << 10;
    private static final int MAX_UNSYNCED = 64;
    private static final long BETWEEN_LOOKS_NANOS = 1_000_000_000L;

    /**
     * How a log is kept.
     *
     * @param segmentBytes how long a segment may get, but for a single record that is longer
     * @param syncEveryNanos how often what was flushed is forced to the disk at most: 0 with every flush,
     *     {@link Long#MAX_VALUE} never
     * @param nanoTime a clock that nobody sets
     */
    public record Settings(Disk disk, long segmentBytes, long syncEveryNanos, LongSupplier nanoTime) {

        /** Segments of 8 MiB, synchronized once a second. */
        public static Settings standard() {
            return new Settings(Disk.system(), 8L << 20, 1_000_000_000L, System::nanoTime);
        }

        public Settings {
            if (segmentBytes < MIN_SEGMENT_BYTES) {
                throw new IllegalArgumentException(
                        "segmentBytes is " + segmentBytes + ", must be at least " + MIN_SEGMENT_BYTES);
            }
        }
    }

    private final Path directory;
    private final Settings settings;
    private final long elapsedBefore;
    private final long openedAt;
    private final long instance = ThreadLocalRandom.current().nextLong();
    private final int bufferBytes;

    /** Held by whoever writes. */
    private final ReentrantLock writing = new ReentrantLock();

    // Guarded by writing.
    private @Nullable SegmentWriter writer;

    /** Written, and not synchronized since: the segment that is being written, and those that were before it. */
    private final Set<SegmentWriter> unsynced = new LinkedHashSet<>();

    private boolean directoryUnsynced;
    private boolean canSyncDirectory;
    private long syncedAt;
    private long lookedAt;

    // Guarded by this, which nobody holds while waiting for the disk. Changed only by who has the other lock as well,
    // except for segments that turn out to be gone.
    private final List<Segment> segments;
    private final RecordBuffer pending;
    private final Map<Path, Long> damagedPlaces = new HashMap<>();
    private long damagedPlacesBefore;

    private SegmentLog(
            Path directory,
            Settings settings,
            long elapsedBefore,
            List<Segment> segments,
            long nextSequence,
            long damagedPlaces) {
        this.directory = directory;
        this.settings = settings;
        this.elapsedBefore = elapsedBefore;
        this.openedAt = settings.nanoTime().getAsLong();
        this.canSyncDirectory = settings.syncEveryNanos() != Long.MAX_VALUE;
        this.syncedAt = openedAt;
        this.lookedAt = openedAt;
        this.segments = segments;
        this.bufferBytes = (int) Math.min(MAX_BUFFER, settings.segmentBytes() / 2);
        this.pending = new RecordBuffer(instance, nextSequence, bufferBytes);
        this.damagedPlacesBefore = damagedPlaces;
    }

    /**
     * Opens what is in the directory, which is created if there is none, or begins with nothing. Cuts off a torn record
     * at the end. Nobody else may write there.
     *
     * @param elapsedNanos the log's age up to now, as {@link #elapsedNanos()} of whoever had it open before said; 0 for
     *     a new one
     * @throws NewerFormatException if a segment is not for this release to read; nothing was changed then
     */
    public static SegmentLog open(Path directory, Settings settings, long elapsedNanos) throws IOException {
        if (!settings.disk().isThere(directory)) {
            settings.disk().createDirectory(directory);
        }
        SegmentSearch search = new SegmentSearch(settings.disk(), directory);
        List<Segment> found = Uninterrupted.call(search::run);
        long next = found.isEmpty() ? 0 : found.get(found.size() - 1).endSequence();
        return new SegmentLog(directory, settings, elapsedNanos, found, next, search.damagedPlaces());
    }

    /** Whether the name is that of a segment. */
    public static boolean isSegment(Path file) {
        return SegmentFormat.firstSequence(file) != null;
    }

    // ---- writing

    /**
     * Adds a record.
     *
     * @param type the caller's, 0 to 255
     * @param flags the caller's, 0 to 255
     * @return its number
     * @throws IOException if there is no more room in the buffer and it could not be written; the record is not added
     * @throws IllegalArgumentException if it is longer than {@link #MAX_PAYLOAD}
     */
    public long append(int type, int flags, byte[] payload, int offset, int length) throws IOException {
        if (length > MAX_PAYLOAD) {
            throw new IllegalArgumentException(length + " bytes are too long for a record");
        }
        writing.lock();
        try {
            if (!pending.isEmpty() && pending.size() + SegmentFormat.RECORD_HEADER + length > bufferBytes) {
                writePending();
            }
            synchronized (this) {
                pending.put(type, flags, payload, offset, length);
                return pending.endSequence() - 1;
            }
        } finally {
            writing.unlock();
        }
    }

    /**
     * Writes what was appended, and synchronizes it if it is time.
     *
     * @throws IOException if that failed. What was appended is kept; the next call tries again
     */
    public void flush() throws IOException {
        writing.lock();
        try {
            long now = settings.nanoTime().getAsLong();
            if (now - lookedAt >= BETWEEN_LOOKS_NANOS) {
                lookedAt = now;
                checkStillThere();
            }
            if (!pending.isEmpty()) {
                writePending();
            }
            if (!unsynced.isEmpty() && now - syncedAt >= settings.syncEveryNanos()) {
                sync();
                syncedAt = now;
            }
        } finally {
            writing.unlock();
        }
    }

    private void writePending() throws IOException {
        SegmentWriter open = writerFor(pending.size());
        open.write(pending.bytes(), pending.size());
        if (settings.syncEveryNanos() != Long.MAX_VALUE) {
            unsynced.add(open);
        }
        synchronized (this) {
            int active = segments.size() - 1;
            segments.set(active, segments.get(active).grownTo(pending.endSequence(), open.size()));
            pending.clear();
        }
    }

    /**
     * Gives up what was appended and could not be written, for a log that is about to end. Of a write that broke off on
     * its way, as on a disk that had just become full, the records stay that arrived as a whole: whoever opens the log
     * will find them.
     *
     * @return the number of the first record that is given up; {@link #nextSequence()} if none is
     */
    public long giveUpPending() {
        writing.lock();
        try {
            SegmentWriter open = writer;
            int torn = open == null ? 0 : tornBytes(open);
            synchronized (this) {
                int arrived = open != null && isLast(open.file()) ? pending.wholeRecordsIn(torn) : 0;
                long firstLost = pending.sequenceAt(arrived);
                if (open != null && arrived > 0) {
                    open.keepTorn(arrived);
                    int active = segments.size() - 1;
                    segments.set(active, segments.get(active).grownTo(firstLost, open.size()));
                }
                pending.clear();
                return firstLost;
            }
        } finally {
            writing.unlock();
        }
    }

    private static int tornBytes(SegmentWriter open) {
        try {
            return open.isThere() ? open.torn() : 0;
        } catch (IOException unknown) {
            return 0;
        }
    }

    private SegmentWriter writerFor(int bytes) throws IOException {
        SegmentWriter open = writer;
        if (open != null && isFull(open, bytes)) {
            endSegment(open);
            open = null;
        }
        if (open == null) {
            open = beginSegment();
        }
        return open;
    }

    private boolean isFull(SegmentWriter open, int bytes) throws IOException {
        boolean isFull = open.size() > SegmentFormat.HEADER && open.size() + bytes > settings.segmentBytes();
        // What arrived in part is finished where it was begun, or it would be there twice.
        return isFull && open.torn() == 0;
    }

    /** At full speed there are dozens a second, and most are deleted before anybody would synchronize them. */
    private void endSegment(SegmentWriter open) throws IOException {
        if (unsynced.size() >= MAX_UNSYNCED) {
            sync();
        }
        writer = null;
        if (!unsynced.contains(open)) {
            open.close();
        }
    }

    private SegmentWriter beginSegment() throws IOException {
        long first = pending.firstSequence();
        Path file = directory.resolve(SegmentFormat.fileName(first));
        SegmentHeader header = new SegmentHeader(SegmentFormat.VERSION, instance, first, elapsedNanos());
        SegmentWriter open = SegmentWriter.create(settings.disk(), file, header);
        writer = open;
        directoryUnsynced = canSyncDirectory;
        synchronized (this) {
            segments.add(new Segment(file, instance, first, first, open.size(), header.createdAt()));
        }
        return open;
    }

    private void sync() throws IOException {
        for (SegmentWriter written : List.copyOf(unsynced)) {
            if (written.isThere()) {
                written.force();
            }
            unsynced.remove(written);
            if (written != writer) {
                written.close();
            }
        }
        if (directoryUnsynced) {
            directoryUnsynced = false;
            syncDirectory();
        }
    }

    /** The file's name, too, has to outlive a loss of power. Not every system can open a directory, and none has to. */
    private void syncDirectory() {
        try {
            Uninterrupted.run(() -> {
                try (FileChannel names = settings.disk().open(directory, StandardOpenOption.READ)) {
                    names.force(true);
                }
            });
        } catch (IOException unable) {
            canSyncDirectory = false;
        }
    }

    /** On most systems one can write to a file that was deleted for as long as one likes. */
    private void checkStillThere() throws IOException {
        SegmentWriter open = writer;
        if (open != null && !open.isThere()) {
            forget(open.file());
            letGoOf(open);
            throw new NoSuchFileException(open.file().toString());
        }
    }

    /** What is appended from now on goes to a new segment. */
    public void roll() throws IOException {
        writing.lock();
        try {
            SegmentWriter open = writer;
            if (open != null) {
                endSegment(open);
            }
        } finally {
            writing.unlock();
        }
    }

    /** Deletes a segment, also the one that is written to: then the next flush begins another one. */
    public void delete(Segment segment) throws IOException {
        if (isLast(segment.file())) {
            deleteActive(segment);
        } else {
            settings.disk().delete(segment.file());
            forget(segment.file());
        }
    }

    /** Only the last one is waited for by whoever deletes, since somebody may be writing to it. */
    private synchronized boolean isLast(Path file) {
        return !segments.isEmpty() && segments.get(segments.size() - 1).file().equals(file);
    }

    private void deleteActive(Segment segment) throws IOException {
        writing.lock();
        try {
            SegmentWriter open = writer;
            if (open != null && open.file().equals(segment.file())) {
                letGoOf(open);
            }
            settings.disk().delete(segment.file());
            forget(segment.file());
        } finally {
            writing.unlock();
        }
    }

    private void letGoOf(SegmentWriter open) throws IOException {
        writer = null;
        unsynced.remove(open);
        open.close();
    }

    /** Lets go of the files without writing what is left; nothing is to be called after. */
    public void abandon() {
        writing.lock();
        try {
            for (SegmentWriter written : List.copyOf(unsynced)) {
                closeQuietly(written);
            }
            if (writer != null) {
                closeQuietly(writer);
            }
        } finally {
            writing.unlock();
        }
    }

    private void closeQuietly(SegmentWriter open) {
        try {
            letGoOf(open);
        } catch (IOException unable) {
            // The file is given up anyway.
            unsynced.remove(open);
        }
    }

    /** Writes what is left, and lets go of the file. It may be tried again if it fails; nothing is to be called after. */
    @Override
    public void close() throws IOException {
        writing.lock();
        try {
            if (!pending.isEmpty()) {
                writePending();
            }
            sync();
            roll();
        } finally {
            writing.unlock();
        }
    }

    // ---- what is there

    /** All segments, the oldest first. The last one may be growing. */
    public synchronized List<Segment> segments() {
        return List.copyOf(segments);
    }

    /** How many bytes all segments have together. */
    public synchronized long bytes() {
        return segments.stream().mapToLong(Segment::bytes).sum();
    }

    /** The number that the next record gets. */
    public synchronized long nextSequence() {
        return pending.endSequence();
    }

    /** How many bytes wait to be written. */
    public synchronized int pendingBytes() {
        return pending.size();
    }

    /**
     * How many damaged places readers came upon, or were cut off at the end; each cost one record or more. A torn end is
     * none: nobody was told that it was written.
     */
    public synchronized long damagedPlaces() {
        return damagedPlacesBefore
                + damagedPlaces.values().stream().mapToLong(Long::longValue).sum();
    }

    /** How old the log is: how long it was open, this time and before. */
    public long elapsedNanos() {
        return elapsedBefore + settings.nanoTime().getAsLong() - openedAt;
    }

    /** How long ago the segment was begun; time in which nobody had the log open does not count. */
    public long ageNanos(Segment segment) {
        return elapsedNanos() - segment.createdAt();
    }

    /** A new reader of its own. */
    public LogCursor cursor() {
        return new LogCursor(this);
    }

    Disk disk() {
        return settings.disk();
    }

    /** The first record from there on, if it is not in a file yet; null otherwise. */
    synchronized @Nullable SegmentRecord findPending(long from) {
        return pending.find(from);
    }

    /** The number that the next record gets, if there is no record from the given one on; -1 otherwise. */
    synchronized long endIfNothingFrom(long from) {
        boolean isNothing = segmentFor(from) == null && (pending.isEmpty() || from >= pending.endSequence());
        return isNothing ? pending.endSequence() : -1;
    }

    /** The segment in which the first record from there on is, if any is. */
    synchronized @Nullable Segment segmentFor(long from) {
        for (Segment segment : segments) {
            if (segment.endSequence() > from) {
                return segment;
            }
        }
        return null;
    }

    synchronized void noteDamage(Path file, long places) {
        if (segments.stream().anyMatch(segment -> segment.file().equals(file))) {
            damagedPlaces.merge(file, places, Math::max);
        }
    }

    /** It is not there any more. */
    synchronized void forget(Path file) {
        segments.removeIf(segment -> segment.file().equals(file));
        Long places = damagedPlaces.remove(file);
        damagedPlacesBefore += places == null ? 0 : places;
    }
}
