package io.dharma.tracing.internal.otlp;

import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.sdk.logs.data.LogRecordData;

/** Writes the content of a {@code LogRecord}. */
final class LogWriter {

    private static final int TIME = 1;
    private static final int SEVERITY_NUMBER = 2;
    private static final int SEVERITY_TEXT = 3;
    private static final int BODY = 5;
    private static final int ATTRIBUTES = 6;
    private static final int DROPPED_ATTRIBUTES = 7;
    private static final int FLAGS = 8;
    private static final int TRACE_ID = 9;
    private static final int SPAN_ID = 10;
    private static final int OBSERVED_TIME = 11;
    private static final int EVENT_NAME = 12;

    private static final int SHORT = 0;

    private LogWriter() {}

    static void write(ProtoWriter out, LogRecordData log) {
        out.fixed64(TIME, log.getTimestampEpochNanos());
        out.fixed64(OBSERVED_TIME, log.getObservedTimestampEpochNanos());
        out.number(SEVERITY_NUMBER, log.getSeverity().getSeverityNumber());
        out.textIfSet(SEVERITY_TEXT, log.getSeverityText());
        Value<?> body = log.getBodyValue();
        if (body != null) {
            int content = out.begin(BODY, SHORT);
            AttributesWriter.writeValue(out, body);
            out.end(content);
        }
        AttributesWriter.write(out, ATTRIBUTES, log.getAttributes());
        out.number(
                DROPPED_ATTRIBUTES,
                AttributesWriter.dropped(
                        log.getTotalAttributeCount(), log.getAttributes().size()));
        writeContext(out, log.getSpanContext());
        out.textIfSet(EVENT_NAME, log.getEventName());
    }

    /** A record written outside of any span has no ids; a custom context may have one of them. */
    private static void writeContext(ProtoWriter out, SpanContext context) {
        out.fixed32(FLAGS, context.getTraceFlags().asByte() & OtlpFields.Flags.TRACE_FLAGS);
        if (!context.getTraceId().equals(TraceId.getInvalid())) {
            out.id(TRACE_ID, context.getTraceId(), OtlpFields.TRACE_ID_BYTES);
        }
        if (!context.getSpanId().equals(SpanId.getInvalid())) {
            out.id(SPAN_ID, context.getSpanId(), OtlpFields.SPAN_ID_BYTES);
        }
    }
}
