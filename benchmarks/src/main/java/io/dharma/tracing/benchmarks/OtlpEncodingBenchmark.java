package io.dharma.tracing.benchmarks;

import io.dharma.tracing.internal.otlp.MalformedOtlpException;
import io.dharma.tracing.internal.otlp.OtlpEncoder;
import io.dharma.tracing.internal.otlp.SpanCodec;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.common.ComponentLoader;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.HttpResponse;
import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.common.export.HttpSenderConfig;
import io.opentelemetry.sdk.common.export.HttpSenderProvider;
import io.opentelemetry.sdk.common.export.MessageWriter;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A batch of 512 spans as the bytes of an OTLP request, and one span as a record and back.
 *
 * <p>Both encoders get the same spans of OpenTelemetry's SDK and end with the message in an array of its own;
 * {@code dharmaOwnSpans} are those of a tracer of ours.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class OtlpEncodingBenchmark {

    /** What is encoded. */
    @State(Scope.Benchmark)
    public static class Spans {
        final List<SpanData> ordinary = OtlpSpans.ofSdk(OtlpSpans::ordinary);
        final List<SpanData> rich = OtlpSpans.ofSdk(OtlpSpans::rich);
        final List<SpanData> ownOrdinary = OtlpSpans.ofDharma(OtlpSpans::ordinary);
        final List<SpanData> ownRich = OtlpSpans.ofDharma(OtlpSpans::rich);
    }

    /** Ours. */
    @State(Scope.Thread)
    public static class Dharma {
        final OtlpEncoder<SpanData> encoder = OtlpEncoder.spans();
    }

    /** Ours for single spans. */
    @State(Scope.Thread)
    public static class Records {
        final SpanCodec codec = new SpanCodec();
        final SpanData ordinary = OtlpSpans.ofDharma(OtlpSpans::ordinary).get(0);
        final SpanData rich = OtlpSpans.ofDharma(OtlpSpans::rich).get(0);
        final byte[] ordinaryRecord = codec.encode(ordinary);
        final byte[] richRecord = codec.encode(rich);
    }

    /** OpenTelemetry's, within its exporter. */
    @State(Scope.Thread)
    public static class Raw {

        private final Capture capture = new Capture();
        private final OtlpHttpSpanExporter exporter = OtlpHttpSpanExporter.builder()
                .setComponentLoader(capture)
                .setMeterProvider(MeterProvider.noop())
                .build();

        byte[] encode(List<SpanData> batch) {
            CompletableResultCode unused = exporter.export(batch);
            return capture.message;
        }
    }

    @Benchmark
    public byte[] ordinary_dharma(Dharma dharma, Spans spans) {
        return dharma.encoder.encode(spans.ordinary);
    }

    @Benchmark
    public byte[] ordinary_dharmaOwnSpans(Dharma dharma, Spans spans) {
        return dharma.encoder.encode(spans.ownOrdinary);
    }

    @Benchmark
    public byte[] ordinary_raw(Raw raw, Spans spans) {
        return raw.encode(spans.ordinary);
    }

    @Benchmark
    public byte[] rich_dharma(Dharma dharma, Spans spans) {
        return dharma.encoder.encode(spans.rich);
    }

    @Benchmark
    public byte[] rich_dharmaOwnSpans(Dharma dharma, Spans spans) {
        return dharma.encoder.encode(spans.ownRich);
    }

    @Benchmark
    public byte[] rich_raw(Raw raw, Spans spans) {
        return raw.encode(spans.rich);
    }

    @Benchmark
    public ByteBuffer ordinaryRecordWritten_dharma(Records records) {
        return records.codec.encodeShared(records.ordinary);
    }

    @Benchmark
    public SpanData ordinaryRecordRead_dharma(Records records) throws MalformedOtlpException {
        return records.codec.decode(records.ordinaryRecord);
    }

    @Benchmark
    public ByteBuffer richRecordWritten_dharma(Records records) {
        return records.codec.encodeShared(records.rich);
    }

    @Benchmark
    public SpanData richRecordRead_dharma(Records records) throws MalformedOtlpException {
        return records.codec.decode(records.richRecord);
    }

    /** The only sender there is, which keeps what it was to send. */
    private static final class Capture implements HttpSender, HttpSenderProvider, ComponentLoader {

        private byte[] message = new byte[0];

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
            Exact bytes = new Exact(writer.getContentLength());
            try {
                writer.writeMessage(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            message = bytes.array();
            onResponse.accept(Taken.INSTANCE);
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }

    /** Gives its array away, so that nobody pays for a copy; the length was known before. */
    private static final class Exact extends ByteArrayOutputStream {

        Exact(int size) {
            super(size);
        }

        byte[] array() {
            return buf;
        }
    }

    private enum Taken implements HttpResponse {
        INSTANCE;

        private static final byte[] NOTHING = new byte[0];

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
            return NOTHING;
        }
    }
}
