package io.dharma.tracing.internal.otlp;

import io.dharma.tracing.internal.otlp.OtlpFields.Event;
import io.dharma.tracing.internal.otlp.OtlpFields.Flags;
import io.dharma.tracing.internal.otlp.OtlpFields.Link;
import io.dharma.tracing.internal.otlp.OtlpFields.Span;
import io.dharma.tracing.internal.otlp.OtlpFields.Status;
import io.dharma.tracing.internal.trace.FinishedSpan;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Reads the content of one {@code Span}, whose fields may come in any order. */
final class SpanReader {

    private final AttributesReader attributes = new AttributesReader();
    private List<EventData> events = List.of();
    private List<LinkData> links = List.of();
    private String traceId = "";
    private String spanId = "";
    private String parentSpanId = "";
    private TraceState traceState = TraceState.getDefault();
    private String name = "";
    private SpanKind kind = SpanKind.INTERNAL;
    private long start;
    private long end;
    private int droppedAttributes;
    private int droppedEvents;
    private int droppedLinks;
    private StatusCode statusCode = StatusCode.UNSET;
    private String statusMessage = "";
    private int flags;

    /** Reads on to the end of the message. */
    void read(ProtoReader in) throws MalformedOtlpException {
        while (in.hasMore()) {
            readField(in, in.readTag());
        }
    }

    SpanData build(Resource resource, InstrumentationScopeInfo scope) {
        SpanContext context = SpanContext.create(traceId, spanId, traceFlags(flags), traceState);
        Attributes built = attributes.build();
        return new FinishedSpan(
                context,
                parentOf(context),
                resource,
                scope,
                name,
                kind,
                start,
                end,
                end != 0,
                built,
                total(attributes.count(), droppedAttributes),
                Collections.unmodifiableList(events),
                total(events.size(), droppedEvents),
                Collections.unmodifiableList(links),
                total(links.size(), droppedLinks),
                StatusData.create(statusCode, statusMessage));
    }

    private void readField(ProtoReader in, int tag) throws MalformedOtlpException {
        switch (tag) {
            case Span.TRACE_ID << 3 | ProtoWriter.LENGTH_DELIMITED -> traceId = in.readId(OtlpFields.TRACE_ID_BYTES);
            case Span.SPAN_ID << 3 | ProtoWriter.LENGTH_DELIMITED -> spanId = in.readId(OtlpFields.SPAN_ID_BYTES);
            case Span.TRACE_STATE << 3 | ProtoWriter.LENGTH_DELIMITED ->
                traceState = WrittenTraceState.of(in.readText());
            case Span.PARENT_SPAN_ID << 3 | ProtoWriter.LENGTH_DELIMITED ->
                parentSpanId = in.readId(OtlpFields.SPAN_ID_BYTES);
            case Span.NAME << 3 | ProtoWriter.LENGTH_DELIMITED -> name = in.readText();
            case Span.KIND << 3 | ProtoWriter.VARINT -> kind = kind(in.readVarint());
            case Span.START << 3 | ProtoWriter.FIXED64 -> start = in.readFixed64();
            case Span.END << 3 | ProtoWriter.FIXED64 -> end = in.readFixed64();
            case Span.ATTRIBUTES << 3 | ProtoWriter.LENGTH_DELIMITED -> attributes.readPair(in);
            case Span.DROPPED_ATTRIBUTES << 3 | ProtoWriter.VARINT -> droppedAttributes = in.readCount();
            case Span.EVENTS << 3 | ProtoWriter.LENGTH_DELIMITED -> events = with(events, readEvent(in));
            case Span.DROPPED_EVENTS << 3 | ProtoWriter.VARINT -> droppedEvents = in.readCount();
            case Span.LINKS << 3 | ProtoWriter.LENGTH_DELIMITED -> links = with(links, readLink(in));
            case Span.DROPPED_LINKS << 3 | ProtoWriter.VARINT -> droppedLinks = in.readCount();
            case Span.STATUS << 3 | ProtoWriter.LENGTH_DELIMITED -> readStatus(in);
            case Span.FLAGS << 3 | ProtoWriter.FIXED32 -> flags = in.readFixed32();
            default -> in.skip(tag);
        }
    }

    private static EventData readEvent(ProtoReader in) throws MalformedOtlpException {
        AttributesReader attributes = new AttributesReader();
        long time = 0;
        String name = "";
        int dropped = 0;
        int outer = in.enter();
        while (in.hasMore()) {
            int tag = in.readTag();
            switch (tag) {
                case Event.TIME << 3 | ProtoWriter.FIXED64 -> time = in.readFixed64();
                case Event.NAME << 3 | ProtoWriter.LENGTH_DELIMITED -> name = in.readText();
                case Event.ATTRIBUTES << 3 | ProtoWriter.LENGTH_DELIMITED -> attributes.readPair(in);
                case Event.DROPPED_ATTRIBUTES << 3 | ProtoWriter.VARINT -> dropped = in.readCount();
                default -> in.skip(tag);
            }
        }
        in.leave(outer);
        return EventData.create(time, name, attributes.build(), total(attributes.count(), dropped));
    }

    private static LinkData readLink(ProtoReader in) throws MalformedOtlpException {
        AttributesReader attributes = new AttributesReader();
        String traceId = "";
        String spanId = "";
        TraceState traceState = TraceState.getDefault();
        int dropped = 0;
        int flags = 0;
        int outer = in.enter();
        while (in.hasMore()) {
            int tag = in.readTag();
            switch (tag) {
                case Link.TRACE_ID << 3 | ProtoWriter.LENGTH_DELIMITED ->
                    traceId = in.readId(OtlpFields.TRACE_ID_BYTES);
                case Link.SPAN_ID << 3 | ProtoWriter.LENGTH_DELIMITED -> spanId = in.readId(OtlpFields.SPAN_ID_BYTES);
                case Link.TRACE_STATE << 3 | ProtoWriter.LENGTH_DELIMITED ->
                    traceState = WrittenTraceState.of(in.readText());
                case Link.ATTRIBUTES << 3 | ProtoWriter.LENGTH_DELIMITED -> attributes.readPair(in);
                case Link.DROPPED_ATTRIBUTES << 3 | ProtoWriter.VARINT -> dropped = in.readCount();
                case Link.FLAGS << 3 | ProtoWriter.FIXED32 -> flags = in.readFixed32();
                default -> in.skip(tag);
            }
        }
        in.leave(outer);
        SpanContext context = (flags & Flags.REMOTE) != 0
                ? SpanContext.createFromRemoteParent(traceId, spanId, traceFlags(flags), traceState)
                : SpanContext.create(traceId, spanId, traceFlags(flags), traceState);
        return LinkData.create(context, attributes.build(), total(attributes.count(), dropped));
    }

    private void readStatus(ProtoReader in) throws MalformedOtlpException {
        int outer = in.enter();
        while (in.hasMore()) {
            int tag = in.readTag();
            switch (tag) {
                case Status.MESSAGE << 3 | ProtoWriter.LENGTH_DELIMITED -> statusMessage = in.readText();
                case Status.CODE << 3 | ProtoWriter.VARINT -> statusCode = statusCode(in.readVarint());
                default -> in.skip(tag);
            }
        }
        in.leave(outer);
    }

    /** Of the same trace, and as far as anybody can know sampled alike. */
    private SpanContext parentOf(SpanContext context) {
        // Without ids of its own the span is in no trace, and an id of zeros is nobody's: there are no flags to hand
        // on.
        if (!context.isValid() || !SpanId.isValid(parentSpanId)) {
            return SpanContext.getInvalid();
        }
        return (flags & Flags.REMOTE) != 0
                ? SpanContext.createFromRemoteParent(traceId, parentSpanId, traceFlags(flags), TraceState.getDefault())
                : SpanContext.create(traceId, parentSpanId, traceFlags(flags), TraceState.getDefault());
    }

    private static TraceFlags traceFlags(int flags) {
        return TraceFlags.fromByte((byte) flags);
    }

    private static int total(int kept, int dropped) {
        return (int) Math.min(Integer.MAX_VALUE, (long) kept + dropped);
    }

    private static <T> List<T> with(List<T> list, T element) {
        List<T> longer = list.isEmpty() ? new ArrayList<>() : list;
        longer.add(element);
        return longer;
    }

    private static SpanKind kind(long number) {
        return switch ((int) number) {
            case 2 -> SpanKind.SERVER;
            case 3 -> SpanKind.CLIENT;
            case 4 -> SpanKind.PRODUCER;
            case 5 -> SpanKind.CONSUMER;
            default -> SpanKind.INTERNAL;
        };
    }

    private static StatusCode statusCode(long number) {
        return switch ((int) number) {
            case Status.OK -> StatusCode.OK;
            case Status.ERROR -> StatusCode.ERROR;
            default -> StatusCode.UNSET;
        };
    }
}
