package io.dharma.tracing.internal.segment;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Checksums of the records of one instance. One thread at a time. */
final class RecordChecksum {

    private static final int CHECKSUM_AT = SegmentFormat.RECORD_HEADER - Integer.BYTES;

    private final byte[] instance;
    private final CRC32C crc = new CRC32C();

    RecordChecksum(long instance) {
        this.instance = ByteBuffer.allocate(Long.BYTES).putLong(instance).array();
    }

    /** Of the record that begins there; leaves out the place of the checksum itself. */
    int of(byte[] bytes, int at, int payloadLength) {
        crc.reset();
        crc.update(instance, 0, instance.length);
        crc.update(bytes, at, CHECKSUM_AT);
        crc.update(bytes, at + SegmentFormat.RECORD_HEADER, payloadLength);
        return (int) crc.getValue();
    }
}
