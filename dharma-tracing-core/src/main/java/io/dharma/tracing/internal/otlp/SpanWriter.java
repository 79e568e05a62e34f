package io.dharma.tracing.internal.otlp;

import io.dharma.tracing.internal.otlp.OtlpFields.Event;
import io.dharma.tracing.internal.otlp.OtlpFields.Flags;
import io.dharma.tracing.internal.otlp.OtlpFields.Link;
import io.dharma.tracing.internal.otlp.OtlpFields.Span;
import io.dharma.tracing.internal.otlp.OtlpFields.Status;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.List;

/** Writes the content of a {@code Span}. */
final class SpanWriter {

    private static final int ORDINARY_EVENT = 512;
    private static final int ORDINARY_LINK = 100;
    private static final int ORDINARY_TRACE_STATE = 50;
    private static final int SHORT = 0;

    private SpanWriter() {}

    static void write(ProtoWriter out, SpanData span) {
        SpanContext context = span.getSpanContext();
        SpanContext parent = span.getParentSpanContext();
        out.id(Span.TRACE_ID, context.getTraceId(), OtlpFields.TRACE_ID_BYTES);
        out.id(Span.SPAN_ID, context.getSpanId(), OtlpFields.SPAN_ID_BYTES);
        writeTraceState(out, Span.TRACE_STATE, context.getTraceState());
        if (parent.isValid()) {
            out.id(Span.PARENT_SPAN_ID, parent.getSpanId(), OtlpFields.SPAN_ID_BYTES);
        }
        out.text(Span.NAME, span.getName());
        out.number(Span.KIND, kind(span.getKind()));
        out.fixed64(Span.START, span.getStartEpochNanos());
        out.fixed64(Span.END, span.getEndEpochNanos());
        AttributesWriter.write(out, Span.ATTRIBUTES, span.getAttributes());
        out.number(
                Span.DROPPED_ATTRIBUTES,
                AttributesWriter.dropped(
                        span.getTotalAttributeCount(), span.getAttributes().size()));
        writeEvents(out, span);
        writeLinks(out, span);
        writeStatus(out, span.getStatus());
        out.fixed32(Span.FLAGS, flags(context, parent.isRemote()));
    }

    private static void writeEvents(ProtoWriter out, SpanData span) {
        List<EventData> events = span.getEvents();
        for (EventData event : events) {
            int content = out.begin(Span.EVENTS, event.getAttributes().isEmpty() ? SHORT : ORDINARY_EVENT);
            out.fixed64(Event.TIME, event.getEpochNanos());
            out.text(Event.NAME, event.getName());
            AttributesWriter.write(out, Event.ATTRIBUTES, event.getAttributes());
            out.number(
                    Event.DROPPED_ATTRIBUTES,
                    AttributesWriter.dropped(
                            event.getTotalAttributeCount(),
                            event.getAttributes().size()));
            out.end(content);
        }
        out.number(Span.DROPPED_EVENTS, AttributesWriter.dropped(span.getTotalRecordedEvents(), events.size()));
    }

    private static void writeLinks(ProtoWriter out, SpanData span) {
        List<LinkData> links = span.getLinks();
        for (LinkData link : links) {
            SpanContext context = link.getSpanContext();
            int content = out.begin(Span.LINKS, ORDINARY_LINK);
            out.id(Link.TRACE_ID, context.getTraceId(), OtlpFields.TRACE_ID_BYTES);
            out.id(Link.SPAN_ID, context.getSpanId(), OtlpFields.SPAN_ID_BYTES);
            writeTraceState(out, Link.TRACE_STATE, context.getTraceState());
            AttributesWriter.write(out, Link.ATTRIBUTES, link.getAttributes());
            out.number(
                    Link.DROPPED_ATTRIBUTES,
                    AttributesWriter.dropped(
                            link.getTotalAttributeCount(), link.getAttributes().size()));
            out.fixed32(Link.FLAGS, flags(context, context.isRemote()));
            out.end(content);
        }
        out.number(Span.DROPPED_LINKS, AttributesWriter.dropped(span.getTotalRecordedLinks(), links.size()));
    }

    /** Present even if nothing was set, as OpenTelemetry's exporter has it. */
    private static void writeStatus(ProtoWriter out, StatusData status) {
        int content = out.begin(Span.STATUS, SHORT);
        out.text(Status.MESSAGE, status.getDescription());
        switch (status.getStatusCode()) {
            case OK -> out.number(Status.CODE, Status.OK);
            case ERROR -> out.number(Status.CODE, Status.ERROR);
            case UNSET -> {
                // The default.
            }
        }
        out.end(content);
    }

    /** As a header would have it: {@code key=value,key=value}. */
    private static void writeTraceState(ProtoWriter out, int field, TraceState state) {
        if (state.isEmpty()) {
            return;
        }
        int content = out.begin(field, ORDINARY_TRACE_STATE);
        int[] members = {0};
        state.forEach((key, value) -> {
            if (members[0]++ > 0) {
                out.append(",");
            }
            out.append(key);
            out.append("=");
            out.append(value);
        });
        out.end(content);
    }

    private static int flags(SpanContext context, boolean remote) {
        return (context.getTraceFlags().asByte() & Flags.TRACE_FLAGS)
                | Flags.KNOWS_WHETHER_REMOTE
                | (remote ? Flags.REMOTE : 0);
    }

    private static int kind(SpanKind kind) {
        return switch (kind) {
            case INTERNAL -> 1;
            case SERVER -> 2;
            case CLIENT -> 3;
            case PRODUCER -> 4;
            case CONSUMER -> 5;
        };
    }
}
