package io.dharma.tracing.redaction;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.logs.data.Body;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.resources.Resource;
import org.jspecify.annotations.Nullable;

/** A log record from which something was taken out. */
record RedactedLogRecord(
        Resource resource,
        InstrumentationScopeInfo scope,
        long timestampEpochNanos,
        long observedTimestampEpochNanos,
        SpanContext spanContext,
        Severity severity,
        @Nullable String severityText,
        @Nullable Value<?> bodyValue,
        Attributes attributes,
        int totalAttributes,
        @Nullable String eventName)
        implements LogRecordData {

    static LogRecordData of(
            LogRecordData log,
            SpanContext spanContext,
            Resource resource,
            InstrumentationScopeInfo scope,
            @Nullable String severityText,
            @Nullable Value<?> body,
            Attributes attributes,
            @Nullable String eventName) {
        return new RedactedLogRecord(
                resource,
                scope,
                log.getTimestampEpochNanos(),
                log.getObservedTimestampEpochNanos(),
                spanContext,
                log.getSeverity(),
                severityText,
                body,
                attributes,
                log.getTotalAttributeCount(),
                eventName);
    }

    @Override
    public Resource getResource() {
        return resource;
    }

    @Override
    public InstrumentationScopeInfo getInstrumentationScopeInfo() {
        return scope;
    }

    @Override
    public long getTimestampEpochNanos() {
        return timestampEpochNanos;
    }

    @Override
    public long getObservedTimestampEpochNanos() {
        return observedTimestampEpochNanos;
    }

    @Override
    public SpanContext getSpanContext() {
        return spanContext;
    }

    @Override
    public Severity getSeverity() {
        return severity;
    }

    @Override
    public @Nullable String getSeverityText() {
        return severityText;
    }

    @Override
    @Deprecated
    public Body getBody() {
        Value<?> body = bodyValue;
        return body == null ? Body.empty() : Body.string(body.asString());
    }

    @Override
    public @Nullable Value<?> getBodyValue() {
        return bodyValue;
    }

    @Override
    public Attributes getAttributes() {
        return attributes;
    }

    @Override
    public int getTotalAttributeCount() {
        return totalAttributes;
    }

    @Override
    public @Nullable String getEventName() {
        return eventName;
    }
}
