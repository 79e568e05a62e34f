package io.dharma.tracing.store;

import io.dharma.tracing.history.HistoryBlock;
import io.dharma.tracing.history.HistoryLog;
import io.dharma.tracing.spi.RecentlyUsed;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads spans from blocks for one question. Traces that came at the same time lie in the same block, so the last few are
 * kept. One thread at a time.
 */
final class BlockReads {

    private static final int KEPT = 4;
    private static final int LEAST = 4 << 10;

    private final @Nullable HistoryLog log;
    private final SpanBytes spans = new SpanBytes();
    private final Map<Long, Body> kept = new RecentlyUsed<>(KEPT);
    private long bytes;
    private int missed;

    /** @param log null if there is no disk */
    BlockReads(@Nullable HistoryLog log) {
        this.log = log;
    }

    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    private record Body(TraceBlock block, byte[] bytes) {}

    /** How many blocks were not there, or could not be read. */
    int missed() {
        return missed;
    }

    /** How much was read from the disk, uncompressed; a small block counts for what it costs to find it. */
    long bytes() {
        return bytes;
    }

    /** All spans of a trace that can be read, each once; those in memory last. */
    List<SpanData> spansOf(TraceEntry trace) {
        Map<String, SpanData> byId = new LinkedHashMap<>();
        if (trace.isOnDisk() && trace.held().count() < trace.facts().spans()) {
            for (long number : trace.blocks()) {
                spansIn(number, trace.key()).forEach(span -> byId.put(span.getSpanId(), span));
            }
        }
        trace.held().spans().forEach(span -> byId.put(span.getSpanId(), span));
        return new ArrayList<>(byId.values());
    }

    private List<SpanData> spansIn(long number, TraceKey key) {
        Body body = body(number);
        List<SpanData> found = new ArrayList<>();
        if (body != null) {
            for (TraceBlock.Part part : body.block().parts()) {
                if (part.key().equals(key) && part.offset() + part.length() <= body.bytes().length) {
                    found.addAll(spans.read(body.bytes(), part.offset(), part.length()));
                }
            }
        }
        return found;
    }

    private @Nullable Body body(long number) {
        Body known = kept.get(number);
        if (known != null || log == null) {
            return known;
        }
        Body read = read(log.read(number));
        bytes += Math.max(LEAST, read == null ? 0 : read.bytes().length);
        if (read == null) {
            missed++;
        } else {
            kept.put(number, read);
        }
        return read;
    }

    private static @Nullable Body read(@Nullable HistoryBlock block) {
        try {
            return block == null ? null : new Body(TraceBlock.of(block), block.body());
        } catch (RuntimeException damaged) {
            return null;
        }
    }
}
