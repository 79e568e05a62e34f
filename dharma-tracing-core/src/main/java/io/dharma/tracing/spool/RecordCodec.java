package io.dharma.tracing.spool;

import java.io.IOException;
import java.io.OutputStream;

/**
 * How the records of one signal are written down. What was written by one release has to be readable by the next.
 *
 * <p>Called by the spool's users' threads, never by the application's; encoding by one at a time, decoding by several
 * at once. Whatever a codec throws concerns the one record only.
 *
 * @param <T> what a record is
 */
public interface RecordCodec<T> {

    /** Writes the record, in 1 MiB at most. The stream writes to memory. */
    void encode(T record, OutputStream out) throws IOException;

    /** The record that these are the bytes of, which are the codec's to keep. */
    T decode(byte[] bytes) throws IOException;

    /** How much heap a record that came back holds, in bytes; an estimate, at least 1. */
    int heapSize(T record);
}
