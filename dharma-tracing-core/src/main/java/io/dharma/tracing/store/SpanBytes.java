package io.dharma.tracing.store;

import io.dharma.tracing.history.HistoryLog;
import io.dharma.tracing.internal.otlp.MalformedOtlpException;
import io.dharma.tracing.internal.otlp.SpanCodec;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Spans as they lie in the body of a block, and back. One thread at a time. */
final class SpanBytes {

    /** A block has to fit into one record even if nothing in it can be compressed. */
    private static final int MAX_SPAN = HistoryLog.SAFE_BYTES;

    private final SpanCodec codec = new SpanCodec();

    /** Adds a span; returns false if it is too large for a block, or cannot be read. */
    boolean write(SpanData span, ByteArrayOutputStream out) {
        ByteBuffer record;
        try {
            record = codec.encodeShared(span);
        } catch (RuntimeException hostile) {
            return false;
        }
        if (record.remaining() > MAX_SPAN) {
            return false;
        }
        Varints.write(out, record.remaining());
        out.write(record.array(), record.arrayOffset() + record.position(), record.remaining());
        return true;
    }

    /** Those that can be read. */
    List<SpanData> read(byte[] body, int offset, int length) {
        List<SpanData> spans = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(body, offset, length);
        try {
            while (in.hasRemaining()) {
                int size = Varints.readCount(in);
                ByteBuffer record = in.slice(in.position(), size);
                in.position(in.position() + size);
                spans.add(codec.decode(record));
            }
        } catch (MalformedOtlpException | RuntimeException damaged) {
            return spans;
        }
        return spans;
    }
}
