package io.dharma.tracing.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.trace.data.LinkData;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known of a span before it starts; shared by our own builder and OpenTelemetry's. */
final class SpanDraft {

    private final SpanSource source;
    private SpanKind kind = SpanKind.INTERNAL;
    private @Nullable SpanAttributes attributes;
    private @Nullable List<LinkData> links;
    private int offeredLinks;
    private long startEpochNanos;

    SpanDraft(SpanSource source) {
        this.source = source;
    }

    /**
     * Whether this can be a parent. One that is not of OpenTelemetry's making is asked, once, for what it will be asked
     * when the span starts.
     */
    boolean answers(Context context) {
        if (context.getClass() == Context.root().getClass()) {
            return true;
        }
        boolean[] answered = {false};
        source.shield(() -> {
            Context unused = context.with(Span.fromContext(context));
            answered[0] = true;
        });
        return answered[0];
    }

    void kind(SpanKind newKind) {
        kind = newKind;
    }

    void startEpochNanos(long nanos) {
        startEpochNanos = nanos;
    }

    /** Whether the work is to have begun before the span is started. */
    boolean beganBefore() {
        return startEpochNanos != 0;
    }

    void plain(@Nullable String key, @Nullable Object value) {
        if (key != null && value != null) {
            attributes().putPlain(key, value);
        }
    }

    void typed(@Nullable AttributeKey<?> key, @Nullable Object value) {
        if (key != null && value != null) {
            source.shield(() -> attributes().put(key, value));
        }
    }

    void all(@Nullable Attributes given) {
        if (given != null) {
            source.shield(() -> given.forEach(attributes()::put));
        }
    }

    void link(@Nullable SpanContext linked, @Nullable Attributes linkAttributes) {
        LinkData link = source.link(linked, linkAttributes);
        if (link == null) {
            return;
        }
        offeredLinks++;
        List<LinkData> collected = links;
        if (collected == null) {
            collected = new ArrayList<>(2);
            links = collected;
        }
        if (collected.size() < source.limits().getMaxNumberOfLinks()) {
            collected.add(link);
        }
    }

    private SpanAttributes attributes() {
        SpanAttributes existing = attributes;
        if (existing == null) {
            existing = source.newAttributes();
            attributes = existing;
        }
        return existing;
    }

    /** Hands over what was collected and forgets it, so that a span is not changed through its builder. */
    SpanSource.Request finish(InstrumentationScopeInfo scope) {
        SpanSource.Request request =
                new SpanSource.Request(scope, kind, attributes, links, offeredLinks, startEpochNanos);
        attributes = null;
        links = null;
        offeredLinks = 0;
        return request;
    }
}
