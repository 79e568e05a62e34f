package io.dharma.tracing.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A span that the sampler dropped: it carries its identity to the next service and forgets all else. */
class UnsampledSpan extends OwnedSpan {

    private final SpanContext context;

    UnsampledSpan(SpanContext context) {
        this.context = context;
    }

    @Override
    public SpanContext getSpanContext() {
        return context;
    }

    @Override
    public boolean isRecording() {
        return false;
    }

    @Override
    public Span setAttribute(@Nullable String key, @Nullable String value) {
        return this;
    }

    @Override
    public Span setAttribute(@Nullable String key, long value) {
        return this;
    }

    @Override
    public Span setAttribute(@Nullable String key, double value) {
        return this;
    }

    @Override
    public Span setAttribute(@Nullable String key, boolean value) {
        return this;
    }

    @Override
    public <T> Span setAttribute(@Nullable AttributeKey<T> key, @Nullable T value) {
        return this;
    }

    @Override
    public Span setAllAttributes(@Nullable Attributes attributes) {
        return this;
    }

    @Override
    public Span addEvent(@Nullable String name, @Nullable Attributes attributes) {
        return this;
    }

    @Override
    public Span addEvent(
            @Nullable String name, @Nullable Attributes attributes, long timestamp, @Nullable TimeUnit unit) {
        return this;
    }

    @Override
    public Span setStatus(@Nullable StatusCode statusCode, @Nullable String description) {
        return this;
    }

    @Override
    public Span recordException(@Nullable Throwable exception, @Nullable Attributes additionalAttributes) {
        return this;
    }

    @Override
    public Span updateName(@Nullable String name) {
        return this;
    }

    @Override
    public void end() {}

    @Override
    public void end(long timestamp, @Nullable TimeUnit unit) {}

    @Override
    public String toString() {
        return "UnsampledSpan{" + context + "}";
    }
}
