package io.dharma.tracing.errors;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what {@link RecordWriter} wrote, and believes no length that there are no bytes for. One thread at a time. */
final class RecordReader {

    private static final int MAX_NUMBER_BITS = 64;

    private final byte[] bytes;
    private final List<String> read = new ArrayList<>();
    private int position;

    RecordReader(byte[] bytes) {
        this.bytes = bytes;
    }

    int readByte() throws IOException {
        if (position == bytes.length) {
            throw new IOException("ends too early");
        }
        return bytes[position++] & 0xff;
    }

    long readNumber() throws IOException {
        long value = 0;
        for (int shift = 0; shift < MAX_NUMBER_BITS; shift += 7) {
            int next = readByte();
            value |= (long) (next & 0x7f) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw new IOException("has a number of too many bytes");
    }

    /** How many follow, each of which takes a byte at least. */
    int readCount(int atMost) throws IOException {
        long count = readNumber();
        if (count < 0 || count > Math.min(atMost, bytes.length - position)) {
            throw new IOException("has a count of " + count);
        }
        return (int) count;
    }

    Instant readTime() throws IOException {
        long seconds = readNumber();
        long nanos = readNumber();
        try {
            return Instant.ofEpochSecond(seconds, nanos);
        } catch (DateTimeException | ArithmeticException outOfRange) {
            throw new IOException("has a time out of range", outOfRange);
        }
    }

    String readText() throws IOException {
        String text = readTextOrNull();
        if (text == null) {
            throw new IOException("lacks a text");
        }
        return text;
    }

    @Nullable
    String readTextOrNull() throws IOException {
        long kind = readNumber();
        if (kind == 0) {
            return null;
        }
        if (kind == 1) {
            String text = readCharacters();
            read.add(text);
            return text;
        }
        long number = kind - 2;
        if (number < 0 || number >= read.size()) {
            throw new IOException("refers to a text that it does not have");
        }
        return read.get((int) number);
    }

    private String readCharacters() throws IOException {
        long head = readNumber();
        boolean narrow = (head & 1) == 0;
        long length = (head >>> 1) * (narrow ? 1 : 2);
        if (length < 0 || length > bytes.length - position) {
            throw new IOException("has a text of " + length + " bytes");
        }
        int from = position;
        position += (int) length;
        return narrow ? new String(bytes, from, (int) length, StandardCharsets.ISO_8859_1) : utf16(from, (int) length);
    }

    /** Not by a charset, which would replace half a surrogate pair. */
    private String utf16(int from, int length) {
        char[] characters = new char[length / 2];
        for (int i = 0; i < characters.length; i++) {
            characters[i] = (char) ((bytes[from + 2 * i] << 8) | (bytes[from + 2 * i + 1] & 0xff));
        }
        return new String(characters);
    }
}
