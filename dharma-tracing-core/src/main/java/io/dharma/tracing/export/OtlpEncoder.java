package io.dharma.tracing.export;

import io.dharma.tracing.pipeline.Delivery;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.common.ComponentLoader;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.HttpResponse;
import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.common.export.HttpSenderConfig;
import io.opentelemetry.sdk.common.export.HttpSenderProvider;
import io.opentelemetry.sdk.common.export.MessageWriter;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Turns a batch into the bytes of an OTLP request.
 *
 * <p>OpenTelemetry's encoder is not public by itself, only inside its exporters; but an exporter may be given its way
 * of sending ({@link HttpSenderProvider}). Ours is given one that keeps the bytes and reports success, so the exporter
 * never retries, logs or counts, and what to do with the bytes stays with us: send them now, or spool them.
 *
 * <p>For any thread, one at a time; the exporter is made at the first batch.
 */
final class OtlpEncoder<T> {

    private final Function<ComponentLoader, Function<Collection<T>, CompletableResultCode>> maker;
    private final Capture capture = new Capture();
    private @Nullable Function<Collection<T>, CompletableResultCode> exporter;

    private OtlpEncoder(Function<ComponentLoader, Function<Collection<T>, CompletableResultCode>> maker) {
        this.maker = maker;
    }

    static OtlpEncoder<SpanData> spans() {
        return new OtlpEncoder<>(loader -> OtlpHttpSpanExporter.builder()
                .setComponentLoader(loader)
                .setMeterProvider(MeterProvider.noop())
                .build()::export);
    }

    static OtlpEncoder<LogRecordData> logs() {
        return new OtlpEncoder<>(loader -> OtlpHttpLogRecordExporter.builder()
                .setComponentLoader(loader)
                .setMeterProvider(MeterProvider.noop())
                .build()::export);
    }

    static OtlpEncoder<MetricData> metrics() {
        return new OtlpEncoder<>(loader -> OtlpHttpMetricExporter.builder()
                .setComponentLoader(loader)
                .setMeterProvider(MeterProvider.noop())
                .build()::export);
    }

    /**
     * Encodes one batch.
     *
     * @throws RuntimeException whatever a record threw while it was read
     */
    synchronized byte[] encode(List<T> batch) {
        if (exporter == null) {
            exporter = maker.apply(new OneProvider(capture));
        }
        CompletableResultCode unused = exporter.apply(batch);
        return capture.take();
    }

    /** What becomes of a batch that cannot be encoded: it would fail for ever. */
    static Delivery cannotEncode(Throwable failure) {
        return Delivery.rejected("cannot be encoded: " + failure.getClass().getSimpleName());
    }

    /** Stands where a sender would, and keeps what it was to send until it is taken. */
    private static final class Capture implements HttpSender, HttpSenderProvider {

        private byte @Nullable [] captured;

        @Override
        public HttpSender createSender(HttpSenderConfig config) {
            return this;
        }

        @Override
        public void send(MessageWriter message, Consumer<HttpResponse> onResponse, Consumer<Throwable> onError) {
            Bytes bytes = new Bytes(Math.max(32, message.getContentLength()));
            try {
                message.writeMessage(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            captured = bytes.array();
            onResponse.accept(SenderResponse.OK);
        }

        byte[] take() {
            byte[] bytes = captured;
            captured = null;
            if (bytes == null) {
                throw new IllegalStateException("the encoder gave no bytes, the batch is too large");
            }
            return bytes;
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }

    /** Hands its array out when it was filled exactly, as it is when the length was known, instead of a copy. */
    private static final class Bytes extends ByteArrayOutputStream {

        Bytes(int size) {
            super(size);
        }

        byte[] array() {
            return count == buf.length ? buf : toByteArray();
        }
    }

    /** Finds our provider and nothing else, whatever the class path holds. */
    private record OneProvider(HttpSenderProvider provider) implements ComponentLoader {

        @Override
        public <S> Iterable<S> load(Class<S> service) {
            return service == HttpSenderProvider.class ? List.of(service.cast(provider)) : List.of();
        }
    }
}
