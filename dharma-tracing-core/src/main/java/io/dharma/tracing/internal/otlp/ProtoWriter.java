package io.dharma.tracing.internal.otlp;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes protobuf messages into one array that grows.
 *
 * <p><b>The wire format</b>, as far as OTLP needs it. A message is a sequence of fields in any order, without an end of
 * its own. Each begins with a tag, {@code field number << 3 | wire type}, and the wire type says how long it is:
 *
 * <ul>
 *   <li>{@link #VARINT}: an integer in groups of seven bits, the lowest first; the top bit of a byte says that another
 *       follows. A negative one takes ten bytes, so {@code sint32} first folds the sign into the lowest bit.
 *   <li>{@link #FIXED64}, {@link #FIXED32}: eight and four bytes, the lowest first. Times, doubles, flags.
 *   <li>{@link #LENGTH_DELIMITED}: a varint with the number of bytes, then these. Text (always valid UTF-8), ids, packed
 *       lists of numbers, and messages within messages.
 * </ul>
 *
 * <p>A field that holds its type's default (0, "", an empty list) is left out, unless its presence says something: the
 * members of a {@code oneof}, and fields marked {@code optional}. A field that occurs more often than once is a list.
 * Hence two messages written one behind the other are their union, which {@link SpanCodec} makes use of.
 *
 * <p><b>The length before the content.</b> The length of a message is only known behind it. One can walk everything
 * twice, first to add up, then to write; OpenTelemetry's encoder does, and counts the bytes of every text twice. Here
 * {@link #begin} leaves room for a length as long as the message is expected to make it, and {@link #end} fills it in.
 * An expectation that was wrong costs moving the message by a byte or two. That happens to attributes longer than 127
 * bytes and to batches of unusual size; a move of 1 kB takes about 20 ns. The bytes are the same as with two walks.
 *
 * <p>The format: <a href="https://protobuf.dev/programming-guides/encoding/">protobuf.dev</a>. The messages:
 * <a href="https://github.com/open-telemetry/opentelemetry-proto">opentelemetry-proto</a>. The protocol around them:
 * <a href="https://opentelemetry.io/docs/specs/otlp/">OTLP</a>.
 *
 * <p>For one thread at a time.
 */
final class ProtoWriter {

    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int LENGTH_DELIMITED = 2;
    static final int FIXED32 = 5;

    private static final int LONGEST_VARINT = 10;
    private static final int INITIAL = 1024;

    /** Some virtual machines need a few bytes of an array's length for themselves. */
    private static final int LARGEST = Integer.MAX_VALUE - 8;

    private static final byte[] DIGITS = digitsByCharacter();

    private byte[] buffer = new byte[INITIAL];
    private int position;

    private static byte[] digitsByCharacter() {
        byte[] digits = new byte[128];
        for (char c = 0; c < digits.length; c++) {
            digits[c] = (byte) Character.digit(c, 16);
        }
        return digits;
    }

    /** Begins anew. A buffer above the given size is given back to the heap. */
    void clear(int mostToKeep) {
        position = 0;
        if (buffer.length > mostToKeep) {
            buffer = new byte[INITIAL];
        }
    }

    byte[] toByteArray() {
        return Arrays.copyOf(buffer, position);
    }

    /** What was written so far, without a copy: to be read before anything else is written. */
    ByteBuffer view() {
        return ByteBuffer.wrap(buffer, 0, position).slice();
    }

    /** An integer; zero is left out. */
    void number(int field, long value) {
        if (value != 0) {
            presentNumber(field, value);
        }
    }

    /** An integer whose presence says something. */
    void presentNumber(int field, long value) {
        ensure(2 * LONGEST_VARINT);
        varint(tag(field, VARINT));
        varint(value);
    }

    /** A {@code sint32}; zero is left out. */
    void signed(int field, int value) {
        number(field, (value << 1 ^ value >> 31) & 0xffff_ffffL);
    }

    void fixed64(int field, long value) {
        if (value != 0) {
            presentFixed64(field, value);
        }
    }

    void presentFixed64(int field, long value) {
        ensure(LONGEST_VARINT + Long.BYTES);
        varint(tag(field, FIXED64));
        littleEndian(value, Long.BYTES);
    }

    void fixed32(int field, int value) {
        if (value != 0) {
            ensure(LONGEST_VARINT + Integer.BYTES);
            varint(tag(field, FIXED32));
            littleEndian(value, Integer.BYTES);
        }
    }

    /** Zero is left out, and so is minus zero, which most readers take for equal. */
    void decimal(int field, double value) {
        if (value != 0) {
            presentDecimal(field, value);
        }
    }

    void presentDecimal(int field, double value) {
        presentFixed64(field, Double.doubleToRawLongBits(value));
    }

    /** Text; none is left out. */
    void text(int field, String text) {
        if (!text.isEmpty()) {
            presentText(field, text);
        }
    }

    /** Text; none, and one that is null, is left out. */
    void textIfSet(int field, @Nullable String text) {
        if (text != null) {
            text(field, text);
        }
    }

    void presentText(int field, String text) {
        int content = begin(field, text.length());
        append(text);
        end(content);
    }

    /** Bytes, present even if there are none. */
    void presentBytes(int field, ByteBuffer bytes) {
        int length = bytes.remaining();
        int content = begin(field, length);
        ensure(length);
        bytes.get(bytes.position(), buffer, position, length);
        position += length;
        end(content);
    }

    /** A message that was written before. */
    void message(int field, byte[] message) {
        int content = begin(field, message.length);
        ensure(message.length);
        System.arraycopy(message, 0, buffer, position, message.length);
        position += message.length;
        end(content);
    }

    /**
     * An id from its hex digits. What is not hex, or not of the right length, is written as zeros, which every receiver
     * knows as "no valid id"; a custom span context can give anything, and is not worth the batch that it is in.
     */
    void id(int field, String hex, int length) {
        ensure(2 * LONGEST_VARINT + length);
        varint(tag(field, LENGTH_DELIMITED));
        varint(length);
        int end = position + length;
        if (!digits(hex, length)) {
            Arrays.fill(buffer, end - length, end, (byte) 0);
        }
        position = end;
    }

    private boolean digits(String hex, int length) {
        if (hex.length() != 2 * length) {
            return false;
        }
        int wrong = 0;
        for (int i = 0; i < length; i++) {
            int value = digit(hex.charAt(2 * i)) << 4 | digit(hex.charAt(2 * i + 1));
            wrong |= value;
            buffer[position + i] = (byte) value;
        }
        return wrong >= 0;
    }

    /** Negative if it is none. By table, since the digits of a random number defeat every branch prediction. */
    private static int digit(char c) {
        return c < DIGITS.length ? DIGITS[c] : -1;
    }

    /** Begins a packed list of so many numbers of eight bytes each, to be written with {@link #element}. */
    void beginFixed64List(int field, int count) {
        int bytes = Math.multiplyExact(count, Long.BYTES);
        ensure(2 * LONGEST_VARINT);
        varint(tag(field, LENGTH_DELIMITED));
        varint(bytes);
        ensure(bytes);
    }

    /** The next of a list of numbers of eight bytes. */
    void element(long value) {
        ensure(Long.BYTES);
        littleEndian(value, Long.BYTES);
    }

    /** The next of a packed list of varints. */
    void varintElement(long value) {
        ensure(LONGEST_VARINT);
        varint(value);
    }

    /**
     * Begins a message within the message, or anything else with a length.
     *
     * @param expectedLength a guess at its length
     * @return what {@link #end} wants to have
     */
    int begin(int field, int expectedLength) {
        ensure(2 * LONGEST_VARINT);
        varint(tag(field, LENGTH_DELIMITED));
        int reserved = varintSize(expectedLength);
        position += reserved;
        // Nothing is there yet, so that is where to note how much is.
        buffer[position - 1] = (byte) reserved;
        return position;
    }

    /** Ends what was begun, all that was begun within it having been ended. */
    void end(int content) {
        int length = position - content;
        int reserved = buffer[content - 1];
        int needed = varintSize(length);
        if (needed != reserved) {
            ensure(LONGEST_VARINT);
            System.arraycopy(buffer, content, buffer, content + needed - reserved, length);
        }
        position = content - reserved;
        varint(length);
        position += length;
    }

    /** Text without tag or length, within what was begun. Half a surrogate pair becomes a question mark. */
    void append(String text) {
        int length = text.length();
        ensure(length);
        byte[] to = buffer;
        int at = position;
        int i = 0;
        while (i < length) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                break;
            }
            to[at++] = (byte) c;
            i++;
        }
        position = at;
        if (i < length) {
            appendBeyondAscii(text, i);
        }
    }

    private void appendBeyondAscii(String text, int from) {
        int length = text.length();
        for (int i = from; i < length; i++) {
            ensure(4 + length - i);
            char c = text.charAt(i);
            if (c < 0x80) {
                buffer[position++] = (byte) c;
            } else if (c < 0x800) {
                buffer[position++] = (byte) (0xc0 | c >> 6);
                continuation(c);
            } else if (!Character.isSurrogate(c)) {
                buffer[position++] = (byte) (0xe0 | c >> 12);
                continuation(c >> 6);
                continuation(c);
            } else if (i + 1 < length && Character.isSurrogatePair(c, text.charAt(i + 1))) {
                supplementary(Character.toCodePoint(c, text.charAt(i + 1)));
                i++;
            } else {
                buffer[position++] = '?';
            }
        }
    }

    private void supplementary(int codePoint) {
        buffer[position++] = (byte) (0xf0 | codePoint >> 18);
        continuation(codePoint >> 12);
        continuation(codePoint >> 6);
        continuation(codePoint);
    }

    private void continuation(int bits) {
        buffer[position++] = (byte) (0x80 | (bits & 0x3f));
    }

    static int tag(int field, int wireType) {
        return field << 3 | wireType;
    }

    private static int varintSize(int value) {
        return (38 - Integer.numberOfLeadingZeros(value | 1)) / 7;
    }

    private void varint(long value) {
        long left = value;
        while ((left & ~0x7fL) != 0) {
            buffer[position++] = (byte) (left | 0x80);
            left >>>= 7;
        }
        buffer[position++] = (byte) left;
    }

    private void littleEndian(long value, int bytes) {
        long left = value;
        for (int i = 0; i < bytes; i++) {
            buffer[position++] = (byte) left;
            left >>>= 8;
        }
    }

    private void ensure(int more) {
        if (more > buffer.length - position) {
            grow(more);
        }
    }

    private void grow(int more) {
        if (more > LARGEST - position) {
            throw new IllegalStateException("a message of more than 2 GB");
        }
        long doubled = 2L * buffer.length;
        buffer = Arrays.copyOf(buffer, (int) Math.min(LARGEST, Math.max(doubled, position + more)));
    }
}
