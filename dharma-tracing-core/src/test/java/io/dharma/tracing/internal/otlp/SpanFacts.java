package io.dharma.tracing.internal.otlp;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All that a span says, in terms that compare by value. */
final class SpanFacts {

    private SpanFacts() {}

    static Map<String, Object> of(SpanData span) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("resource", span.getResource());
        facts.put("scope", span.getInstrumentationScopeInfo());
        facts.put("context", of(span.getSpanContext()));
        facts.put("parent", of(span.getParentSpanContext()));
        facts.put("name", span.getName());
        facts.put("kind", span.getKind());
        facts.put("start", span.getStartEpochNanos());
        facts.put("end", span.getEndEpochNanos());
        facts.put("ended", span.hasEnded());
        facts.put("attributes", span.getAttributes());
        facts.put("totalAttributes", span.getTotalAttributeCount());
        facts.put("events", span.getEvents());
        facts.put("totalEvents", span.getTotalRecordedEvents());
        facts.put("links", span.getLinks().stream().map(SpanFacts::of).toList());
        facts.put("totalLinks", span.getTotalRecordedLinks());
        facts.put("status", span.getStatus());
        return facts;
    }

    private static List<Object> of(LinkData link) {
        return List.of(of(link.getSpanContext()), link.getAttributes(), link.getTotalAttributeCount());
    }

    private static List<Object> of(SpanContext context) {
        return List.of(
                context.getTraceId(),
                context.getSpanId(),
                context.getTraceFlags(),
                context.isRemote(),
                context.isValid(),
                List.copyOf(context.getTraceState().asMap().entrySet()));
    }
}
