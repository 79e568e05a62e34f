package io.dharma.tracing.propagation;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Percent encoding of UTF-8, RFC 3986, section 2.1: any text in, only harmless ASCII out. */
final class PercentCoding {

    private static final char[] DIGITS = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'
    };
    private static final int REPLACEMENT = 0xFFFD;

    private PercentCoding() {}

    /**
     * Appends the text.
     *
     * @param literal what needs no encoding
     * @param enough stop, in the middle of the text, once there is more than this
     */
    static void encode(String text, HeaderChars literal, StringBuilder out, int enough) {
        int length = text.length();
        if (length <= enough && literal.fill(text, 0, length)) {
            out.append(text);
            return;
        }
        for (int i = 0; i < length && out.length() <= enough; ) {
            int codePoint = text.codePointAt(i);
            i += Character.charCount(codePoint);
            if (codePoint < 0x80 && literal.contains((char) codePoint)) {
                out.append((char) codePoint);
            } else {
                encode(isLoneSurrogate(codePoint) ? REPLACEMENT : codePoint, out);
            }
        }
    }

    private static boolean isLoneSurrogate(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }

    private static void encode(int codePoint, StringBuilder out) {
        if (codePoint < 0x80) {
            encodeByte(codePoint, out);
        } else if (codePoint < 0x800) {
            encodeByte(0xC0 | (codePoint >> 6), out);
            encodeContinuation(codePoint, out);
        } else if (codePoint < 0x10000) {
            encodeByte(0xE0 | (codePoint >> 12), out);
            encodeContinuation(codePoint >> 6, out);
            encodeContinuation(codePoint, out);
        } else {
            encodeByte(0xF0 | (codePoint >> 18), out);
            encodeContinuation(codePoint >> 12, out);
            encodeContinuation(codePoint >> 6, out);
            encodeContinuation(codePoint, out);
        }
    }

    /** A byte that holds six more bits of a character begun before. */
    private static void encodeContinuation(int bits, StringBuilder out) {
        encodeByte(0x80 | (bits & 0x3F), out);
    }

    private static void encodeByte(int value, StringBuilder out) {
        out.append('%').append(DIGITS[value >> 4]).append(DIGITS[value & 0x0F]);
    }

    /**
     * The text that was encoded; bytes that are not UTF-8 become U+FFFD.
     *
     * @param encoded ASCII
     * @return null if a percent sign is not followed by two hex digits
     */
    static @Nullable String decode(String encoded) {
        int length = encoded.length();
        byte[] bytes = new byte[length];
        int count = 0;
        for (int i = 0; i < length; i++) {
            char c = encoded.charAt(i);
            if (c == '%') {
                int value = i + 2 < length
                        ? Character.digit(encoded.charAt(i + 1), 16) << 4 | Character.digit(encoded.charAt(i + 2), 16)
                        : -1;
                if (value < 0) {
                    return null;
                }
                bytes[count++] = (byte) value;
                i += 2;
            } else {
                bytes[count++] = (byte) c;
            }
        }
        return new String(bytes, 0, count, StandardCharsets.UTF_8);
    }
}
