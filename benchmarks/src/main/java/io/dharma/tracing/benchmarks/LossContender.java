package io.dharma.tracing.benchmarks;

import io.dharma.tracing.export.HttpEndpoint;
import io.dharma.tracing.export.OtlpSinks;
import io.dharma.tracing.trace.DharmaTracer;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** One who sends spans over OTLP with its own defaults, and is asked in the end to send the rest. */
final class LossContender {

    static final int SPANS_PER_ERROR = 50;

    private static final Duration TIME_TO_FLUSH = Duration.ofSeconds(60);
    private static final String SENDER = "io.opentelemetry.sdk.common.export.HttpSenderProvider";
    private static final String OKHTTP = "io.opentelemetry.exporter.sender.okhttp.internal.OkHttpHttpSenderProvider";

    private final Tracer tracer;
    private final Runnable end;

    /** How to make one that sends to a URL. */
    record Kind(String name, Function<String, LossContender> to) {}

    static final Kind RAW = new Kind("raw OpenTelemetry", LossContender::raw);
    static final Kind DHARMA = new Kind("Dharma Tracing", LossContender::dharma);

    private LossContender(Tracer tracer, Runnable end) {
        this.tracer = tracer;
        this.end = end;
    }

    /** OpenTelemetry's SDK with its own processor, exporter and sender. */
    private static LossContender raw(String url) {
        // Ours is on the class path, too.
        System.setProperty(SENDER, OKHTTP);
        SdkTracerProvider provider = SdkTracerProvider.builder()
                .addSpanProcessor(BatchSpanProcessor.builder(
                                OtlpHttpSpanExporter.builder().setEndpoint(url).build())
                        .build())
                .build();
        return new LossContender(provider.get("loss"), () -> {
            provider.forceFlush().join(TIME_TO_FLUSH.toSeconds(), TimeUnit.SECONDS);
            provider.shutdown().join(TIME_TO_FLUSH.toSeconds(), TimeUnit.SECONDS);
        });
    }

    private static LossContender dharma(String url) {
        DharmaTracer tracer = DharmaTracer.builder()
                .sink(OtlpSinks.spans(HttpEndpoint.builder(url).build()))
                .build();
        return new LossContender(tracer.openTelemetry().getTracer("loss"), () -> {
            boolean unused = tracer.flush(TIME_TO_FLUSH);
            tracer.close();
        });
    }

    /** Whether the span of this number is a failed one. */
    static boolean fails(int number) {
        return number % SPANS_PER_ERROR == 0;
    }

    /** A span such as a service's web framework makes; returns its id. */
    long emit(int number) {
        Span span = tracer.spanBuilder("GET /orders/{id}")
                .setSpanKind(SpanKind.SERVER)
                .setAttribute("http.request.method", "GET")
                .setAttribute("http.route", "/orders/{id}")
                .setAttribute("http.response.status_code", fails(number) ? 500 : 200)
                .setAttribute("order.id", number)
                .startSpan();
        if (fails(number)) {
            span.setStatus(StatusCode.ERROR);
        }
        span.end();
        return Long.parseUnsignedLong(span.getSpanContext().getSpanId(), 16);
    }

    /** Sends what is left, for a minute at most, and closes. */
    void end() {
        end.run();
    }
}
