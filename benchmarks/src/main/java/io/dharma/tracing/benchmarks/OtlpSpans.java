package io.dharma.tracing.benchmarks;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.trace.DharmaTracer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Batches of finished spans, ordinary and rich, made by the SDK and by us. */
final class OtlpSpans {

    private static final int BATCH = 512;

    private static final Resource RESOURCE = Resource.getDefault()
            .merge(Resource.create(Attributes.builder()
                    .put("service.name", "checkout")
                    .put("service.version", "1.4.2")
                    .put("deployment.environment.name", "production")
                    .put("host.name", "ip-10-20-30-40.eu-central-1.compute.internal")
                    .put("process.pid", 4711)
                    .build()));

    private static final Context CALLER = Context.root()
            .with(Span.wrap(SpanContext.createFromRemoteParent(
                    "0af7651916cd43dd8448eb211c80319c",
                    "b7ad6b7169203331",
                    TraceFlags.getSampled(),
                    TraceState.builder()
                            .put("congo", "t61rcWkgMzE")
                            .put("ot", "th:8")
                            .build())));

    private OtlpSpans() {}

    /** Like most there are: a caller, four attributes. */
    static void ordinary(Tracer tracer) {
        start(tracer, Context.root()).end();
    }

    private static Span start(Tracer tracer, Context parent) {
        return tracer.spanBuilder("GET /orders/{id}")
                .setParent(parent)
                .setSpanKind(SpanKind.SERVER)
                .setAttribute("http.request.method", "GET")
                .setAttribute("url.path", "/orders/4711")
                .setAttribute("http.route", "/orders/{id}")
                .setAttribute("http.response.status_code", 200)
                .startSpan();
    }

    /** A failure with much about it: twenty attributes, an event, an exception, two links, a trace state. */
    static void rich(Tracer tracer) {
        Span span = start(tracer, CALLER);
        for (int i = 0; i < 12; i++) {
            span.setAttribute("app.attribute.number." + i, "value of attribute " + i);
        }
        span.setAttribute("app.ratio", 0.25)
                .setAttribute("app.retried", true)
                .setAttribute(AttributeKey.stringArrayKey("app.tags"), List.of("gold", "beta", "größer"))
                .setAttribute(AttributeKey.longArrayKey("app.sizes"), List.of(1L, 500L, 70_000L));
        span.addEvent("cache-miss", Attributes.of(AttributeKey.stringKey("cache.key"), "order:4711"));
        span.addLink(Span.fromContext(CALLER).getSpanContext());
        span.addLink(
                Span.fromContext(CALLER).getSpanContext(),
                Attributes.of(AttributeKey.stringKey("link.reason"), "batch"));
        span.recordException(new IllegalStateException("declined by the bank"));
        span.setStatus(StatusCode.ERROR, "declined");
        span.end();
    }

    static List<SpanData> ofSdk(Consumer<Tracer> one) {
        Collected collected = new Collected();
        try (SdkTracerProvider provider = SdkTracerProvider.builder()
                .setResource(RESOURCE)
                .addSpanProcessor(SimpleSpanProcessor.create(collected))
                .build()) {
            repeat(one, provider.get("io.dharma.tracing.benchmarks", "1.0"));
        }
        return List.copyOf(collected.spans);
    }

    static List<SpanData> ofDharma(Consumer<Tracer> one) {
        Collected collected = new Collected();
        try (DharmaTracer tracer =
                DharmaTracer.builder().resource(RESOURCE).sink(collected).build()) {
            repeat(one, tracer.openTelemetry().getTracer("io.dharma.tracing.benchmarks", "1.0"));
            tracer.flush(Duration.ofSeconds(10));
        }
        if (collected.spans.size() != BATCH) {
            throw new IllegalStateException(collected.spans.size() + " spans came out");
        }
        return List.copyOf(collected.spans);
    }

    private static void repeat(Consumer<Tracer> one, Tracer tracer) {
        for (int i = 0; i < BATCH; i++) {
            one.accept(tracer);
        }
    }

    /** A receiver that keeps what comes. */
    private static final class Collected implements SpanExporter, Sink<SpanData> {

        private final List<SpanData> spans = new CopyOnWriteArrayList<>();

        @Override
        public CompletableResultCode export(Collection<SpanData> batch) {
            spans.addAll(batch);
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletionStage<Delivery> deliver(List<SpanData> batch) {
            spans.addAll(batch);
            return CompletableFuture.completedFuture(Delivery.delivered());
        }

        @Override
        public String name() {
            return "collected";
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }
}
