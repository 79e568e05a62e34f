package io.dharma.tracing.internal.otlp;

import io.dharma.tracing.internal.otlp.OtlpFields.Request;
import io.dharma.tracing.internal.otlp.OtlpFields.ResourceRecords;
import io.dharma.tracing.internal.otlp.OtlpFields.ScopeRecords;
import io.dharma.tracing.internal.otlp.ProtoReader.Range;
import io.opentelemetry.sdk.trace.data.SpanData;
import org.jspecify.annotations.Nullable;

/** Reads one record: a request with exactly one span in it. */
final class SpanRecordReader {

    private final byte[] bytes;
    private final ProtoReader in;
    private Range resource = Range.NOTHING;
    private Range resourceSchemaUrl = Range.NOTHING;
    private Range scope = Range.NOTHING;
    private Range scopeSchemaUrl = Range.NOTHING;
    private @Nullable SpanReader span;

    SpanRecordReader(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.in = new ProtoReader(bytes, start, end);
    }

    SpanData read(ResourceReader resources) throws MalformedOtlpException {
        while (in.hasMore()) {
            int tag = in.readTag();
            if (tag == ProtoReader.lengthDelimited(Request.RESOURCE_RECORDS)) {
                readResourceSpans();
            } else {
                in.skip(tag);
            }
        }
        if (span == null) {
            throw in.malformed("no span");
        }
        return span.build(
                resources.resource(bytes, resource, resourceSchemaUrl), resources.scope(bytes, scope, scopeSchemaUrl));
    }

    private void readResourceSpans() throws MalformedOtlpException {
        int outer = in.enter();
        while (in.hasMore()) {
            int tag = in.readTag();
            if (tag == ProtoReader.lengthDelimited(ResourceRecords.RESOURCE)) {
                resource = in.readRange();
            } else if (tag == ProtoReader.lengthDelimited(ResourceRecords.SCOPE_RECORDS)) {
                readScopeSpans();
            } else if (tag == ProtoReader.lengthDelimited(ResourceRecords.SCHEMA_URL)) {
                resourceSchemaUrl = in.readRange();
            } else {
                in.skip(tag);
            }
        }
        in.leave(outer);
    }

    private void readScopeSpans() throws MalformedOtlpException {
        int outer = in.enter();
        while (in.hasMore()) {
            int tag = in.readTag();
            if (tag == ProtoReader.lengthDelimited(ScopeRecords.SCOPE)) {
                scope = in.readRange();
            } else if (tag == ProtoReader.lengthDelimited(ScopeRecords.RECORDS)) {
                readSpan();
            } else if (tag == ProtoReader.lengthDelimited(ScopeRecords.SCHEMA_URL)) {
                scopeSchemaUrl = in.readRange();
            } else {
                in.skip(tag);
            }
        }
        in.leave(outer);
    }

    private void readSpan() throws MalformedOtlpException {
        if (span != null) {
            throw in.malformed("more than one span");
        }
        span = new SpanReader();
        int outer = in.enter();
        span.read(in);
        in.leave(outer);
    }
}
