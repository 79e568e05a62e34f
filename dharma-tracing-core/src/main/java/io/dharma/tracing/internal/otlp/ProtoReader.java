package io.dharma.tracing.internal.otlp;

import java.nio.charset.StandardCharsets;

/**
 * Reads protobuf messages out of an array; {@link ProtoWriter} says what they look like.
 *
 * <p>The bytes are anybody's. Nothing is allocated or skipped for a length that was not checked against what is left,
 * so that no message can cost more than its own size says, and every method either moves on or throws
 * {@link MalformedOtlpException}, and nothing else.
 *
 * <p>For one thread at a time.
 */
public final class ProtoReader {

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);

    private final byte[] bytes;
    private int position;
    private int end;

    /** Reads the message that all the bytes make. */
    public ProtoReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    /** Reads the message from {@code start} to {@code end}, which must lie within the array. */
    public ProtoReader(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.position = start;
        this.end = end;
    }

    /** What {@link #readTag} gives for a number. */
    public static int varint(int field) {
        return ProtoWriter.tag(field, ProtoWriter.VARINT);
    }

    /** What {@link #readTag} gives for text, bytes, or a message. */
    public static int lengthDelimited(int field) {
        return ProtoWriter.tag(field, ProtoWriter.LENGTH_DELIMITED);
    }

    static int fixed64(int field) {
        return ProtoWriter.tag(field, ProtoWriter.FIXED64);
    }

    static int fixed32(int field) {
        return ProtoWriter.tag(field, ProtoWriter.FIXED32);
    }

    /** Whether there is another field in the message. */
    public boolean hasMore() {
        return position < end;
    }

    /** The number and wire type of the next field; its value has to be read, or {@linkplain #skip skipped}, next. */
    public int readTag() throws MalformedOtlpException {
        long tag = readVarint();
        if (tag <= 7 || tag > 0xffff_ffffL) {
            throw malformed("a tag without a field number");
        }
        return (int) tag;
    }

    /** A number of up to 64 bits. */
    public long readVarint() throws MalformedOtlpException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (position >= end) {
                throw malformed("a number that breaks off");
            }
            byte next = bytes[position++];
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw malformed("a number without end");
    }

    /** A count, which is unsigned on the wire; one that is too large for an int is the largest int. */
    int readCount() throws MalformedOtlpException {
        int count = (int) readVarint();
        return count < 0 ? Integer.MAX_VALUE : count;
    }

    int readFixed32() throws MalformedOtlpException {
        return (int) readLittleEndian(Integer.BYTES);
    }

    long readFixed64() throws MalformedOtlpException {
        return readLittleEndian(Long.BYTES);
    }

    private long readLittleEndian(int count) throws MalformedOtlpException {
        int start = take(count);
        long value = 0;
        for (int i = count - 1; i >= 0; i--) {
            value = value << 8 | (bytes[start + i] & 0xff);
        }
        return value;
    }

    /** Text; what is not UTF-8 in it becomes a replacement character. */
    public String readText() throws MalformedOtlpException {
        int length = readLength();
        return new String(bytes, take(length), length, StandardCharsets.UTF_8);
    }

    byte[] readBytes() throws MalformedOtlpException {
        int length = readLength();
        byte[] copy = new byte[length];
        System.arraycopy(bytes, take(length), copy, 0, length);
        return copy;
    }

    /** An id of so many bytes as lower-case hex digits. No bytes at all are an id that is not there: empty. */
    String readId(int length) throws MalformedOtlpException {
        int actual = readLength();
        if (actual == 0) {
            return "";
        }
        if (actual != length) {
            throw malformed("an id of " + actual + " bytes");
        }
        int start = take(length);
        byte[] digits = new byte[2 * length];
        for (int i = 0; i < length; i++) {
            digits[2 * i] = HEX[bytes[start + i] >> 4 & 0xf];
            digits[2 * i + 1] = HEX[bytes[start + i] & 0xf];
        }
        return new String(digits, StandardCharsets.ISO_8859_1);
    }

    /** Passes over a message, text or bytes, to be read later or never. */
    Range readRange() throws MalformedOtlpException {
        int length = readLength();
        int start = take(length);
        return new Range(start, start + length);
    }

    /**
     * Goes into the message that comes next: {@link #hasMore} is then about that one.
     *
     * @return what {@link #leave} wants to have
     */
    public int enter() throws MalformedOtlpException {
        int length = readLength();
        int outerEnd = end;
        end = position + length;
        return outerEnd;
    }

    /** Goes on behind the message that was entered; what was not read of it is passed over. */
    public void leave(int outerEnd) {
        position = end;
        end = outerEnd;
    }

    /** Passes over a field of any kind. */
    public void skip(int tag) throws MalformedOtlpException {
        switch (tag & 7) {
            case ProtoWriter.VARINT -> readVarint();
            case ProtoWriter.FIXED64 -> take(Long.BYTES);
            case ProtoWriter.LENGTH_DELIMITED -> take(readLength());
            case ProtoWriter.FIXED32 -> take(Integer.BYTES);
            // Groups, which protobuf gave up before OTLP began, and two types that never were.
            default -> throw malformed("wire type " + (tag & 7));
        }
    }

    /** Never more than is left, so that nothing can be made to allocate or run beyond it. */
    private int readLength() throws MalformedOtlpException {
        long length = readVarint();
        if (length < 0 || length > end - position) {
            throw malformed("a length beyond the end");
        }
        return (int) length;
    }

    private int take(int count) throws MalformedOtlpException {
        if (count > end - position) {
            throw malformed("a field that breaks off");
        }
        int start = position;
        position += count;
        return start;
    }

    MalformedOtlpException malformed(String what) {
        return new MalformedOtlpException(what + " at byte " + position);
    }

    /** Where something lies in the array. */
    record Range(int start, int end) {

        static final Range NOTHING = new Range(0, 0);

        int length() {
            return end - start;
        }
    }
}
