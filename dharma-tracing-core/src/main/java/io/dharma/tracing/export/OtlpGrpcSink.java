package io.dharma.tracing.export;

import io.dharma.tracing.internal.otlp.OtlpEncoder;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import io.opentelemetry.common.ComponentLoader;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.GrpcResponse;
import io.opentelemetry.sdk.common.export.GrpcSender;
import io.opentelemetry.sdk.common.export.GrpcSenderProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * OTLP over gRPC, through whatever gRPC sender of OpenTelemetry's the application has on its class path.
 *
 * <p>Not through OpenTelemetry's exporters: they only say "failed" where we need to know why.
 */
final class OtlpGrpcSink<T> implements Sink<T> {

    private static final String MISSING = "OTLP over gRPC needs a gRPC sender on the class path: add"
            + " io.opentelemetry:opentelemetry-exporter-sender-okhttp (or"
            + " opentelemetry-exporter-sender-grpc-managed-channel) in the version of your OpenTelemetry SDK,"
            + " or use OTLP over HTTP (protocol http/protobuf, port 4318), which needs nothing";

    private final OtlpEncoder<T> encoder;
    private final GrpcSender sender;
    private final String where;

    private OtlpGrpcSink(OtlpEncoder<T> encoder, GrpcSender sender, String where) {
        this.encoder = encoder;
        this.sender = sender;
        this.where = where;
    }

    static Sink<SpanData> spans(HttpEndpoint endpoint) {
        return spans(endpoint, classPath());
    }

    static Sink<SpanData> spans(HttpEndpoint endpoint, ComponentLoader senders) {
        return sink(OtlpEncoder.spans(), "trace.v1.TraceService", endpoint, senders);
    }

    static Sink<LogRecordData> logs(HttpEndpoint endpoint) {
        return sink(OtlpEncoder.logs(), "logs.v1.LogsService", endpoint, classPath());
    }

    static Sink<MetricData> metrics(HttpEndpoint endpoint) {
        return sink(OtlpEncoder.metrics(), "metrics.v1.MetricsService", endpoint, classPath());
    }

    private static <T> Sink<T> sink(
            OtlpEncoder<T> encoder, String service, HttpEndpoint endpoint, ComponentLoader senders) {
        Iterator<GrpcSenderProvider> providers =
                senders.load(GrpcSenderProvider.class).iterator();
        if (!providers.hasNext()) {
            throw new IllegalStateException(MISSING);
        }
        String method = "opentelemetry.proto.collector." + service + "/Export";
        return new OtlpGrpcSink<>(
                encoder, providers.next().createSender(new GrpcSettings(endpoint, method)), endpoint.where());
    }

    private static ComponentLoader classPath() {
        return ComponentLoader.forClassLoader(OtlpGrpcSink.class.getClassLoader());
    }

    @Override
    public String name() {
        return "otlp";
    }

    @Override
    public CompletionStage<Delivery> deliver(List<T> batch) {
        byte[] message;
        try {
            message = encoder.encode(batch);
        } catch (RuntimeException | StackOverflowError e) {
            return CompletableFuture.completedFuture(CannotEncode.delivery(e));
        }
        CompletableFuture<GrpcResponse> answer = new CompletableFuture<>();
        sender.send(new GrpcMessage(message), answer::complete, answer::completeExceptionally);
        return answer.handle((response, failure) -> judge(response, batch.size()));
    }

    @Override
    public void close(Duration deadline) {
        CompletableResultCode unused = sender.shutdown().join(deadline.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Delivery judge(@Nullable GrpcResponse answer, int batchSize) {
        if (answer == null) {
            return Delivery.retry(where + ": no answer");
        }
        AnswerStatus status = AnswerStatus.ofGrpc(answer.getStatusCode(), answer.getStatusDescription());
        return status == AnswerStatus.TAKEN
                ? OtlpAnswer.delivery(answer.getResponseMessage(), batchSize)
                : status.delivery(where + " answered gRPC " + answer.getStatusCode(), null);
    }
}
