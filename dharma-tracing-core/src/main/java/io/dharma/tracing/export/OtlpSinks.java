package io.dharma.tracing.export;

import io.dharma.tracing.internal.otlp.OtlpEncoder;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.trace.data.SpanData;

/**
 * Sinks that speak the OpenTelemetry protocol, to a collector, Jaeger, or whatever else understands it.
 *
 * <p>Over HTTP (protobuf) they need nothing but the JDK. Over gRPC they need one of OpenTelemetry's gRPC senders on the
 * class path, and say so if there is none.
 *
 * <p>What an answer means: a success is {@link Delivery.Delivered}, with what the collector said it did not keep; 408,
 * 425, 429, 5xx, timeouts and lost connections are {@link Delivery.Retry}, with {@code Retry-After}; 400, 413, 422 and
 * the like are {@link Delivery.Rejected}; 401, 403, 404, any redirect and an untrusted certificate are
 * {@link Delivery.Refused}. The sinks are for any thread, make nothing before the first batch, and share connections
 * with all other sinks of equal TLS settings.
 */
public final class OtlpSinks {

    private OtlpSinks() {}

    /** Spans over HTTP, to the full URL, such as {@code http://collector:4318/v1/traces}. */
    public static Sink<SpanData> spans(HttpEndpoint endpoint) {
        return new OtlpHttpSink<>(OtlpEncoder.spans(), endpoint);
    }

    /** Log records over HTTP, to the full URL, such as {@code http://collector:4318/v1/logs}. */
    public static Sink<LogRecordData> logs(HttpEndpoint endpoint) {
        return new OtlpHttpSink<>(OtlpEncoder.logs(), endpoint);
    }

    /**
     * Metrics over HTTP, to the full URL, such as {@code http://collector:4318/v1/metrics}. For a metric reader, see
     * {@link OtlpMetricExporter}.
     */
    public static Sink<MetricData> metrics(HttpEndpoint endpoint) {
        return new OtlpHttpSink<>(OtlpEncoder.metrics(), endpoint);
    }

    /**
     * Spans over gRPC, to the base URL, such as {@code http://collector:4317}.
     *
     * @throws IllegalStateException if no gRPC sender is on the class path; the message names the artifact
     */
    public static Sink<SpanData> spansOverGrpc(HttpEndpoint endpoint) {
        return OtlpGrpcSink.spans(endpoint);
    }

    /** Log records over gRPC; see {@link #spansOverGrpc}. */
    public static Sink<LogRecordData> logsOverGrpc(HttpEndpoint endpoint) {
        return OtlpGrpcSink.logs(endpoint);
    }

    /** Metrics over gRPC; see {@link #spansOverGrpc}. */
    public static Sink<MetricData> metricsOverGrpc(HttpEndpoint endpoint) {
        return OtlpGrpcSink.metrics(endpoint);
    }
}
