package io.dharma.tracing.redaction;

import io.dharma.tracing.internal.trace.FinishedSpan;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.List;

/** Makes spans from which something was taken out. They do not hold on to the one before, so that memory forgets that, too. */
final class RedactedSpan {

    private RedactedSpan() {}

    static SpanData of(
            SpanData span,
            Resource resource,
            String name,
            Attributes attributes,
            List<EventData> events,
            List<LinkData> links,
            StatusData status) {
        return new FinishedSpan(
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
}
