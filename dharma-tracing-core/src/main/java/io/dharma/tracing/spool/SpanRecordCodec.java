package io.dharma.tracing.spool;

import io.dharma.tracing.internal.otlp.MalformedOtlpException;
import io.dharma.tracing.internal.otlp.SpanCodec;
import io.dharma.tracing.internal.trace.SpanSize;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Spans as OTLP has them; see {@link SpanCodec}. */
final class SpanRecordCodec implements RecordCodec<SpanData> {

    private final SpanCodec writing = new SpanCodec();

    /** Those that nobody reads with at the moment; never more than there are threads that read. */
    private final Queue<SpanCodec> reading = new ConcurrentLinkedQueue<>();

    @Override
    public void encode(SpanData span, OutputStream out) throws IOException {
        ByteBuffer bytes = writing.encodeShared(span);
        out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    }

    @Override
    public SpanData decode(byte[] bytes) throws IOException {
        SpanCodec idle = reading.poll();
        SpanCodec codec = idle == null ? new SpanCodec() : idle;
        try {
            return codec.decode(bytes);
        } catch (MalformedOtlpException e) {
            throw new IOException(e);
        } finally {
            reading.add(codec);
        }
    }

    @Override
    public int heapSize(SpanData span) {
        return (int) Math.min(Integer.MAX_VALUE, SpanSize.of(span));
    }
}
