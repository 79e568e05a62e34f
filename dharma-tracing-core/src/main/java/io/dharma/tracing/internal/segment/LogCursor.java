package io.dharma.tracing.internal.segment;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log from wherever it is told to, cheapest in order. Holds a file open between two calls, and a buffer of
 * 64 KiB, until there is nothing more to read. One thread at a time.
 */
public final class LogCursor implements AutoCloseable {

    private final SegmentLog log;
    private @Nullable SegmentReader reader;
    private @Nullable Path file;
    private long nextSequence;

    LogCursor(SegmentLog log) {
        this.log = log;
    }

    /**
     * The first record that is numbered so or higher and still there; null if there is none now.
     *
     * @throws IOException if the disk would not give it. It may, next time
     */
    public @Nullable SegmentRecord next(long from) throws IOException {
        long wanted = from;
        for (Segment segment = log.segmentFor(wanted); segment != null; segment = log.segmentFor(wanted)) {
            try {
                SegmentRecord record = read(segment, wanted);
                if (record != null) {
                    return record;
                }
                wanted = Math.max(wanted, segment.endSequence());
            } catch (NoSuchFileException gone) {
                log.forget(segment.file());
            }
        }
        close();
        SegmentRecord pending = log.findPending(wanted);
        // Written to a file in this very moment: it is found there the next time.
        return pending;
    }

    private @Nullable SegmentRecord read(Segment segment, long from) throws IOException {
        SegmentReader open = readerOf(segment, from);
        open.extendTo(segment.bytes());
        SegmentRecord record = open.next();
        while (record != null && record.sequence() < from) {
            record = open.next();
        }
        nextSequence = record == null ? segment.endSequence() : record.sequence() + 1;
        if (open.damagedPlaces() > 0) {
            log.noteDamage(segment.file(), open.damagedPlaces());
        }
        return record;
    }

    private SegmentReader readerOf(Segment segment, long from) throws IOException {
        SegmentReader open = reader;
        if (open == null || !segment.file().equals(file) || from < nextSequence) {
            close();
            open = SegmentReader.open(log.disk(), segment.file(), segment.bytes(), segment.instance());
            reader = open;
            file = segment.file();
            nextSequence = segment.firstSequence();
        }
        return open;
    }

    /** Lets go of the file and the buffer; reading on opens it again. */
    @Override
    public void close() throws IOException {
        SegmentReader open = reader;
        reader = null;
        file = null;
        if (open != null) {
            open.close();
        }
    }
}
