package io.dharma.tracing.testsupport.otlp;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.util.Arrays;
import java.util.Optional;

/** The three kinds of telemetry, each with its path and its message. */
enum OtlpSignal {
    TRACES("/v1/traces"),
    METRICS("/v1/metrics"),
    LOGS("/v1/logs");

    private final String path;

    OtlpSignal(String path) {
        this.path = path;
    }

    static Optional<OtlpSignal> at(String path) {
        return Arrays.stream(values())
                .filter(signal -> signal.path.equals(path))
                .findFirst();
    }

    String path() {
        return path;
    }

    /** Reads a message; protobuf itself refuses text that is not UTF-8. */
    Message parse(byte[] body) throws InvalidProtocolBufferException {
        return switch (this) {
            case TRACES -> ExportTraceServiceRequest.parseFrom(body);
            case METRICS -> ExportMetricsServiceRequest.parseFrom(body);
            case LOGS -> ExportLogsServiceRequest.parseFrom(body);
        };
    }
}
