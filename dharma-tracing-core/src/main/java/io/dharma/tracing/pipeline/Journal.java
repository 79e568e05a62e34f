package io.dharma.tracing.pipeline;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where a {@link Pipeline} writes every record down before the sinks get it, so that it outlives an outage that is
 * longer than memory lasts, and the process itself.
 *
 * <p>A journal is for one pipeline. Each {@link Priority} has positions of its own, which count up by one for each
 * record. The pipeline writes and flushes from one thread; readers are used as they say. Nothing here throws or waits for
 * long: a journal that cannot write says so by {@link #NOT_WRITTEN}, and the pipeline goes on in memory.
 *
 * @param <T> what is delivered
 */
public interface Journal<T> {

    /** Instead of a position: the record is not in the journal. */
    long NOT_WRITTEN = -1;

    /**
     * Writes a record down, though perhaps not to the disk yet.
     *
     * @return its position, or {@link #NOT_WRITTEN}
     */
    long append(T record, Priority priority);

    /** Brings to the disk what was appended. Called at least every 100 ms while there is something. */
    void flush();

    /**
     * The end of writing: tries once more to bring to the disk what was appended, and gives up what the disk does not
     * take, so that {@link Reader#kept} tells from then on what the next process will find. Called once, from any thread,
     * perhaps while another one still hangs in {@link #append} or {@link #flush}.
     *
     * @param deadline how long the caller waits at most. What a disk that hangs has not confirmed by then is not kept
     */
    void finish(Duration deadline);

    /** What one sink knows of the journal. Asked for once for each sink, by its name. */
    Reader<T> reader(String sink);

    /** One sink's view. Reading is for one thread at a time and may read files; the rest is for any, and does not. */
    interface Reader<T> {

        /** The first record at {@code from} or after it that is still there; null if there is none now. */
        @Nullable
        Entry<T> next(Priority priority, long from);

        /**
         * Asked when {@link #next} found nothing: what is not there before this position never will be. Without this,
         * the loss of the last records would be noticed only with the next one that is written.
         *
         * @return {@code from} if nothing is known to be lost
         */
        default long nothingBefore(Priority priority, long from) {
            return from;
        }

        /** The next record that an earlier process could not deliver, each once; null if there is none now. */
        @Nullable
        Entry<T> nextInherited(Priority priority);

        /** The record is settled for this sink, whether it was delivered or given up. In any order. */
        void acknowledge(Priority priority, long position);

        /** From this record on the sink relies on the journal alone. */
        void fallBehind(Priority priority, long position);

        /** The sink has in memory all that it has not acknowledged. */
        void catchUp(Priority priority);

        /**
         * Asked after {@link Journal#finish}: how many of the records between these positions, the end excluded, are
         * there for the next process, which are those that are on the disk and that this sink has not acknowledged.
         * Positions of inherited records are asked about one by one.
         */
        long kept(Priority priority, long from, long to);
    }

    /**
     * A record that came back.
     *
     * @param size how much heap it holds, in bytes
     * @param position what to acknowledge it by
     */
    record Entry<T>(T record, int size, long position) {}
}
