package io.dharma.tracing.store;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Numbers in as few bytes as they need, seven bits each; and text by its length and UTF-8. */
final class Varints {

    private Varints() {}

    static void write(ByteArrayOutputStream out, long number) {
        long left = number;
        while ((left & ~0x7FL) != 0) {
            out.write((int) (left & 0x7F) | 0x80);
            left >>>= 7;
        }
        out.write((int) left);
    }

    /** Small numbers of either sign. */
    static void writeSigned(ByteArrayOutputStream out, long number) {
        write(out, (number << 1) ^ (number >> 63));
    }

    static void write(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        write(out, bytes.length);
        out.writeBytes(bytes);
    }

    /** Any damage ends in a {@link RuntimeException}, here and in the rest. */
    static long read(ByteBuffer in) {
        long number = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = in.get();
            number |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return number;
            }
        }
        throw new IllegalArgumentException("a number without an end");
    }

    static long readSigned(ByteBuffer in) {
        long number = read(in);
        return (number >>> 1) ^ -(number & 1);
    }

    static int readCount(ByteBuffer in) {
        return Math.toIntExact(read(in));
    }

    static String readText(ByteBuffer in) {
        int length = readCount(in);
        if (length > in.remaining()) {
            throw new IllegalArgumentException("a text of " + length + " bytes");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
