package io.dharma.tracing.export;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Real spans of the SDK, with ids and times that a test can foretell. */
final class TestSpans {

    static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private static final Resource RESOURCE =
            Resource.builder().put("service.name", "checkout").build();

    private TestSpans() {}

    static SpanData named(String name) {
        return span(name).data();
    }

    static List<SpanData> many(int count) {
        List<SpanData> spans = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            spans.add(span("span-" + i).id(i + 1).data());
        }
        return spans;
    }

    static Maker span(String name) {
        return new Maker(name);
    }

    static String spanId(long id) {
        return String.format(Locale.ROOT, "%016x", id);
    }

    static final class Maker {

        private final String name;
        private String traceId = TRACE;
        private long id = 1;
        private long parent;
        private boolean remoteParent;
        private Duration start = Duration.ZERO;
        private Duration took = Duration.ofMillis(12);
        private SpanKind kind = SpanKind.INTERNAL;
        private Attributes attributes = Attributes.empty();
        private @Nullable Throwable failure;
        private @Nullable String error;

        private Maker(String name) {
            this.name = name;
        }

        Maker trace(String traceId) {
            this.traceId = traceId;
            return this;
        }

        Maker id(long id) {
            this.id = id;
            return this;
        }

        Maker parent(long parent) {
            this.parent = parent;
            return this;
        }

        Maker remoteParent(long parent) {
            this.parent = parent;
            this.remoteParent = true;
            return this;
        }

        Maker startMillis(long start) {
            this.start = Duration.ofMillis(start);
            return this;
        }

        Maker took(Duration took) {
            this.took = took;
            return this;
        }

        Maker kind(SpanKind kind) {
            this.kind = kind;
            return this;
        }

        Maker attributes(Attributes attributes) {
            this.attributes = attributes;
            return this;
        }

        Maker failedWith(Throwable failure) {
            this.failure = failure;
            return this;
        }

        Maker error(String error) {
            this.error = error;
            return this;
        }

        SpanData data() {
            Last last = new Last();
            try (SdkTracerProvider provider = SdkTracerProvider.builder()
                    .setResource(RESOURCE)
                    .setIdGenerator(new FixedIds(traceId, spanId(id)))
                    .addSpanProcessor(last)
                    .build()) {
                Instant begin = NOON.plus(start);
                SpanBuilder builder = provider.get("test")
                        .spanBuilder(name)
                        .setSpanKind(kind)
                        .setAllAttributes(attributes)
                        .setStartTimestamp(begin)
                        .setParent(parentContext());
                Span span = builder.startSpan();
                if (failure != null) {
                    span.recordException(failure);
                    span.setStatus(StatusCode.ERROR);
                }
                if (error != null) {
                    span.setStatus(StatusCode.ERROR, error);
                }
                span.end(TimeUnit.MILLISECONDS.toNanos(begin.toEpochMilli()) + took.toNanos(), TimeUnit.NANOSECONDS);
                return last.span();
            }
        }

        private Context parentContext() {
            if (parent == 0) {
                return Context.root();
            }
            SpanContext context = remoteParent
                    ? SpanContext.createFromRemoteParent(
                            traceId, spanId(parent), TraceFlags.getSampled(), TraceState.getDefault())
                    : SpanContext.create(traceId, spanId(parent), TraceFlags.getSampled(), TraceState.getDefault());
            return Context.root().with(Span.wrap(context));
        }
    }

    private record FixedIds(String traceId, String spanId) implements IdGenerator {

        @Override
        public String generateSpanId() {
            return spanId;
        }

        @Override
        public String generateTraceId() {
            return traceId;
        }
    }

    private static final class Last implements SpanProcessor {

        private @Nullable SpanData last;

        @Override
        public void onStart(Context context, ReadWriteSpan span) {}

        @Override
        public boolean isStartRequired() {
            return false;
        }

        @Override
        public void onEnd(ReadableSpan span) {
            last = span.toSpanData();
        }

        @Override
        public boolean isEndRequired() {
            return true;
        }

        SpanData span() {
            if (last == null) {
                throw new AssertionError("no span ended");
            }
            return last;
        }
    }
}
