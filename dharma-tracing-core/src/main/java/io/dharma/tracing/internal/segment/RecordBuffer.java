package io.dharma.tracing.internal.segment;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Records as they will lie in the file, until they do. Their numbers count up by one. One thread at a time. */
final class RecordBuffer {

    private static final int INITIAL = 16 << 10;

    private final RecordChecksum checksum;
    private final int keptCapacity;
    private byte[] bytes = new byte[INITIAL];
    private int size;
    private long firstSequence;
    private long endSequence;

    /** @param keptCapacity what it may keep allocated when it is empty */
    RecordBuffer(long instance, long nextSequence, int keptCapacity) {
        this.checksum = new RecordChecksum(instance);
        this.firstSequence = nextSequence;
        this.endSequence = nextSequence;
        this.keptCapacity = keptCapacity;
    }

    void put(int type, int flags, byte[] source, int offset, int length) {
        int needed = size + SegmentFormat.RECORD_HEADER + length;
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(needed, bytes.length * 2));
        }
        ByteBuffer header = ByteBuffer.wrap(bytes, size, SegmentFormat.RECORD_HEADER);
        header.putShort(SegmentFormat.RECORD_MAGIC)
                .put((byte) type)
                .put((byte) flags)
                .putInt(length)
                .putLong(endSequence);
        System.arraycopy(source, offset, bytes, size + SegmentFormat.RECORD_HEADER, length);
        header.putInt(checksum.of(bytes, size, length));
        size = needed;
        endSequence++;
    }

    /** The first record numbered so or higher; null if there is none. */
    @Nullable
    SegmentRecord find(long from) {
        if (isEmpty() || from >= endSequence) {
            return null;
        }
        int at = 0;
        ByteBuffer all = ByteBuffer.wrap(bytes, 0, size);
        for (long sequence = firstSequence; sequence < from; sequence++) {
            at += SegmentFormat.RECORD_HEADER + all.getInt(at + 4);
        }
        int payload = at + SegmentFormat.RECORD_HEADER;
        return new SegmentRecord(
                all.get(at + 2) & 0xFF,
                all.get(at + 3) & 0xFF,
                all.getLong(at + 8),
                -1,
                Arrays.copyOfRange(bytes, payload, payload + all.getInt(at + 4)));
    }

    /** How many of the first bytes, of so many at most, are whole records. */
    int wholeRecordsIn(int length) {
        ByteBuffer all = ByteBuffer.wrap(bytes, 0, size);
        int whole = 0;
        int next = 0;
        while (next <= length) {
            whole = next;
            next = whole == size ? Integer.MAX_VALUE : whole + SegmentFormat.RECORD_HEADER + all.getInt(whole + 4);
        }
        return whole;
    }

    /** The number of the record that begins there. */
    long sequenceAt(int place) {
        return place == size ? endSequence : ByteBuffer.wrap(bytes, 0, size).getLong(place + 8);
    }

    byte[] bytes() {
        return bytes;
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    long firstSequence() {
        return firstSequence;
    }

    long endSequence() {
        return endSequence;
    }

    /** All is in the file now, or given up. */
    void clear() {
        firstSequence = endSequence;
        size = 0;
        if (bytes.length > keptCapacity) {
            bytes = new byte[INITIAL];
        }
    }
}
