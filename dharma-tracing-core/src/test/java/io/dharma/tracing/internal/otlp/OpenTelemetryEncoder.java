package io.dharma.tracing.internal.otlp;

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

/** What OpenTelemetry's own exporters would send. */
final class OpenTelemetryEncoder<T> {

    private final Function<Collection<T>, CompletableResultCode> exporter;
    private final Capture capture;

    private OpenTelemetryEncoder(Function<Collection<T>, CompletableResultCode> exporter, Capture capture) {
        this.exporter = exporter;
        this.capture = capture;
    }

    static OpenTelemetryEncoder<SpanData> spans() {
        Capture capture = new Capture();
        return new OpenTelemetryEncoder<>(
                OtlpHttpSpanExporter.builder()
                        .setComponentLoader(capture)
                        .setMeterProvider(MeterProvider.noop())
                        .build()::export,
                capture);
    }

    static OpenTelemetryEncoder<LogRecordData> logs() {
        Capture capture = new Capture();
        return new OpenTelemetryEncoder<>(
                OtlpHttpLogRecordExporter.builder()
                        .setComponentLoader(capture)
                        .setMeterProvider(MeterProvider.noop())
                        .build()::export,
                capture);
    }

    static OpenTelemetryEncoder<MetricData> metrics() {
        Capture capture = new Capture();
        return new OpenTelemetryEncoder<>(
                OtlpHttpMetricExporter.builder()
                        .setComponentLoader(capture)
                        .setMeterProvider(MeterProvider.noop())
                        .build()::export,
                capture);
    }

    byte[] encode(Collection<T> batch) {
        CompletableResultCode unused = exporter.apply(batch);
        byte[] message = capture.message;
        capture.message = null;
        if (message == null) {
            throw new AssertionError("nothing was sent");
        }
        return message;
    }

    /** The only sender there is, which keeps what it was to send. */
    private static final class Capture implements HttpSender, HttpSenderProvider, ComponentLoader {

        private byte @Nullable [] message;

        @Override
        public <S> Iterable<S> load(Class<S> service) {
            return service == HttpSenderProvider.class ? List.of(service.cast(this)) : List.of();
        }

        @Override
        public HttpSender createSender(HttpSenderConfig config) {
            return this;
        }

        @Override
        public void send(MessageWriter writer, Consumer<HttpResponse> onResponse, Consumer<Throwable> onError) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try {
                writer.writeMessage(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            message = bytes.toByteArray();
            onResponse.accept(new Taken());
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }

    private static final class Taken implements HttpResponse {

        @Override
        public int getStatusCode() {
            return 200;
        }

        @Override
        public String getStatusMessage() {
            return "";
        }

        @Override
        public byte[] getResponseBody() {
            return new byte[0];
        }
    }
}
