package io.dharma.tracing.spool;

import io.dharma.tracing.internal.segment.LogCursor;
import io.dharma.tracing.internal.segment.Segment;
import io.dharma.tracing.internal.segment.SegmentRecord;
import io.dharma.tracing.pipeline.Journal;
import io.dharma.tracing.pipeline.Priority;
import io.dharma.tracing.spi.BackgroundLog;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What one sink reads.
 *
 * <p>It reads every log in the order of its positions, so wherever two records that it reads one after the other are
 * not neighbours, those between them are gone. They are settled then: nobody will ever acknowledge them, and a segment
 * would be kept for them.
 */
final class SpoolReader<T> implements Journal.Reader<T> {

    private static final BackgroundLog log = BackgroundLog.of(Spool.class);

    /** How often a place may refuse to be read before it is given up. That is 10 s for one's own, 1 min otherwise. */
    private static final int ATTEMPTS_OWN = 100;

    private static final int ATTEMPTS_INHERITED = 12;

    private final Spool<T> spool;
    private final String cursorName;
    private final SinkCursor own;
    private final Lane high = new Lane(Priority.HIGH);
    private final Lane normal = new Lane(Priority.NORMAL);

    SpoolReader(Spool<T> spool, String cursorName, SinkCursor own) {
        this.spool = spool;
        this.cursorName = cursorName;
        this.own = own;
    }

    String cursorName() {
        return cursorName;
    }

    private Lane lane(Priority priority) {
        return priority == Priority.HIGH ? high : normal;
    }

    @Override
    public Journal.@Nullable Entry<T> next(Priority priority, long from) {
        return lane(priority).next(from);
    }

    @Override
    public long nothingBefore(Priority priority, long from) {
        return lane(priority).nothingBefore(from);
    }

    @Override
    public Journal.@Nullable Entry<T> nextInherited(Priority priority) {
        spool.lookForHeritage();
        return lane(priority).nextInherited();
    }

    @Override
    public void acknowledge(Priority priority, long position) {
        if (position >= 0) {
            own.settled(priority).settle(position);
        } else {
            SpoolFolder folder = spool.inherited(InheritedPosition.folder(position));
            SinkCursor cursor = folder == null ? null : folder.cursor(cursorName);
            if (cursor != null) {
                cursor.settled(priority).settle(InheritedPosition.sequence(position));
            }
        }
    }

    @Override
    public void fallBehind(Priority priority, long position) {
        own.reliesFrom(priority, position);
    }

    @Override
    public void catchUp(Priority priority) {
        own.reliesFrom(priority, SinkCursor.NOTHING);
    }

    @Override
    public long kept(Priority priority, long from, long to) {
        boolean isOwn = from >= 0;
        SpoolFolder folder = isOwn ? spool.own() : spool.inherited(InheritedPosition.folder(from));
        SinkCursor cursor = isOwn ? own : folder == null ? null : folder.cursor(cursorName);
        if (folder == null || cursor == null) {
            return 0;
        }
        long first = isOwn ? from : InheritedPosition.sequence(from);
        return folder.kept(cursor, priority, first, first + to - from);
    }

    /** What it held open. */
    void close() {
        high.close();
        normal.close();
    }

    /** Reading of one priority. */
    private final class Lane {

        private final Priority priority;
        private @Nullable LogCursor ownCursor;
        private long nothingBefore;
        private int failures;

        private @Nullable SpoolFolder folder;
        private @Nullable LogCursor folderCursor;
        private int foldersDone;
        private long nextInFolder;
        private int failuresInFolder;

        private Lane(Priority priority) {
            this.priority = priority;
        }

        // ---- this process's

        private synchronized Journal.@Nullable Entry<T> next(long from) {
            SpoolFolder ours = spool.own();
            if (ours == null) {
                return null;
            }
            LogCursor cursor = ownCursor == null ? ours.log(priority).cursor() : ownCursor;
            ownCursor = cursor;
            own.reliesFrom(priority, from);
            nothingBefore = from;
            long at = from;
            try {
                while (true) {
                    SegmentRecord record = cursor.next(at);
                    failures = 0;
                    if (record == null) {
                        nothingBefore = cursor.nothingBefore();
                        missing(own, at, nothingBefore);
                        return null;
                    }
                    missing(own, at, record.sequence());
                    Journal.Entry<T> entry = spool.entry(record, record.sequence());
                    if (entry != null) {
                        return entry;
                    }
                    at = record.sequence() + 1;
                    missing(own, record.sequence(), at);
                }
            } catch (IOException unreadable) {
                failures++;
                if (failures >= ATTEMPTS_OWN) {
                    failures = 0;
                    giveUpSegment(ours, at);
                }
                return null;
            }
        }

        private void giveUpSegment(SpoolFolder ours, long position) {
            for (Segment segment : ours.log(priority).segments()) {
                if (segment.endSequence() > position) {
                    spool.discard(ours, priority, segment);
                    return;
                }
            }
        }

        private synchronized long nothingBefore(long from) {
            return Math.max(from, nothingBefore);
        }

        private void missing(SinkCursor cursor, long from, long to) {
            Settled settled = cursor.settled(priority);
            spool.lost(settled.unsettledIn(from, to));
            settled.settle(from, to);
        }

        // ---- that of others

        private synchronized Journal.@Nullable Entry<T> nextInherited() {
            closeIfCaughtUp();
            while (true) {
                SpoolFolder current = folder == null ? nextFolder() : folder;
                SinkCursor cursor = current == null ? null : current.cursor(cursorName);
                if (current == null) {
                    return null;
                }
                if (cursor == null) {
                    endFolder();
                    continue;
                }
                try {
                    Journal.Entry<T> entry = nextIn(current, cursor);
                    failuresInFolder = 0;
                    if (entry != null) {
                        return entry;
                    }
                    endFolder();
                } catch (IOException unreadable) {
                    failuresInFolder++;
                    if (failuresInFolder < ATTEMPTS_INHERITED) {
                        return null;
                    }
                    // The next process may have more luck, until it is too old.
                    failuresInFolder = 0;
                    endFolder();
                }
            }
        }

        private @Nullable SpoolFolder nextFolder() {
            for (SpoolFolder next : spool.inherited()) {
                if (next.number() > foldersDone) {
                    folder = next;
                    folderCursor = next.log(priority).cursor();
                    nextInFolder = 0;
                    return next;
                }
            }
            return null;
        }

        private void endFolder() {
            SpoolFolder ended = folder;
            if (ended != null) {
                foldersDone = ended.number();
            }
            folder = null;
            close(folderCursor);
            folderCursor = null;
        }

        private Journal.@Nullable Entry<T> nextIn(SpoolFolder current, SinkCursor cursor) throws IOException {
            LogCursor open = folderCursor;
            Settled settled = cursor.settled(priority);
            while (open != null) {
                long at = settled.firstUnsettled(nextInFolder);
                SegmentRecord record = open.next(at);
                if (record == null) {
                    missing(cursor, at, open.nothingBefore());
                    cursor.reliesFrom(priority, SinkCursor.NOTHING);
                    return null;
                }
                long sequence = record.sequence();
                missing(cursor, at, sequence);
                nextInFolder = sequence + 1;
                cursor.reliesFrom(priority, nextInFolder);
                if (settled.covers(sequence, nextInFolder)) {
                    continue;
                }
                Journal.Entry<T> entry = spool.entry(record, InheritedPosition.of(current.number(), sequence));
                if (entry != null) {
                    return entry;
                }
                missing(cursor, sequence, nextInFolder);
            }
            return null;
        }

        // ---- files

        private void closeIfCaughtUp() {
            if (!own.reliesOnSpool(priority)) {
                close(ownCursor);
                ownCursor = null;
            }
        }

        private synchronized void close() {
            close(ownCursor);
            ownCursor = null;
            close(folderCursor);
            folderCursor = null;
        }

        private void close(@Nullable LogCursor cursor) {
            if (cursor != null) {
                try {
                    cursor.close();
                } catch (IOException unwilling) {
                    log.debug("A file that was only read does not let itself be closed");
                }
            }
        }
    }
}
