package io.dharma.tracing.redaction;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.common.InstrumentationLibraryInfo;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.List;

/** A span from which something was taken out. It does not hold on to the one before, so that memory forgets that, too. */
record RedactedSpan(
        SpanContext spanContext,
        SpanContext parentSpanContext,
        Resource resource,
        InstrumentationScopeInfo scope,
        String name,
        SpanKind kind,
        long startEpochNanos,
        long endEpochNanos,
        boolean ended,
        Attributes attributes,
        int totalAttributes,
        List<EventData> events,
        int totalEvents,
        List<LinkData> links,
        int totalLinks,
        StatusData status)
        implements SpanData {

    static SpanData of(
            SpanData span,
            Resource resource,
            String name,
            Attributes attributes,
            List<EventData> events,
            List<LinkData> links,
            StatusData status) {
        return new RedactedSpan(
                span.getSpanContext(),
                span.getParentSpanContext(),
                resource,
                span.getInstrumentationScopeInfo(),
                name,
                span.getKind(),
                span.getStartEpochNanos(),
                span.getEndEpochNanos(),
                span.hasEnded(),
                attributes,
                span.getTotalAttributeCount(),
                events,
                span.getTotalRecordedEvents(),
                links,
                span.getTotalRecordedLinks(),
                status);
    }

    @Override
    public SpanContext getSpanContext() {
        return spanContext;
    }

    @Override
    public SpanContext getParentSpanContext() {
        return parentSpanContext;
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
    @Deprecated
    public InstrumentationLibraryInfo getInstrumentationLibraryInfo() {
        return InstrumentationLibraryInfo.create(scope.getName(), scope.getVersion());
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public SpanKind getKind() {
        return kind;
    }

    @Override
    public long getStartEpochNanos() {
        return startEpochNanos;
    }

    @Override
    public long getEndEpochNanos() {
        return endEpochNanos;
    }

    @Override
    public boolean hasEnded() {
        return ended;
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
    public List<EventData> getEvents() {
        return events;
    }

    @Override
    public int getTotalRecordedEvents() {
        return totalEvents;
    }

    @Override
    public List<LinkData> getLinks() {
        return links;
    }

    @Override
    public int getTotalRecordedLinks() {
        return totalLinks;
    }

    @Override
    public StatusData getStatus() {
        return status;
    }
}
