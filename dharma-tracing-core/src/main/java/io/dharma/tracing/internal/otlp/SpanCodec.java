package io.dharma.tracing.internal.otlp;

import io.dharma.tracing.internal.otlp.OtlpFields.Request;
import io.dharma.tracing.internal.otlp.OtlpFields.ResourceRecords;
import io.dharma.tracing.internal.otlp.OtlpFields.ScopeRecords;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A span as bytes and back, for whatever keeps spans.
 *
 * <p><b>The layout</b> of a record is that of an {@code ExportTraceServiceRequest} (which is also a
 * {@code TracesData}) with one span, and with its resource and scope:
 *
 * <pre>
 * 1 resource_spans { 1 resource, 2 scope_spans { 1 scope, 2 span, 3 schema_url }, 3 schema_url }
 * </pre>
 *
 * <p>So a record needs nothing but itself to be read, any tool that knows OTLP can read it, and records written one
 * behind the other make a request with all their spans that a collector takes. It will be readable as long as OTLP is:
 * fields are added to it, never changed. The price is the resource, some hundred bytes, in each.
 *
 * <p><b>What comes back</b> equals what was written, but for what OTLP has no field for: the trace flags and the trace
 * state of the parent (the flags are taken for those of the span), the type of an empty list, which of an empty text
 * and none a version or schema URL was, and an id that was none. Attributes come back sorted by name, half of a
 * surrogate pair as a question mark, a null in a list as an empty value, and lists within lists within lists, more than
 * {@value OtlpFields#DEEPEST_VALUE} deep, as a text that says so.
 *
 * <p><b>Reading anything.</b> The bytes may be damaged or forged: {@link #decode} throws
 * {@link MalformedOtlpException} or gives a span, never anything else, and takes no more than {@value #HEAP_PER_BYTE}
 * bytes of heap for each byte it is given; for a span as they are, about four. Fields that it does not know are passed
 * over. Resources and scopes are read once and shared while they recur among the last few.
 *
 * <p>For one thread at a time; cheap to make, but worth keeping.
 */
public final class SpanCodec {

    /** The most heap that decoding takes, for each byte of a record. Only a forged one comes near it. */
    public static final int HEAP_PER_BYTE = 64;

    private static final int ORDINARY_RECORD = 1024;
    private static final int MOST_TO_KEEP = 64 * 1024;

    private final ProtoWriter out = new ProtoWriter();
    private final Written<Resource> resource = new Written<>();
    private final Written<InstrumentationScopeInfo> scope = new Written<>();
    private final ResourceReader resources = new ResourceReader();

    /**
     * Writes a span into an array of its own.
     *
     * @throws RuntimeException whatever the span threw while it was read
     */
    public byte[] encode(SpanData span) {
        write(span);
        return out.toByteArray();
    }

    /**
     * Writes a span into the codec's own buffer, which saves a copy.
     *
     * @return the record, between position and limit; the next call of an encode method overwrites it
     * @throws RuntimeException whatever the span threw while it was read
     */
    public ByteBuffer encodeShared(SpanData span) {
        write(span);
        return out.view();
    }

    private void write(SpanData span) {
        out.clear(MOST_TO_KEEP);
        Resource itsResource = span.getResource();
        InstrumentationScopeInfo itsScope = span.getInstrumentationScopeInfo();
        int resourceSpans = out.begin(Request.RESOURCE_RECORDS, ORDINARY_RECORD);
        out.message(ResourceRecords.RESOURCE, resource.bytesOf(itsResource, ResourceWriter::write));
        int scopeSpans = out.begin(ResourceRecords.SCOPE_RECORDS, ORDINARY_RECORD);
        out.message(ScopeRecords.SCOPE, scope.bytesOf(itsScope, ResourceWriter::write));
        int content = out.begin(ScopeRecords.RECORDS, ORDINARY_RECORD);
        SpanWriter.write(out, span);
        out.end(content);
        out.textIfSet(ScopeRecords.SCHEMA_URL, itsScope.getSchemaUrl());
        out.end(scopeSpans);
        out.textIfSet(ResourceRecords.SCHEMA_URL, itsResource.getSchemaUrl());
        out.end(resourceSpans);
    }

    /** Reads the record that an array holds. */
    public SpanData decode(byte[] record) throws MalformedOtlpException {
        return new SpanRecordReader(record, 0, record.length).read(resources);
    }

    /** Reads the record between position and limit, and leaves both where they are. */
    public SpanData decode(ByteBuffer record) throws MalformedOtlpException {
        if (record.hasArray()) {
            int start = record.arrayOffset() + record.position();
            return new SpanRecordReader(record.array(), start, start + record.remaining()).read(resources);
        }
        byte[] copy = new byte[record.remaining()];
        record.get(record.position(), copy);
        return decode(copy);
    }

    /** The bytes of what was written last, which is nearly always what is written next. */
    private static final class Written<T> {

        private final ProtoWriter out = new ProtoWriter();
        private @Nullable T last;
        private byte[] bytes = new byte[0];

        byte[] bytesOf(T next, MessageWriting<T> writing) {
            if (next != last) {
                last = null;
                out.clear(MOST_TO_KEEP);
                writing.write(out, next);
                bytes = out.toByteArray();
                last = next;
            }
            return bytes;
        }
    }
}
