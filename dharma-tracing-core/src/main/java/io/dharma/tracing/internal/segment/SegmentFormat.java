package io.dharma.tracing.internal.segment;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * How a segment lies in its file. All numbers are big-endian.
 *
 * <pre>
 * segment  header | the same header again | record | record ...
 * header   magic u64 | version u16 | length u16 | instance u64 | first sequence u64 | created at u64 | crc32c u32
 * record   magic u16 | type u8 | flags u8 | payload's length u32 | sequence u64 | crc32c u32 | payload
 * </pre>
 *
 * <p>A header's checksum covers what is before it, a record's the instance, the record's header and its payload. Magic,
 * version, length and the checksum at the end of that length stay where they are in every future version, so that a
 * newer one is known for sure and not mistaken for a damaged one. The header is there twice since it is what all
 * records depend on: whichever byte of it is damaged, they can be read.
 *
 * <p>The instance, which is random, is part of each checksum so that nothing but what this very log wrote is ever
 * taken for a record when the reader searches a damaged place: not what somebody, who knows the format, put into the
 * payload around it.
 */
final class SegmentFormat {

    static final int VERSION = 1;

    static final int HEADER_COPY = 40;
    static final int HEADER = 2 * HEADER_COPY;
    static final int RECORD_HEADER = 20;

    /** Longer ones are refused, and a length field that says more is damaged: nothing is ever allocated for it. */
    static final int MAX_PAYLOAD = 1 << 20;

    /** Its first byte is in no UTF-8 text. */
    static final short RECORD_MAGIC = (short) 0xFED7;

    private static final long HEADER_MAGIC = 0x44_48_41_52_4d_53_45_47L; // DHARMSEG
    private static final int SMALLEST_HEADER = 16;
    private static final int LARGEST_HEADER = 4096;
    private static final int VERSION_AT = 8;
    private static final int LENGTH_AT = 10;
    private static final int INSTANCE_AT = 12;
    private static final int FIRST_SEQUENCE_AT = 20;
    private static final int CREATED_AT_AT = 28;

    private static final String SUFFIX = ".seg";

    private SegmentFormat() {}

    static String fileName(long firstSequence) {
        return String.format("%016x", firstSequence) + SUFFIX;
    }

    /** What the file's name says its first sequence is; null if it is no segment's name. */
    static @Nullable Long firstSequence(Path file) {
        Path name = file.getFileName();
        String text = name == null ? "" : name.toString();
        if (text.length() != 16 + SUFFIX.length() || !text.endsWith(SUFFIX)) {
            return null;
        }
        try {
            return Long.parseLong(text.substring(0, 16), 16);
        } catch (NumberFormatException otherName) {
            return null;
        }
    }

    static byte[] header(SegmentHeader header) {
        byte[] bytes = new byte[HEADER];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        for (int copy = 0; copy < HEADER; copy += HEADER_COPY) {
            buffer.putLong(HEADER_MAGIC)
                    .putShort((short) header.version())
                    .putShort((short) HEADER_COPY)
                    .putLong(header.instance())
                    .putLong(header.firstSequence())
                    .putLong(header.createdAt())
                    .putInt(checksum(bytes, copy, HEADER_COPY - Integer.BYTES));
        }
        return bytes;
    }

    /**
     * @param bytes how a file begins; as much as there is
     * @return null if neither copy is whole
     * @throws NewerFormatException if a whole one says so
     */
    static @Nullable SegmentHeader parseHeader(byte[] bytes, int length) throws NewerFormatException {
        SegmentHeader first = parseCopy(bytes, 0, length);
        return first == null ? parseCopy(bytes, HEADER_COPY, length) : first;
    }

    private static @Nullable SegmentHeader parseCopy(byte[] bytes, int at, int end) throws NewerFormatException {
        if (end - at < SMALLEST_HEADER) {
            return null;
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, end);
        int length = buffer.getShort(at + LENGTH_AT) & 0xFFFF;
        boolean whole = buffer.getLong(at) == HEADER_MAGIC
                && length >= SMALLEST_HEADER
                && length <= end - at
                && buffer.getInt(at + length - Integer.BYTES) == checksum(bytes, at, length - Integer.BYTES);
        if (!whole) {
            return null;
        }
        int version = buffer.getShort(at + VERSION_AT) & 0xFFFF;
        if (version > VERSION) {
            throw new NewerFormatException(version);
        }
        return length != HEADER_COPY
                ? null
                : new SegmentHeader(
                        version,
                        buffer.getLong(at + INSTANCE_AT),
                        buffer.getLong(at + FIRST_SEQUENCE_AT),
                        buffer.getLong(at + CREATED_AT_AT));
    }

    /** How much of a file has to be read to find its header, also one of a newer version. */
    static int headerBytesToRead() {
        return LARGEST_HEADER;
    }

    private static int checksum(byte[] bytes, int at, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, at, length);
        return (int) crc.getValue();
    }
}
