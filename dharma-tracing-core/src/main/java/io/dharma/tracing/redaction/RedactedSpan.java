package io.dharma.tracing.redaction;

import io.dharma.tracing.internal.trace.FinishedSpan;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
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
            SpanContext context,
            SpanContext parent,
            Resource resource,
            InstrumentationScopeInfo scope,
            String name,
            Attributes attributes,
            List<EventData> events,
            List<LinkData> links,
            StatusData status) {
        return new FinishedSpan(
                context,
                parent,
                resource,
                scope,
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
