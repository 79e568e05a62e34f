package io.dharma.tracing.spool;

import io.dharma.tracing.spi.BackgroundLog;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Whether the disk takes anything, since when not, and who was told. Any thread; logs without holding a lock. */
final class SpoolHealth {

    private static final BackgroundLog log = BackgroundLog.of(Spool.class);

    private static final long BETWEEN_ATTEMPTS_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long BETWEEN_LOG_LINES_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Path path;
    private final LongSupplier nanoTime;

    // Changed under this object's lock, read without.
    private volatile SpoolState state = SpoolState.STARTING;
    private volatile @Nullable String reason;
    private volatile long failedAt;
    private boolean warned;
    private boolean announcedBefore;
    private long announcedAt;

    SpoolHealth(Path path, LongSupplier nanoTime) {
        this.path = path;
        this.nanoTime = nanoTime;
    }

    SpoolState state() {
        return state;
    }

    @Nullable
    String reason() {
        return reason;
    }

    boolean isWriting() {
        return state == SpoolState.WRITING;
    }

    boolean isClosed() {
        return state == SpoolState.CLOSED;
    }

    boolean isTimeToTry() {
        SpoolState now = state;
        return now == SpoolState.STARTING
                || (now == SpoolState.MEMORY_ONLY && nanoTime.getAsLong() - failedAt >= BETWEEN_ATTEMPTS_NANOS);
    }

    /** @param notWritten how many records were not so far */
    void writes(long notWritten) {
        boolean wasWarned;
        synchronized (this) {
            if (state == SpoolState.CLOSED) {
                return;
            }
            state = SpoolState.WRITING;
            reason = null;
            wasWarned = warned;
            warned = false;
        }
        if (wasWarned) {
            log.info("{}: records are written down again; {} were not meanwhile", path, notWritten);
        }
    }

    void failed(Exception e) {
        String why = describe(e);
        if (enter(e, why)) {
            log.warn("{}: records cannot be written down, and wait in memory only: {}", path, why);
        }
    }

    /** Returns whether it is worth a line in the log. */
    private synchronized boolean enter(Exception e, String why) {
        // Who interrupts this thread over and over says nothing about the disk: all is kept for the next flush.
        boolean isDisks = !(e instanceof ClosedByInterruptException) || state == SpoolState.STARTING;
        if (state == SpoolState.CLOSED || !isDisks) {
            return false;
        }
        long now = nanoTime.getAsLong();
        boolean warns =
                state != SpoolState.MEMORY_ONLY && (!announcedBefore || now - announcedAt >= BETWEEN_LOG_LINES_NANOS);
        state = SpoolState.MEMORY_ONLY;
        reason = why;
        failedAt = now;
        if (warns) {
            announcedBefore = true;
            announcedAt = now;
            warned = true;
        }
        return warns;
    }

    /** Returns false if it was closed before. */
    synchronized boolean close() {
        boolean closes = state != SpoolState.CLOSED;
        state = SpoolState.CLOSED;
        reason = null;
        return closes;
    }

    /** What went wrong, in one line. */
    static String describe(Exception e) {
        String why = e.getMessage();
        if (e instanceof FileSystemException ofFile) {
            String what = ofFile.getReason() == null ? e.getClass().getSimpleName() : ofFile.getReason();
            why = ofFile.getFile() + ": " + what;
        }
        String text = why == null ? e.getClass().getSimpleName() : why;
        return text.replaceAll("\\p{Cntrl}", " ");
    }
}
