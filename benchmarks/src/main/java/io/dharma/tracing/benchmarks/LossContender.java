package io.dharma.tracing.benchmarks;

import io.dharma.tracing.export.HttpEndpoint;
import io.dharma.tracing.export.OtlpSinks;
import io.dharma.tracing.pipeline.Journal;
import io.dharma.tracing.pipeline.Priority;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.spool.Spool;
import io.dharma.tracing.trace.DharmaTracer;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/** One who sends spans over OTLP with its own defaults, and is asked in the end to send the rest. */
final class LossContender {

    static final int SPANS_PER_ERROR = 50;

    private static final long[] NOTHING = {};

    private static final Duration TIME_TO_FLUSH = Duration.ofSeconds(60);
    private static final String SENDER = "io.opentelemetry.sdk.common.export.HttpSenderProvider";
    private static final String OKHTTP = "io.opentelemetry.exporter.sender.okhttp.internal.OkHttpHttpSenderProvider";

    private final Tracer tracer;
    private final Supplier<long[]> end;

    /** How to make one that sends to a URL, and may keep files in a directory that is empty. */
    record Kind(String name, BiFunction<String, Path, LossContender> to) {}

    static final Kind RAW = new Kind("raw OpenTelemetry", (url, directory) -> raw(url));
    static final Kind DHARMA = new Kind("Dharma Tracing", (url, directory) -> dharma(url));
    static final Kind SPOOLED = new Kind("Dharma Tracing with spool", LossContender::spooled);

    private LossContender(Tracer tracer, Supplier<long[]> end) {
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
            return NOTHING;
        });
    }

    private static LossContender dharma(String url) {
        DharmaTracer tracer = DharmaTracer.builder()
                .sink(OtlpSinks.spans(HttpEndpoint.builder(url).build()))
                .build();
        return new LossContender(tracer.openTelemetry().getTracer("loss"), () -> {
            flushAndClose(tracer);
            return NOTHING;
        });
    }

    /** The same with one setting more. */
    private static LossContender spooled(String url, Path directory) {
        Spool<SpanData> spool = Spool.ofSpans(directory).build();
        Sink<SpanData> sink = OtlpSinks.spans(HttpEndpoint.builder(url).build());
        DharmaTracer tracer = DharmaTracer.builder().sink(sink).journal(spool).build();
        return new LossContender(tracer.openTelemetry().getTracer("loss"), () -> {
            flushAndClose(tracer);
            spool.close();
            return readByNextProcess(directory, sink.name());
        });
    }

    /** Not what the accounts say is there, but what is. */
    private static long[] readByNextProcess(Path directory, String sink) {
        try (Spool<SpanData> spool = Spool.ofSpans(directory).build()) {
            Journal.Reader<SpanData> reader = spool.reader(sink);
            LongStream.Builder ids = LongStream.builder();
            for (Priority priority : Priority.values()) {
                Journal.Entry<SpanData> entry = reader.nextInherited(priority);
                while (entry != null) {
                    ids.add(id(entry.record().getSpanId()));
                    entry = reader.nextInherited(priority);
                }
            }
            return ids.build().toArray();
        }
    }

    private static void flushAndClose(DharmaTracer tracer) {
        boolean unused = tracer.flush(TIME_TO_FLUSH);
        tracer.close();
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
        return id(span.getSpanContext().getSpanId());
    }

    private static long id(String spanId) {
        return Long.parseUnsignedLong(spanId, 16);
    }

    /**
     * Sends what is left, for a minute at most, and closes.
     *
     * @return the ids of the spans that are on disk for the next process to send
     */
    long[] end() {
        return end.get();
    }
}
