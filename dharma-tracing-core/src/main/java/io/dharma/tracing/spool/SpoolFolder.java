package io.dharma.tracing.spool;

import io.dharma.tracing.internal.segment.Disk;
import io.dharma.tracing.internal.segment.NewerFormatException;
import io.dharma.tracing.internal.segment.PrivateDirectory;
import io.dharma.tracing.internal.segment.Segment;
import io.dharma.tracing.internal.segment.SegmentLog;
import io.dharma.tracing.internal.segment.SegmentReader;
import io.dharma.tracing.pipeline.Priority;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What one process wrote: a log for each priority, and how far each sink is with them. Number 0 is that of this process,
 * the others were inherited. Any thread, except where it says otherwise.
 */
final class SpoolFolder {

    private static final String HIGH = "high";
    private static final String NORMAL = "normal";

    /** How much of a folder's age is lost at most when the process that has it dies. */
    private static final long BETWEEN_AGES_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final int number;
    private final Path directory;
    private final SegmentLog.Settings settings;
    private final SegmentLog high;
    private final SegmentLog normal;

    /** By the name of the file. */
    private final Map<String, SinkCursor> cursors;

    /** Of whoever looks after the spool. */
    private long ageStoredAt;

    private SpoolFolder(
            int number,
            Path directory,
            SegmentLog.Settings settings,
            Map<String, SinkCursor> cursors,
            long elapsedNanos)
            throws IOException {
        this.number = number;
        this.directory = directory;
        this.settings = settings;
        this.cursors = cursors;
        this.high = SegmentLog.open(directory.resolve(HIGH), settings, elapsedNanos);
        this.normal = SegmentLog.open(directory.resolve(NORMAL), settings, elapsedNanos);
        this.ageStoredAt = elapsedNanos;
    }

    /** That of this process, in a directory that is empty. */
    static SpoolFolder create(Path directory, SegmentLog.Settings settings, Map<String, SinkCursor> cursors)
            throws IOException {
        return new SpoolFolder(0, directory, settings, cursors, 0);
    }

    /** One that was left behind. */
    static SpoolFolder inherit(int number, Path directory, SegmentLog.Settings settings) throws IOException {
        Map<String, SinkCursor> cursors = new ConcurrentHashMap<>();
        long elapsed = 0;
        for (Path file : settings.disk().list(directory)) {
            if (CursorFile.isStored(file)) {
                CursorFile.Content content = CursorFile.read(settings.disk(), file);
                elapsed = Math.max(elapsed, content.elapsedNanos());
                cursors.put(file.getFileName().toString(), content.cursor());
            }
        }
        return new SpoolFolder(number, directory, settings, cursors, elapsed);
    }

    /** Whether this process's user made it, and the directories of its logs: a link would lead to the files of others. */
    static boolean isOwn(PrivateDirectory privately, Disk disk, Path directory) throws IOException {
        if (!privately.isOwn(directory)) {
            return false;
        }
        for (Path log : List.of(directory.resolve(HIGH), directory.resolve(NORMAL))) {
            if (disk.isThere(log) && !privately.isOwn(log)) {
                return false;
            }
        }
        return true;
    }

    /** Whether any file is of a later release, which then wants all of them. */
    static boolean isNewer(Disk disk, Path directory) throws IOException {
        for (Path file : disk.list(directory)) {
            if (CursorFile.isStored(file) && CursorFile.read(disk, file).isNewer()) {
                return true;
            }
        }
        return hasNewerSegment(disk, directory.resolve(HIGH)) || hasNewerSegment(disk, directory.resolve(NORMAL));
    }

    private static boolean hasNewerSegment(Disk disk, Path log) throws IOException {
        if (!disk.isThere(log)) {
            return false;
        }
        for (Path file : disk.list(log)) {
            try (SegmentReader reader = SegmentReader.open(disk, file)) {
                reader.header();
            } catch (NewerFormatException newer) {
                return true;
            }
        }
        return false;
    }

    int number() {
        return number;
    }

    SegmentLog log(Priority priority) {
        return priority == Priority.HIGH ? high : normal;
    }

    /** Null for a sink that gets nothing from here, since it is newer. */
    @Nullable
    SinkCursor cursor(String fileName) {
        return cursors.get(fileName);
    }

    void flush() throws IOException {
        try {
            high.flush();
        } finally {
            normal.flush();
        }
    }

    /**
     * The end of writing: what was appended and could not be written is given up.
     *
     * @return as of {@link #discard}
     */
    long giveUpPending() {
        long lost = 0;
        for (Priority priority : Priority.values()) {
            long first = log(priority).giveUpPending();
            lost += notThere(priority, first, log(priority).nextSequence());
        }
        return lost;
    }

    /** How many of these records are on the disk and not settled for that sink. */
    long kept(SinkCursor cursor, Priority priority, long from, long to) {
        long kept = 0;
        for (Segment segment : log(priority).segments()) {
            long first = Math.max(from, segment.firstSequence());
            kept += cursor.settled(priority).unsettledIn(first, Math.min(to, segment.endSequence()));
        }
        return kept;
    }

    long bytes() {
        return high.bytes() + normal.bytes();
    }

    int pendingBytes() {
        return high.pendingBytes() + normal.pendingBytes();
    }

    int segments() {
        return high.segments().size() + normal.segments().size();
    }

    long damagedPlaces() {
        return high.damagedPlaces() + normal.damagedPlaces();
    }

    /** How many of the records somebody has yet to get. */
    long unsettled() {
        long most = 0;
        for (SinkCursor cursor : cursors.values()) {
            most = Math.max(most, unsettled(cursor, Priority.HIGH) + unsettled(cursor, Priority.NORMAL));
        }
        return most;
    }

    private long unsettled(SinkCursor cursor, Priority priority) {
        long unsettled = 0;
        for (Segment segment : log(priority).segments()) {
            unsettled += cursor.settled(priority).unsettledIn(segment.firstSequence(), segment.endSequence());
        }
        return unsettled;
    }

    /** Whether all sinks are past it, those included of which this process does not know anything but their file. */
    boolean isSettled(Priority priority, Segment segment) {
        for (SinkCursor cursor : cursors.values()) {
            if (!cursor.settled(priority).covers(segment.firstSequence(), segment.endSequence())) {
                return false;
            }
        }
        return true;
    }

    /**
     * Deletes a segment whoever may need it yet.
     *
     * @return how many records that cost, counted once for each sink that will not get one
     */
    long discard(Priority priority, Segment segment) throws IOException {
        log(priority).delete(segment);
        return notThere(priority, segment.firstSequence(), segment.endSequence());
    }

    private long notThere(Priority priority, long from, long to) {
        long lost = 0;
        for (SinkCursor cursor : cursors.values()) {
            lost += cursor.needs(priority, from, to);
            cursor.settled(priority).settle(from, to);
        }
        return lost;
    }

    // ---- for one thread at a time

    /**
     * Deletes what nobody needs any more.
     *
     * @param all also the segment that is being written
     */
    void deleteSettled(boolean all) throws IOException {
        for (Priority priority : Priority.values()) {
            List<Segment> segments = log(priority).segments();
            int done = number > 0 || all ? segments.size() : Math.max(0, segments.size() - 1);
            for (Segment segment : segments.subList(0, done)) {
                if (isSettled(priority, segment)) {
                    log(priority).delete(segment);
                }
            }
        }
    }

    /**
     * Deletes what nobody wants any more, be it settled or not.
     *
     * @return as of {@link #discard}
     */
    long deleteOlderThan(long nanos) throws IOException {
        long lost = 0;
        for (Priority priority : Priority.values()) {
            for (Segment segment : log(priority).segments()) {
                if (log(priority).ageNanos(segment) > nanos) {
                    lost += discard(priority, segment);
                }
            }
        }
        return lost;
    }

    /** Brings cursors to the disk: those that say something new, and all from time to time, for they keep the age. */
    void storeCursors(boolean sync) throws IOException {
        long elapsed = high.elapsedNanos();
        boolean all = elapsed - ageStoredAt >= BETWEEN_AGES_NANOS && unsettled() > 0;
        for (Map.Entry<String, SinkCursor> cursor : cursors.entrySet()) {
            if (all || cursor.getValue().isDirty()) {
                CursorFile.write(settings.disk(), directory.resolve(cursor.getKey()), cursor.getValue(), elapsed, sync);
            }
        }
        if (all) {
            ageStoredAt = elapsed;
        }
    }

    /** What is written before its cursor would be no sink's: whoever finds it must know whom it is for. */
    void storeNewCursors(boolean sync) throws IOException {
        for (Map.Entry<String, SinkCursor> cursor : cursors.entrySet()) {
            if (!cursor.getValue().isStored()) {
                CursorFile.write(
                        settings.disk(),
                        directory.resolve(cursor.getKey()),
                        cursor.getValue(),
                        high.elapsedNanos(),
                        sync);
            }
        }
    }

    /**
     * Makes directories again that somebody deleted.
     *
     * @return as of {@link #discard}
     */
    long restore() throws IOException {
        Disk disk = settings.disk();
        for (Path needed : List.of(directory, directory.resolve(HIGH), directory.resolve(NORMAL))) {
            if (!disk.isThere(needed)) {
                disk.createDirectory(needed);
            }
        }
        for (Map.Entry<String, SinkCursor> cursor : cursors.entrySet()) {
            if (!disk.isThere(directory.resolve(cursor.getKey()))) {
                cursor.getValue().notStored();
            }
        }
        return forgetMissing();
    }

    private long forgetMissing() throws IOException {
        long lost = 0;
        for (Priority priority : Priority.values()) {
            for (Segment segment : log(priority).segments()) {
                if (!settings.disk().isThere(segment.file())) {
                    lost += discard(priority, segment);
                }
            }
        }
        return lost;
    }

    /** Writes what is left, and lets go of the files whether it can or not. */
    void close() throws IOException {
        try {
            high.close();
        } finally {
            high.abandon();
            try {
                normal.close();
            } finally {
                normal.abandon();
            }
        }
    }

    boolean isEmpty() {
        return high.segments().isEmpty() && normal.segments().isEmpty();
    }

    /**
     * Deletes all that was ever written to it. What somebody else put there stays, and its directory with it.
     *
     * @return whether all of it is gone
     */
    boolean delete() throws IOException {
        boolean gone = delete(directory.resolve(HIGH), SegmentLog::isSegment);
        gone &= delete(directory.resolve(NORMAL), SegmentLog::isSegment);
        return gone && delete(directory, CursorFile::isOne);
    }

    private boolean delete(Path ofFiles, Predicate<Path> isOurs) throws IOException {
        Disk disk = settings.disk();
        if (!disk.isThere(ofFiles)) {
            return true;
        }
        if (!Files.isDirectory(ofFiles, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        for (Path file : disk.list(ofFiles)) {
            if (isOurs.test(file) && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                disk.delete(file);
            }
        }
        try {
            disk.delete(ofFiles);
            return true;
        } catch (DirectoryNotEmptyException somebodyElses) {
            return false;
        }
    }
}
