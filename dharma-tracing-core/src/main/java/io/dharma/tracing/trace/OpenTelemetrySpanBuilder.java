package io.dharma.tracing.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** OpenTelemetry's way of describing a span before it starts. One thread at a time, like every builder. */
final class OpenTelemetrySpanBuilder implements SpanBuilder {

    private static final String UNNAMED = "<unspecified span name>";

    private final SpanSource source;
    private final InstrumentationScopeInfo scope;
    private final String name;
    private final SpanDraft draft;
    private @Nullable Context parent;

    OpenTelemetrySpanBuilder(SpanSource source, InstrumentationScopeInfo scope, @Nullable String name) {
        this.source = source;
        this.scope = scope;
        this.name = name == null || name.isBlank() ? UNNAMED : name;
        this.draft = new SpanDraft(source);
    }

    @Override
    public SpanBuilder setParent(@Nullable Context context) {
        if (context != null) {
            parent = context;
        }
        return this;
    }

    @Override
    public SpanBuilder setNoParent() {
        parent = Context.root();
        return this;
    }

    @Override
    public SpanBuilder addLink(@Nullable SpanContext linked) {
        draft.link(linked, Attributes.empty());
        return this;
    }

    @Override
    public SpanBuilder addLink(@Nullable SpanContext linked, @Nullable Attributes attributes) {
        draft.link(linked, attributes);
        return this;
    }

    @Override
    public SpanBuilder setAttribute(@Nullable String key, @Nullable String value) {
        draft.plain(key, value);
        return this;
    }

    @Override
    public SpanBuilder setAttribute(@Nullable String key, long value) {
        draft.plain(key, value);
        return this;
    }

    @Override
    public SpanBuilder setAttribute(@Nullable String key, double value) {
        draft.plain(key, value);
        return this;
    }

    @Override
    public SpanBuilder setAttribute(@Nullable String key, boolean value) {
        draft.plain(key, value);
        return this;
    }

    @Override
    public <T> SpanBuilder setAttribute(@Nullable AttributeKey<T> key, @Nullable T value) {
        draft.typed(key, value);
        return this;
    }

    @Override
    public SpanBuilder setAllAttributes(@Nullable Attributes attributes) {
        draft.all(attributes);
        return this;
    }

    @Override
    public SpanBuilder setSpanKind(@Nullable SpanKind kind) {
        if (kind != null) {
            draft.kind(kind);
        }
        return this;
    }

    @Override
    public SpanBuilder setStartTimestamp(long timestamp, @Nullable TimeUnit unit) {
        if (timestamp >= 0 && unit != null) {
            draft.startEpochNanos(unit.toNanos(timestamp));
        }
        return this;
    }

    @Override
    public Span startSpan() {
        Context effectiveParent = parent == null ? BlockFactory.currentContext() : parent;
        return source.start(name, effectiveParent, draft.finish(scope));
    }
}
