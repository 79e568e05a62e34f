package io.dharma.tracing.errors;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes what {@link RecordReader} reads: numbers of as few bytes as they need, and every text once, of any length and
 * with whatever characters it has, since half a surrogate pair must come back as well. One thread at a time.
 */
final class RecordWriter {

    private static final int LATIN_1 = 0;
    private static final int UTF_16 = 1;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(2048);
    private final Map<String, Integer> written = new HashMap<>();

    int size() {
        return out.size();
    }

    void writeTo(OutputStream target) throws IOException {
        out.writeTo(target);
    }

    void writeByte(int value) {
        out.write(value);
    }

    /** Seven bits a byte, the lowest first; a negative number takes ten bytes. */
    void writeNumber(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write(((int) rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    void writeTime(Instant time) {
        writeNumber(time.getEpochSecond());
        writeNumber(time.getNano());
    }

    /** 0 for null, 1 before a text that is new, from 2 on the number of one that came before. */
    void writeText(@Nullable String text) {
        if (text == null) {
            writeNumber(0);
            return;
        }
        Integer number = written.putIfAbsent(text, written.size());
        if (number != null) {
            writeNumber(2L + number);
            return;
        }
        writeNumber(1);
        writeCharacters(text);
    }

    private void writeCharacters(String text) {
        boolean narrow = isLatin1(text);
        writeNumber(((long) text.length() << 1) | (narrow ? LATIN_1 : UTF_16));
        if (narrow) {
            out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
            return;
        }
        for (int i = 0; i < text.length(); i++) {
            out.write(text.charAt(i) >> 8);
            out.write(text.charAt(i));
        }
    }

    private static boolean isLatin1(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0xff) {
                return false;
            }
        }
        return true;
    }
}
