package io.dharma.tracing.store;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
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
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Makes real spans of the SDK, with ids and times that a test can foretell. One thread at a time. */
final class StoreSpans {

    static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private static final HexFormat HEX = HexFormat.of();

    private final Map<String, SdkTracerProvider> providers = new HashMap<>();
    private String nextTraceId = "";
    private String nextSpanId = "";
    private @Nullable SpanData last;

    /** The id of the trace that a test numbers so. */
    static String traceId(long number) {
        return HEX.toHexDigits(0x0af7651916cd43ddL) + HEX.toHexDigits(number);
    }

    static String spanId(long number) {
        return HEX.toHexDigits(number);
    }

    /** A span of a trace, without a parent. */
    Maker span(long trace, long id, String name) {
        return new Maker(trace, id, name);
    }

    /** An ordinary one. */
    SpanData plain(long trace, long id) {
        return span(trace, id, "work").data();
    }

    final class Maker {

        private final long trace;
        private final long id;
        private final String name;
        private final AttributesBuilder attributes = Attributes.builder();
        private String service = "checkout";
        private long parent;
        private boolean remoteParent;
        private Duration start = Duration.ZERO;
        private Duration took = Duration.ofMillis(12);
        private SpanKind kind = SpanKind.INTERNAL;
        private @Nullable String error;

        private Maker(long trace, long id, String name) {
            this.trace = trace;
            this.id = id;
            this.name = name;
        }

        Maker service(String service) {
            this.service = service;
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

        Maker startMillis(long millis) {
            this.start = Duration.ofMillis(millis);
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

        Maker attribute(String key, String value) {
            attributes.put(key, value);
            return this;
        }

        Maker attributes(Attributes all) {
            attributes.putAll(all);
            return this;
        }

        Maker failed(String error) {
            this.error = error;
            return this;
        }

        SpanData data() {
            nextTraceId = traceId(trace);
            nextSpanId = spanId(id);
            Instant begin = NOON.plus(start);
            Span span = provider(service)
                    .get("test")
                    .spanBuilder(name)
                    .setSpanKind(kind)
                    .setAllAttributes(attributes.build())
                    .setStartTimestamp(begin)
                    .setParent(parentContext())
                    .startSpan();
            if (error != null) {
                span.setStatus(StatusCode.ERROR, error);
            }
            span.end(TimeUnit.MILLISECONDS.toNanos(begin.toEpochMilli()) + took.toNanos(), TimeUnit.NANOSECONDS);
            SpanData data = last;
            if (data == null) {
                throw new AssertionError("no span ended");
            }
            return data;
        }

        private Context parentContext() {
            if (parent == 0) {
                return Context.root();
            }
            TraceFlags flags = TraceFlags.getSampled();
            SpanContext context = remoteParent
                    ? SpanContext.createFromRemoteParent(traceId(trace), spanId(parent), flags, TraceState.getDefault())
                    : SpanContext.create(traceId(trace), spanId(parent), flags, TraceState.getDefault());
            return Context.root().with(Span.wrap(context));
        }
    }

    private SdkTracerProvider provider(String service) {
        return providers.computeIfAbsent(
                service,
                name -> SdkTracerProvider.builder()
                        .setResource(
                                Resource.builder().put("service.name", name).build())
                        .setIdGenerator(new NextIds())
                        .addSpanProcessor(new Last())
                        .build());
    }

    private final class NextIds implements IdGenerator {

        @Override
        public String generateSpanId() {
            return nextSpanId;
        }

        @Override
        public String generateTraceId() {
            return nextTraceId;
        }
    }

    private final class Last implements SpanProcessor {

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
    }
}
