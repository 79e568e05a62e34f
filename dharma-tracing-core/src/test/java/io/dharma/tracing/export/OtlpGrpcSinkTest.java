package io.dharma.tracing.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Delivery.Delivered;
import io.dharma.tracing.pipeline.Delivery.Refused;
import io.dharma.tracing.pipeline.Delivery.Rejected;
import io.dharma.tracing.pipeline.Delivery.Retry;
import io.dharma.tracing.pipeline.Sink;
import io.opentelemetry.common.ComponentLoader;
import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.Compressor;
import io.opentelemetry.sdk.common.export.GrpcResponse;
import io.opentelemetry.sdk.common.export.GrpcSender;
import io.opentelemetry.sdk.common.export.GrpcSenderConfig;
import io.opentelemetry.sdk.common.export.GrpcSenderProvider;
import io.opentelemetry.sdk.common.export.GrpcStatusCode;
import io.opentelemetry.sdk.common.export.MessageWriter;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class OtlpGrpcSinkTest {

    private static final HttpEndpoint ENDPOINT = HttpEndpoint.builder("http://localhost:4317")
            .header("x-tenant", "acme")
            .timeout(Duration.ofSeconds(3))
            .build();

    private final RecordingSender sender = new RecordingSender();
    private final Sink<SpanData> sink = OtlpGrpcSink.spans(ENDPOINT, sender);

    @Test
    void grpc_withoutASenderNamesWhatIsMissing() {
        assertThatIllegalStateException()
                .isThrownBy(() -> OtlpSinks.spansOverGrpc(ENDPOINT))
                .withMessageContaining("io.opentelemetry:opentelemetry-exporter-sender-okhttp")
                .withMessageContaining("http/protobuf");
        assertThatIllegalStateException().isThrownBy(() -> OtlpSinks.logsOverGrpc(ENDPOINT));
        assertThatIllegalStateException().isThrownBy(() -> OtlpSinks.metricsOverGrpc(ENDPOINT));
    }

    @Test
    void spans_goThroughTheApplicationsSender() throws IOException {
        assertThat(Deliveries.await(sink.deliver(TestSpans.many(2)))).isEqualTo(Delivery.delivered());

        assertThat(OtlpSpanSinkTest.spanCount(sender.sent)).isEqualTo(2);
        assertThat(sender.headers).containsEntry("x-tenant", List.of("acme")).containsKey("User-Agent");
    }

    @Test
    void sender_isToldWhatTheEndpointSays() throws IOException {
        GrpcSenderConfig told = Objects.requireNonNull(sender.config);

        assertThat(told.getEndpoint()).isEqualTo(ENDPOINT.uri());
        assertThat(told.getFullMethodName()).isEqualTo("opentelemetry.proto.collector.trace.v1.TraceService/Export");
        assertThat(told.getTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(told.getRetryPolicy()).as("trying again is for the pipeline").isNull();
        assertThat(told.getMaxResponseBodySize()).isEqualTo(HttpPost.MAX_REPLY);
        Compressor gzip = Objects.requireNonNull(told.getCompressor());
        assertThat(gzip.getEncoding()).isEqualTo("gzip");
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (OutputStream out = gzip.compress(compressed)) {
            out.write(7);
        }
        assertThat(new GZIPInputStream(new ByteArrayInputStream(compressed.toByteArray())).readAllBytes())
                .containsExactly(7);
    }

    @Test
    void partialSuccess_isCounted() {
        sender.answer = ExportTraceServiceResponse.newBuilder()
                .setPartialSuccess(ExportTracePartialSuccess.newBuilder()
                        .setRejectedSpans(1)
                        .setErrorMessage("old"))
                .build()
                .toByteArray();

        assertThat(Deliveries.await(sink.deliver(TestSpans.many(2)))).isEqualTo(new Delivered(1, "old"));
    }

    @ParameterizedTest
    @EnumSource(names = {"UNAUTHENTICATED", "PERMISSION_DENIED", "UNIMPLEMENTED", "NOT_FOUND"})
    void status_refusesWhenTheSettingsAreWrong(GrpcStatusCode status) {
        sender.status = status;

        assertThat(Deliveries.await(sink.deliver(TestSpans.many(1)), Refused.class)
                        .reason())
                .startsWith("localhost:4317 answered gRPC " + status);
    }

    @ParameterizedTest
    @EnumSource(names = {"INVALID_ARGUMENT", "FAILED_PRECONDITION", "ALREADY_EXISTS", "INTERNAL"})
    void status_rejectsWhatTheServerNeverTakes(GrpcStatusCode status) {
        sender.status = status;

        assertThat(Deliveries.await(sink.deliver(TestSpans.many(1)))).isInstanceOf(Rejected.class);
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.INCLUDE,
            names = {
                "RESOURCE_EXHAUSTED",
                "UNAVAILABLE",
                "DEADLINE_EXCEEDED",
                "ABORTED",
                "CANCELLED",
                "OUT_OF_RANGE",
                "DATA_LOSS",
                "UNKNOWN"
            })
    void status_keepsTheBatchWhenTheServerMayTakeItLater(GrpcStatusCode status) {
        sender.status = status;

        assertThat(Deliveries.await(sink.deliver(TestSpans.many(1)))).isInstanceOf(Retry.class);
    }

    @Test
    void message_thatIsTooLargeIsRejectedSoThatItIsHalved() {
        sender.status = GrpcStatusCode.RESOURCE_EXHAUSTED;
        sender.description = "grpc: received message larger than max (4194305 vs. 4194304)";

        assertThat(Deliveries.await(sink.deliver(TestSpans.many(1)))).isInstanceOf(Rejected.class);
    }

    @Test
    void connection_thatFailsKeepsTheBatch() {
        sender.failure = new IOException("reset");

        assertThat(Deliveries.await(sink.deliver(TestSpans.many(1))))
                .isEqualTo(Delivery.retry("localhost:4317: no answer"));
    }

    @Test
    void closing_closesTheSender() {
        sink.close(Duration.ofSeconds(1));

        assertThat(sender.closed).isTrue();
    }

    /** Stands for okhttp, which must not be on this class path. */
    private static final class RecordingSender implements GrpcSender, GrpcSenderProvider, ComponentLoader {

        private byte[] sent = new byte[0];
        private byte[] answer = new byte[0];
        private Map<String, List<String>> headers = Map.of();
        private GrpcStatusCode status = GrpcStatusCode.OK;
        private @Nullable String description;
        private @Nullable Throwable failure;
        private boolean closed;
        private @Nullable GrpcSenderConfig config;

        @Override
        public <S> Iterable<S> load(Class<S> service) {
            return service == GrpcSenderProvider.class ? List.of(service.cast(this)) : List.of();
        }

        @Override
        public GrpcSender createSender(GrpcSenderConfig config) {
            this.config = config;
            return this;
        }

        @Override
        public void send(MessageWriter message, Consumer<GrpcResponse> onResponse, Consumer<Throwable> onError) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try {
                message.writeMessage(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            sent = bytes.toByteArray();
            if (config != null) {
                headers = config.getHeadersSupplier().get();
            }
            if (failure != null) {
                onError.accept(failure);
            } else {
                onResponse.accept(new Response(status, description, answer));
            }
        }

        @Override
        public CompletableResultCode shutdown() {
            closed = true;
            return CompletableResultCode.ofSuccess();
        }
    }

    private static final class Response implements GrpcResponse {

        private final GrpcStatusCode status;
        private final @Nullable String description;
        private final byte[] message;

        Response(GrpcStatusCode status, @Nullable String description, byte[] message) {
            this.status = status;
            this.description = description;
            this.message = message;
        }

        @Override
        public GrpcStatusCode getStatusCode() {
            return status;
        }

        @Override
        public @Nullable String getStatusDescription() {
            return description;
        }

        @Override
        public byte[] getResponseMessage() {
            return message;
        }
    }
}
