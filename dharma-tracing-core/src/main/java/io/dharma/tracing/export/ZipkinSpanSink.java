package io.dharma.tracing.export;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Sends spans to a Zipkin server, as Zipkin's JSON (version 2).
 *
 * <p>OpenTelemetry has deprecated its Zipkin exporter, whose translation of spans this uses; where you can choose, send
 * OTLP. For any thread; makes nothing before the first batch.
 */
public final class ZipkinSpanSink implements Sink<SpanData> {

    private static final String EXPORTER = "io.opentelemetry.exporter.zipkin.ZipkinSpanExporter";
    private static final String SENDER = "zipkin2.reporter.BytesMessageSender";

    private final ZipkinEncoder encoder = new ZipkinEncoder();
    private final HttpCourier courier;

    private ZipkinSpanSink(HttpEndpoint endpoint) {
        this.courier = new HttpCourier(endpoint, "application/json");
    }

    /**
     * A sink to this server.
     *
     * @param endpoint the full URL, such as {@code http://zipkin:9411/api/v2/spans}
     * @throws IllegalStateException if the exporter was excluded from the class path; the message names the artifact
     */
    public static ZipkinSpanSink to(HttpEndpoint endpoint) {
        require(EXPORTER, "io.opentelemetry:opentelemetry-exporter-zipkin:1.63.0");
        require(SENDER, "io.zipkin.reporter2:zipkin-reporter");
        return new ZipkinSpanSink(endpoint);
    }

    private static void require(String className, String artifact) {
        try {
            Class<?> unused = Class.forName(className, false, ZipkinSpanSink.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            // The latter where it is there, but not what it is built on.
            throw new IllegalStateException("Sending to Zipkin needs " + artifact + " on the class path", e);
        }
    }

    @Override
    public String name() {
        return "zipkin";
    }

    @Override
    public CompletionStage<Delivery> deliver(List<SpanData> batch) {
        byte[] message;
        try {
            message = encoder.encode(batch);
        } catch (RuntimeException | StackOverflowError e) {
            return CompletableFuture.completedFuture(CannotEncode.delivery(e));
        }
        return courier.carry(message, reply -> Delivery.delivered());
    }

    @Override
    public void close(Duration deadline) {
        courier.close();
    }
}
