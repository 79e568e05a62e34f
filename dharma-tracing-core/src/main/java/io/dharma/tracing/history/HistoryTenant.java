package io.dharma.tracing.history;

import java.io.IOException;

/** A store of one kind of things whose blocks are in a {@link HistoryLog}. */
public interface HistoryTenant {

    /** Which blocks are its own: 1 to 255, and never another one once something was written. */
    boolean owns(int kind);

    /**
     * A block that an earlier process wrote. Called in the order in which they were written, by one thread at a time,
     * while others already append and read; the body is not there.
     */
    void found(HistoryBlock block);

    /** The last one was {@link #found}, or there was none. Called again each time that the directory was opened anew. */
    void foundAll();

    /**
     * Blocks are about to be deleted, to make room. What is to stay can be read and appended once more. Called by whoever
     * appends, who holds the log's lock: no lock may be taken that somebody holds while he appends.
     *
     * @param first of their numbers
     * @param end the number after the last
     */
    void leaving(long first, long end) throws IOException;

    /** Blocks are gone, against our will: somebody deleted their file. Numbered as in {@link #leaving}. */
    void lost(long first, long end);

    /**
     * How much of what its index may take of the heap it takes: from 1 on blocks have to go, though there is room on the
     * disk.
     */
    double fullness();

    /** The directory can be written to, for the first time or again: for what arrived in the meantime. No lock is held. */
    void writable();
}
