package io.dharma.tracing.internal.trace;

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

/** A span as exporters see it: immutable, its exceptions rendered, whether it has just ended or was read back. */
public record FinishedSpan(
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

    /** The object itself with its identity, rounded up. */
    private static final int OWN_BYTES = 400;

    /**
     * What this holds on the heap, roughly. An ordinary span is added up here, because {@link SpanSize} would make a
     * key object for each attribute.
     */
    public static int estimatedBytes(SpanData span) {
        // A stage may have made another of it.
        long bytes = span instanceof FinishedSpan own ? own.estimatedBytes() : SpanSize.of(span);
        return (int) Math.min(Integer.MAX_VALUE, bytes);
    }

    private long estimatedBytes() {
        if (events.isEmpty() && links.isEmpty() && attributes instanceof NamedAttributes recorded) {
            long text = 2L * name.length() + 2L * status.getDescription().length();
            return OWN_BYTES + text + recorded.estimatedBytes();
        }
        return SpanSize.of(this);
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
