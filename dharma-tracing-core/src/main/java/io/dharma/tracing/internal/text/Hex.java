package io.dharma.tracing.internal.text;

import java.nio.charset.StandardCharsets;

/**
 * Ids as text.
 *
 * <p>Not by OpenTelemetry's {@code TraceId.fromLongs}: it works in a buffer of the thread that its propagators also
 * work in. Our ids become text when somebody asks for them, which may be a propagator in the middle of writing a
 * header there; the header was then garbage.
 */
public final class Hex {

    private static final int DIGITS = 16;
    private static final byte[] TABLE = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);

    private Hex() {}

    /** 16 lower-case digits. */
    public static String of(long bits) {
        byte[] digits = new byte[DIGITS];
        write(bits, digits, 0);
        return new String(digits, StandardCharsets.ISO_8859_1);
    }

    /** 32 lower-case digits. */
    public static String of(long high, long low) {
        byte[] digits = new byte[2 * DIGITS];
        write(high, digits, 0);
        write(low, digits, DIGITS);
        return new String(digits, StandardCharsets.ISO_8859_1);
    }

    /** By table, since the digits of a random number defeat every branch prediction. */
    private static void write(long bits, byte[] digits, int from) {
        long left = bits;
        for (int i = from + DIGITS - 1; i >= from; i--) {
            digits[i] = TABLE[(int) (left & 0xf)];
            left >>>= 4;
        }
    }
}
