package io.dharma.tracing.export;

import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.exporter.zipkin.ZipkinSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import org.jspecify.annotations.Nullable;
import zipkin2.reporter.BytesMessageSender;
import zipkin2.reporter.Encoding;

/**
 * Turns spans into Zipkin's JSON by letting OpenTelemetry's exporter "send" to us.
 *
 * <p>A class of its own, so that {@link ZipkinSpanSink} can name what is missing when Zipkin's jars were excluded. For
 * any thread, one at a time; the exporter is made at the first batch.
 */
@SuppressWarnings("deprecation") // The exporter is deprecated as a whole, and still the only public translation.
final class ZipkinEncoder {

    private static final int NO_LIMIT = Integer.MAX_VALUE;

    private final Capture capture = new Capture();
    private @Nullable ZipkinSpanExporter exporter;

    synchronized byte[] encode(List<SpanData> batch) {
        if (exporter == null) {
            exporter = ZipkinSpanExporter.builder()
                    .setSender(capture)
                    .setMeterProvider(MeterProvider.noop())
                    .build();
        }
        CompletableResultCode unused = exporter.export(batch);
        return capture.take();
    }

    /** Stands where a sender would, and keeps what it was to send until it is taken. */
    private static final class Capture extends BytesMessageSender.Base {

        private List<byte[]> captured = List.of();

        Capture() {
            super(Encoding.JSON);
        }

        @Override
        public int messageMaxBytes() {
            return NO_LIMIT;
        }

        @Override
        public void send(List<byte[]> encodedSpans) {
            captured = encodedSpans;
        }

        byte[] take() {
            byte[] message = encoding.encode(captured);
            captured = List.of();
            return message;
        }

        @Override
        public void close() {}
    }
}
