package io.dharma.tracing.redaction;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.function.Consumer;

/** Real spans of the SDK. */
final class RecordedSpans {

    /** Without one, the SDK records nothing. */
    private static final SpanProcessor NONE = new SpanProcessor() {
        @Override
        public void onStart(Context parent, ReadWriteSpan span) {}

        @Override
        public boolean isStartRequired() {
            return false;
        }

        @Override
        public void onEnd(ReadableSpan span) {}

        @Override
        public boolean isEndRequired() {
            return true;
        }
    };

    private RecordedSpans() {}

    static SpanData span(String name, Consumer<Span> fill) {
        try (SdkTracerProvider provider =
                SdkTracerProvider.builder().addSpanProcessor(NONE).build()) {
            Span span = provider.get("test").spanBuilder(name).startSpan();
            fill.accept(span);
            span.end();
            return ((ReadableSpan) span).toSpanData();
        }
    }
}
