package io.dharma.tracing.internal.segment;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What tests of logs do with them. */
final class Logs {

    private Logs() {}

    static long append(SegmentLog log, String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        return log.append(1, 0, bytes, 0, bytes.length);
    }

    static void append(SegmentLog log, int from, int to) throws IOException {
        for (int i = from; i < to; i++) {
            append(log, text(i));
        }
    }

    /** Of different lengths, so that offsets are not in step with anything. */
    static String text(int i) {
        return "record " + i + " " + "x".repeat(i * 7 % 23);
    }

    static String text(SegmentRecord record) {
        return new String(record.payload(), UTF_8);
    }

    /** All that one can read from there on. */
    static List<String> texts(SegmentLog log, long from) throws IOException {
        List<String> texts = new ArrayList<>();
        try (LogCursor cursor = log.cursor()) {
            for (SegmentRecord record = cursor.next(from); record != null; record = cursor.next(from)) {
                texts.add(text(record));
                from = record.sequence() + 1;
            }
        }
        return texts;
    }

    static List<Long> sequences(SegmentReader reader) throws IOException {
        List<Long> sequences = new ArrayList<>();
        for (SegmentRecord record = reader.next(); record != null; record = reader.next()) {
            sequences.add(record.sequence());
        }
        return sequences;
    }

    static SegmentReader reader(byte[] segment) throws IOException {
        return SegmentReader.of(ByteBuffer.wrap(segment));
    }
}
