package io.dharma.tracing.redaction;

import org.jspecify.annotations.Nullable;

/**
 * JSON web tokens, signed or encrypted: base64url parts between dots, the first of which decodes to a JSON object. One
 * that was cut off within its second or third part still is one.
 */
final class JwtScanner implements Scanner {

    private static final int SHORTEST_HEADER = 10;
    private static final int SHORTEST_CUT = 16;

    /** Of an encrypted one. */
    private static final int MOST_PARTS = 5;

    @Override
    public String triggers() {
        return "e";
    }

    @Override
    public @Nullable Find at(CharSequence text, int at, int from) {
        if (!Ascii.startsWith(text, at, "ey") || (at > 0 && Ascii.isBase64Url(text.charAt(at - 1)))) {
            return null;
        }
        int header = endOfPart(text, at);
        if (!Ascii.isAt(text, header, '.') || header - at < SHORTEST_HEADER || !isJsonObject(text, at, header)) {
            return null;
        }
        int end = endOfPart(text, header + 1);
        if (!Ascii.isAt(text, end, '.')) {
            boolean cut = Ascii.startsWith(text, header + 1, "ey") && end - header > SHORTEST_CUT;
            return cut ? Find.secret(at, end, Rule.JWT) : null;
        }
        for (int parts = 2; parts < MOST_PARTS && Ascii.isAt(text, end, '.'); parts++) {
            end = endOfPart(text, end + 1);
        }
        return Find.secret(at, end, Rule.JWT);
    }

    private static int endOfPart(CharSequence text, int from) {
        int end = from;
        while (end < text.length() && Ascii.isBase64Url(text.charAt(end))) {
            end++;
        }
        return end;
    }

    /** By its first and last bytes: it may be long, with certificates in it. */
    private static boolean isJsonObject(CharSequence text, int from, int to) {
        int length = to - from;
        if (length % 4 == 1 || !opensObject(text, from)) {
            return false;
        }
        int lastQuantum = from + (length - 1) / 4 * 4;
        int bits = 0;
        for (int i = lastQuantum; i < to; i++) {
            bits = bits << 6 | Ascii.sextet(text.charAt(i));
        }
        int digits = to - lastQuantum;
        // Two digits hold one byte and four bits of padding, three hold two bytes and two bits, four hold three.
        int lastByte = digits == 2 ? bits >> 4 : digits == 3 ? bits >> 2 : bits;
        return (lastByte & 0xFF) == '}';
    }

    private static boolean opensObject(CharSequence text, int from) {
        int bits = 0;
        for (int i = from; i < from + 4; i++) {
            bits = bits << 6 | Ascii.sextet(text.charAt(i));
        }
        char second = (char) (bits >> 8 & 0xFF);
        return bits >> 16 == '{' && (second == '"' || Ascii.isSpace(second));
    }
}
