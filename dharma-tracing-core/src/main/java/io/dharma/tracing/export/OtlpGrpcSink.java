package io.dharma.tracing.export;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.common.ComponentLoader;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporter;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporterBuilder;
import io.opentelemetry.exporter.otlp.metrics.OtlpGrpcMetricExporter;
import io.opentelemetry.exporter.otlp.metrics.OtlpGrpcMetricExporterBuilder;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporterBuilder;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.GrpcResponse;
import io.opentelemetry.sdk.common.export.GrpcSender;
import io.opentelemetry.sdk.common.export.GrpcSenderConfig;
import io.opentelemetry.sdk.common.export.GrpcSenderProvider;
import io.opentelemetry.sdk.common.export.GrpcStatusCode;
import io.opentelemetry.sdk.common.export.MessageWriter;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * OTLP over gRPC, through OpenTelemetry's exporter and whatever gRPC sender the application has on its class path.
 *
 * <p>The exporter only says "failed" where we need to know why, so its sender is wrapped: what the server answers is
 * taken there, and the exporter hears of success, which keeps it from logging.
 */
final class OtlpGrpcSink<T> implements Sink<T> {

    private static final String MISSING = "OTLP over gRPC needs a gRPC sender on the class path: add"
            + " io.opentelemetry:opentelemetry-exporter-sender-okhttp (or"
            + " opentelemetry-exporter-sender-grpc-managed-channel) in the version of your OpenTelemetry SDK,"
            + " or use OTLP over HTTP (protocol http/protobuf, port 4318), which needs nothing";

    private final Function<Collection<T>, CompletableResultCode> exporter;
    private final Supplier<CompletableResultCode> shutdown;
    private final WatchedProvider watched;
    private final String where;

    private OtlpGrpcSink(
            Function<Collection<T>, CompletableResultCode> exporter,
            Supplier<CompletableResultCode> shutdown,
            WatchedProvider watched,
            HttpEndpoint endpoint) {
        this.exporter = exporter;
        this.shutdown = shutdown;
        this.watched = watched;
        this.where = endpoint.where();
    }

    static Sink<SpanData> spans(HttpEndpoint endpoint) {
        return spans(endpoint, classPath());
    }

    static Sink<SpanData> spans(HttpEndpoint endpoint, ComponentLoader senders) {
        WatchedProvider watched = new WatchedProvider(senders);
        OtlpGrpcSpanExporterBuilder builder = OtlpGrpcSpanExporter.builder()
                .setEndpoint(endpoint.uri().toString())
                .setTimeout(endpoint.timeout())
                .setCompression(compression(endpoint))
                .setHeaders(headers(endpoint))
                .setRetryPolicy(null)
                .setMeterProvider(MeterProvider.noop())
                .setComponentLoader(watched);
        TlsSettings tls = endpoint.tls();
        if (tls != null) {
            builder.setSslContext(tls.context(), tls.trustManager());
        }
        OtlpGrpcSpanExporter exporter = builder.build();
        return new OtlpGrpcSink<>(exporter::export, exporter::shutdown, watched, endpoint);
    }

    static Sink<LogRecordData> logs(HttpEndpoint endpoint) {
        WatchedProvider watched = new WatchedProvider(classPath());
        OtlpGrpcLogRecordExporterBuilder builder = OtlpGrpcLogRecordExporter.builder()
                .setEndpoint(endpoint.uri().toString())
                .setTimeout(endpoint.timeout())
                .setCompression(compression(endpoint))
                .setHeaders(headers(endpoint))
                .setRetryPolicy(null)
                .setMeterProvider(MeterProvider.noop())
                .setComponentLoader(watched);
        TlsSettings tls = endpoint.tls();
        if (tls != null) {
            builder.setSslContext(tls.context(), tls.trustManager());
        }
        OtlpGrpcLogRecordExporter exporter = builder.build();
        return new OtlpGrpcSink<>(exporter::export, exporter::shutdown, watched, endpoint);
    }

    static Sink<MetricData> metrics(HttpEndpoint endpoint) {
        WatchedProvider watched = new WatchedProvider(classPath());
        OtlpGrpcMetricExporterBuilder builder = OtlpGrpcMetricExporter.builder()
                .setEndpoint(endpoint.uri().toString())
                .setTimeout(endpoint.timeout())
                .setCompression(compression(endpoint))
                .setHeaders(headers(endpoint))
                .setRetryPolicy(null)
                .setMeterProvider(MeterProvider.noop())
                .setComponentLoader(watched);
        TlsSettings tls = endpoint.tls();
        if (tls != null) {
            builder.setSslContext(tls.context(), tls.trustManager());
        }
        OtlpGrpcMetricExporter exporter = builder.build();
        return new OtlpGrpcSink<>(exporter::export, exporter::shutdown, watched, endpoint);
    }

    private static ComponentLoader classPath() {
        return ComponentLoader.forClassLoader(OtlpGrpcSink.class.getClassLoader());
    }

    private static String compression(HttpEndpoint endpoint) {
        return endpoint.gzipLevel() > 0 ? "gzip" : "none";
    }

    private static Supplier<Map<String, String>> headers(HttpEndpoint endpoint) {
        return () -> {
            Map<String, String> headers = new HashMap<>(endpoint.headers());
            headers.putAll(endpoint.headersSupplier().get());
            return headers;
        };
    }

    @Override
    public String name() {
        return "otlp";
    }

    @Override
    public CompletionStage<Delivery> deliver(List<T> batch) {
        try {
            return watched.during(() -> exporter.apply(batch)).handle((answer, failure) -> judge(answer, batch.size()));
        } catch (RuntimeException | StackOverflowError e) {
            return CompletableFuture.completedFuture(
                    Delivery.rejected("cannot be encoded: " + e.getClass().getSimpleName()));
        }
    }

    @Override
    public void close(Duration deadline) {
        CompletableResultCode unused = shutdown.get().join(deadline.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Delivery judge(@Nullable GrpcResponse answer, int batchSize) {
        if (answer == null) {
            return Delivery.retry(where + ": no answer");
        }
        GrpcStatusCode status = answer.getStatusCode();
        String answered = where + " answered gRPC " + status;
        return switch (status) {
            case OK -> OtlpAnswer.delivery(answer.getResponseMessage(), batchSize);
            case UNAUTHENTICATED, PERMISSION_DENIED -> Delivery.refused(answered + ": check the credentials");
            case UNIMPLEMENTED, NOT_FOUND -> Delivery.refused(answered + ": check the URL");
            case INVALID_ARGUMENT, FAILED_PRECONDITION, ALREADY_EXISTS -> Delivery.rejected(answered);
            default -> Delivery.retry(answered);
        };
    }

    /** Finds the application's gRPC sender and listens in on it. */
    static final class WatchedProvider implements ComponentLoader, GrpcSenderProvider {

        private final ComponentLoader found;
        private @Nullable CompletableFuture<GrpcResponse> answer;

        WatchedProvider(ComponentLoader found) {
            this.found = found;
            if (!found.load(GrpcSenderProvider.class).iterator().hasNext()) {
                throw new IllegalStateException(MISSING);
            }
        }

        /** What the server says to the one message that is sent meanwhile. */
        synchronized CompletableFuture<GrpcResponse> during(Supplier<CompletableResultCode> export) {
            CompletableFuture<GrpcResponse> expected = new CompletableFuture<>();
            answer = expected;
            try {
                CompletableResultCode unused = export.get();
            } finally {
                answer = null;
            }
            return expected;
        }

        @Override
        public <S> Iterable<S> load(Class<S> service) {
            return service == GrpcSenderProvider.class ? List.of(service.cast(this)) : found.load(service);
        }

        @Override
        public GrpcSender createSender(GrpcSenderConfig config) {
            Iterator<GrpcSenderProvider> providers =
                    found.load(GrpcSenderProvider.class).iterator();
            return new WatchedSender(providers.next().createSender(config));
        }

        private final class WatchedSender implements GrpcSender {

            private final GrpcSender sender;

            WatchedSender(GrpcSender sender) {
                this.sender = sender;
            }

            /** Called within {@link #during}, on the same thread; the answer comes later, on any. */
            @Override
            public void send(MessageWriter message, Consumer<GrpcResponse> onResponse, Consumer<Throwable> onError) {
                CompletableFuture<GrpcResponse> expected = answer;
                if (expected == null) {
                    throw new IllegalStateException("sent outside of a delivery");
                }
                sender.send(
                        message,
                        response -> {
                            onResponse.accept(GrpcOk.INSTANCE);
                            expected.complete(response);
                        },
                        failure -> {
                            onResponse.accept(GrpcOk.INSTANCE);
                            expected.completeExceptionally(failure);
                        });
            }

            @Override
            public CompletableResultCode shutdown() {
                return sender.shutdown();
            }
        }
    }

    /** What the exporter is told in any case. */
    private static final class GrpcOk implements GrpcResponse {

        static final GrpcOk INSTANCE = new GrpcOk();

        @Override
        public GrpcStatusCode getStatusCode() {
            return GrpcStatusCode.OK;
        }

        @Override
        public @Nullable String getStatusDescription() {
            return null;
        }

        @Override
        public byte[] getResponseMessage() {
            return new byte[0];
        }
    }
}
