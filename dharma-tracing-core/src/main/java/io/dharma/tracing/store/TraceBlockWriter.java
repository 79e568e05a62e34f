package io.dharma.tracing.store;

import io.dharma.tracing.history.HistoryLog;
import io.dharma.tracing.store.TraceBlock.Part;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects parts of traces until they are worth a block, and appends that. Larger blocks are compressed better, smaller
 * ones are read faster when one trace is wanted. One thread at a time.
 */
final class TraceBlockWriter {

    /** What a block is worth writing at, in bytes of its body. */
    static final int TARGET = 64 << 10;

    /** Told what became of each part. */
    interface Result {

        /**
         * The block with this part was appended, or was not.
         *
         * @param number the block's, or {@link HistoryLog#NOT_WRITTEN}
         * @param share what the part takes of the disk
         */
        void of(Part part, long number, long share);
    }

    private final HistoryLog log;
    private final Result result;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream(TARGET + (TARGET >> 1));
    private final List<Part> parts = new ArrayList<>();

    TraceBlockWriter(HistoryLog log, Result result) {
        this.log = log;
        this.result = result;
    }

    /**
     * Takes a part, and appends a block if that is worth it.
     *
     * @param spans as they lie in a body
     */
    void add(TraceKey key, long sequence, TraceFacts facts, byte[] spans, int offset, int length) {
        if (body.size() + length > HistoryLog.SAFE_BYTES) {
            flush();
        }
        parts.add(new Part(key, sequence, facts, body.size(), length));
        body.write(spans, offset, length);
        if (body.size() >= TARGET) {
            flush();
        }
    }

    void flush() {
        if (parts.isEmpty()) {
            return;
        }
        byte[] head = TraceBlock.head(parts);
        byte[] all = body.toByteArray();
        HistoryLog.Appended appended = log.append(TraceHistory.TRACES, head, all);
        TraceBlock block = new TraceBlock(List.copyOf(parts), appended.bytes());
        block.parts().forEach(part -> result.of(part, appended.number(), block.share(part)));
        parts.clear();
        body.reset();
    }
}
