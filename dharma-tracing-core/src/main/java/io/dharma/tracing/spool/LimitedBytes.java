package io.dharma.tracing.spool;

import io.dharma.tracing.internal.segment.SegmentLog;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** One record's bytes, in memory that is used again for the next. Refuses more than a record may have. */
final class LimitedBytes extends OutputStream {

    private static final int KEPT = 64 << 10;

    private byte[] bytes = new byte[1024];
    private int size;

    /** Begins anew. */
    void clear() {
        size = 0;
        if (bytes.length > KEPT) {
            bytes = new byte[KEPT];
        }
    }

    byte[] bytes() {
        return bytes;
    }

    int size() {
        return size;
    }

    @Override
    public void write(int value) throws IOException {
        reserve(1);
        bytes[size++] = (byte) value;
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        reserve(length);
        System.arraycopy(source, offset, bytes, size, length);
        size += length;
    }

    private void reserve(int more) throws IOException {
        if (more > SegmentLog.MAX_PAYLOAD - size) {
            throw new IOException("a record of more than " + SegmentLog.MAX_PAYLOAD + " bytes");
        }
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(size + more, bytes.length * 2));
        }
    }
}
