package io.dharma.tracing.testsupport.otlp;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsPartialSuccess;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an {@link OtlpReceiver} answers. Immutable; each method returns a changed copy.
 *
 * @param headers beside {@code Content-Type}, which is OTLP's unless named here
 * @param repeat how often the body is sent, so that a huge one needs no memory
 * @param delay how long the receiver waits before it answers
 * @param drip pause between one byte of the body and the next
 * @param held whether it waits until {@link OtlpReceiver#release()}
 */
public record OtlpAnswer(
        int status,
        Map<String, String> headers,
        ByteString body,
        int repeat,
        Duration delay,
        Duration drip,
        boolean held) {

    /** Everything was kept. */
    public static OtlpAnswer ok() {
        return status(200);
    }

    /** This status and an empty body. */
    public static OtlpAnswer status(int status) {
        return new OtlpAnswer(status, Map.of(), ByteString.EMPTY, 1, Duration.ZERO, Duration.ZERO, false);
    }

    /** Sends the client elsewhere. */
    public static OtlpAnswer redirect(int status, URI elsewhere) {
        return status(status).header("Location", elsewhere.toString());
    }

    /** All but {@code rejected} spans were kept. */
    public static OtlpAnswer rejectedSpans(long rejected, String message) {
        var partial = ExportTracePartialSuccess.newBuilder()
                .setRejectedSpans(rejected)
                .setErrorMessage(message);
        return ok().body(ExportTraceServiceResponse.newBuilder()
                .setPartialSuccess(partial)
                .build()
                .toByteString());
    }

    /** All but {@code rejected} data points were kept. */
    public static OtlpAnswer rejectedDataPoints(long rejected, String message) {
        var partial = ExportMetricsPartialSuccess.newBuilder()
                .setRejectedDataPoints(rejected)
                .setErrorMessage(message);
        return ok().body(ExportMetricsServiceResponse.newBuilder()
                .setPartialSuccess(partial)
                .build()
                .toByteString());
    }

    /** All but {@code rejected} log records were kept. */
    public static OtlpAnswer rejectedLogRecords(long rejected, String message) {
        var partial = ExportLogsPartialSuccess.newBuilder()
                .setRejectedLogRecords(rejected)
                .setErrorMessage(message);
        return ok().body(ExportLogsServiceResponse.newBuilder()
                .setPartialSuccess(partial)
                .build()
                .toByteString());
    }

    public OtlpAnswer header(String name, String value) {
        Map<String, String> more = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        more.putAll(headers);
        more.put(name, value);
        return new OtlpAnswer(status, more, body, repeat, delay, drip, held);
    }

    public OtlpAnswer body(byte[] bytes) {
        return body(ByteString.copyFrom(bytes));
    }

    private OtlpAnswer body(ByteString bytes) {
        return new OtlpAnswer(status, headers, bytes, repeat, delay, drip, held);
    }

    /** Sends the body this often, one copy behind the other. */
    public OtlpAnswer repeated(int times) {
        return new OtlpAnswer(status, headers, body, times, delay, drip, held);
    }

    /** Waits this long first. */
    public OtlpAnswer after(Duration pause) {
        return new OtlpAnswer(status, headers, body, repeat, pause, drip, held);
    }

    /** Sends the body byte by byte, with this pause before each. */
    public OtlpAnswer dripping(Duration pause) {
        return new OtlpAnswer(status, headers, body, repeat, delay, pause, held);
    }

    /** Hangs until {@link OtlpReceiver#release()} or {@link OtlpReceiver#close()}. */
    public OtlpAnswer hanging() {
        return new OtlpAnswer(status, headers, body, repeat, delay, drip, true);
    }
}
