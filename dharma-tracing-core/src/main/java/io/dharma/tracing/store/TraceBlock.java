package io.dharma.tracing.store;

import io.dharma.tracing.history.HistoryBlock;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A block of traces as it lies on disk: in its head what the index knows of each, in its body their spans, trace by trace.
 *
 * <pre>
 * head   words' count | words ... | base time | traces' count | traces ...
 * words  root name | root service | names | services | kept | incomplete
 * trace  id (16 bytes) | sequence | start | duration | root's start | spans | failed | words' index | bytes in the body
 * body   span's length | span as OTLP | ...
 * </pre>
 *
 * <p>Traces of one operation share their words here as they do in memory, and times are told from that of the first
 * trace: one takes some 40 bytes of the head.
 *
 * @param bytes what the block takes of the disk
 */
record TraceBlock(List<Part> parts, int bytes) {

    private static final String NO_WORD = "";

    /**
     * Spans of one trace.
     *
     * @param sequence of the trace
     * @param offset of its spans in the body, in bytes
     */
    record Part(TraceKey key, long sequence, TraceFacts facts, int offset, int length) {}

    /** Without the body. */
    static TraceBlock of(HistoryBlock block) {
        return new TraceBlock(readHead(ByteBuffer.wrap(block.head())), block.bytes());
    }

    /** What a part takes of the disk. */
    long share(Part part) {
        Part last = parts.get(parts.size() - 1);
        long all = last.offset() + (long) last.length();
        return Math.max(1, (long) bytes * part.length() / Math.max(1, all));
    }

    // The head

    static byte[] head(List<Part> parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(64 + 48 * parts.size());
        Map<TraceWords, Integer> words = new HashMap<>();
        List<TraceWords> inOrder = new ArrayList<>();
        for (Part part : parts) {
            if (words.putIfAbsent(part.facts().words(), inOrder.size()) == null) {
                inOrder.add(part.facts().words());
            }
        }
        Varints.write(out, inOrder.size());
        inOrder.forEach(some -> write(out, some));
        long base = parts.isEmpty() ? 0 : parts.get(0).facts().startNanos();
        long sequence = parts.isEmpty() ? 0 : parts.get(0).sequence();
        Varints.writeSigned(out, base);
        Varints.write(out, sequence);
        Varints.write(out, parts.size());
        for (Part part : parts) {
            TraceFacts facts = part.facts();
            out.writeBytes(ByteBuffer.allocate(2 * Long.BYTES)
                    .putLong(part.key().high())
                    .putLong(part.key().low())
                    .array());
            Varints.writeSigned(out, part.sequence() - sequence);
            Varints.writeSigned(out, facts.startNanos() - base);
            Varints.writeSigned(out, facts.endNanos() - facts.startNanos());
            Varints.writeSigned(out, facts.rootStartNanos() == TraceFacts.NO_ROOT ? -1 : rootOffset(facts));
            Varints.write(out, facts.spans());
            Varints.write(out, facts.failed());
            Varints.write(out, words.getOrDefault(facts.words(), 0));
            Varints.write(out, part.length());
        }
        return out.toByteArray();
    }

    /** A root begins no earlier than the first span, so that there is a number left to say that there is none. */
    private static long rootOffset(TraceFacts facts) {
        return Math.max(0, facts.rootStartNanos() - facts.startNanos());
    }

    private static void write(ByteArrayOutputStream out, TraceWords words) {
        Varints.write(out, words.rootName() == null ? 0 : 1);
        Varints.write(out, words.rootName() == null ? NO_WORD : words.rootName());
        Varints.write(out, words.rootService() == null ? 0 : 1);
        Varints.write(out, words.rootService() == null ? NO_WORD : words.rootService());
        for (List<String> list : List.of(words.names(), words.services(), words.kept())) {
            Varints.write(out, list.size());
            list.forEach(word -> Varints.write(out, word));
        }
        Varints.write(out, words.incomplete() ? 1 : 0);
    }

    private static List<Part> readHead(ByteBuffer in) {
        int wordCount = plausible(Varints.readCount(in), in);
        List<TraceWords> words = new ArrayList<>(wordCount);
        for (int i = 0; i < wordCount; i++) {
            words.add(readWords(in));
        }
        long base = Varints.readSigned(in);
        long sequence = Varints.read(in);
        int count = plausible(Varints.readCount(in), in);
        List<Part> parts = new ArrayList<>(count);
        int offset = 0;
        for (int i = 0; i < count; i++) {
            Part part = readPart(in, base, sequence, words, offset);
            parts.add(part);
            offset = Math.addExact(offset, part.length());
        }
        return parts;
    }

    private static Part readPart(ByteBuffer in, long base, long sequence, List<TraceWords> words, int offset) {
        TraceKey key = new TraceKey(in.getLong(), in.getLong());
        long ownSequence = sequence + Varints.readSigned(in);
        long start = base + Varints.readSigned(in);
        long end = start + Varints.readSigned(in);
        long root = Varints.readSigned(in);
        int spans = Varints.readCount(in);
        int failed = Varints.readCount(in);
        TraceWords own = words.get(Varints.readCount(in));
        TraceFacts facts = new TraceFacts(start, end, root < 0 ? TraceFacts.NO_ROOT : start + root, spans, failed, own);
        return new Part(key, ownSequence, facts, offset, Varints.readCount(in));
    }

    private static TraceWords readWords(ByteBuffer in) {
        String rootName = readNullable(in);
        String rootService = readNullable(in);
        return new TraceWords(
                rootName, rootService, readList(in), readList(in), readList(in), Varints.readCount(in) == 1);
    }

    private static @Nullable String readNullable(ByteBuffer in) {
        boolean there = Varints.readCount(in) == 1;
        String text = Varints.readText(in);
        return there ? text : null;
    }

    private static List<String> readList(ByteBuffer in) {
        int count = plausible(Varints.readCount(in), in);
        List<String> list = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            list.add(Varints.readText(in));
        }
        return List.copyOf(list);
    }

    /** Everything takes a byte at least: a count that cannot be true must not allocate. */
    private static int plausible(int count, ByteBuffer in) {
        if (count < 0 || count > in.remaining()) {
            throw new IllegalArgumentException("a count of " + count);
        }
        return count;
    }

    // Lists of ids, as the other kinds of blocks have them

    static byte[] ids(List<TraceKey> keys) {
        ByteBuffer ids = ByteBuffer.allocate(keys.size() * 2 * Long.BYTES);
        keys.forEach(key -> ids.putLong(key.high()).putLong(key.low()));
        return ids.array();
    }

    static List<TraceKey> readIds(byte[] head) {
        ByteBuffer in = ByteBuffer.wrap(head);
        List<TraceKey> keys = new ArrayList<>(head.length / (2 * Long.BYTES));
        while (in.remaining() >= 2 * Long.BYTES) {
            keys.add(new TraceKey(in.getLong(), in.getLong()));
        }
        return keys;
    }
}
