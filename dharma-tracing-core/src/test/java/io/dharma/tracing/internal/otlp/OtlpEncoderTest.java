package io.dharma.tracing.internal.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.DelegatingSpanData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Beside OpenTelemetry's own exporter. */
class OtlpEncoderTest {

    private static final long SEED = 4711;
    private static final int RECORDS = 2_000;
    private static final int BATCHES = 50;

    private static final Comparator<Message> BY_BYTES =
            Comparator.comparing(Message::toByteString, ByteString.unsignedLexicographicalComparator());

    private final RandomTelemetry telemetry = new RandomTelemetry(SEED);
    private final RandomMetrics metrics = new RandomMetrics(telemetry);
    private final RandomLogs logs = new RandomLogs(telemetry);

    @Test
    void span_isTheSameBytesAsOpenTelemetrys() {
        assertSameBytes(telemetry::span, OtlpEncoder.spans(), OpenTelemetryEncoder.spans());
    }

    @Test
    void metric_isTheSameBytesAsOpenTelemetrys() {
        assertSameBytes(metrics::metric, OtlpEncoder.metrics(), OpenTelemetryEncoder.metrics());
    }

    @Test
    void log_isTheSameBytesAsOpenTelemetrys() {
        assertSameBytes(logs::log, OtlpEncoder.logs(), OpenTelemetryEncoder.logs());
    }

    private static <T> void assertSameBytes(
            Supplier<T> records, OtlpEncoder<T> encoder, OpenTelemetryEncoder<T> theirs) {
        for (int i = 0; i < RECORDS; i++) {
            List<T> batch = List.of(records.get());

            assertThat(encoder.encode(batch))
                    .as("record %s of seed %s: %s", i, SEED, batch)
                    .isEqualTo(theirs.encode(batch));
        }
    }

    @Test
    void batchOfSpans_isGroupedAsOpenTelemetrysIs() throws InvalidProtocolBufferException {
        OtlpEncoder<SpanData> encoder = OtlpEncoder.spans();
        OpenTelemetryEncoder<SpanData> theirs = OpenTelemetryEncoder.spans();
        for (int i = 0; i < BATCHES; i++) {
            List<SpanData> batch = batch(telemetry::span);

            assertThat(spans(encoder.encode(batch)))
                    .as("batch %s of seed %s", i, SEED)
                    .isEqualTo(spans(theirs.encode(batch)));
        }
    }

    @Test
    void batchOfMetrics_isGroupedAsOpenTelemetrysIs() throws InvalidProtocolBufferException {
        OtlpEncoder<MetricData> encoder = OtlpEncoder.metrics();
        OpenTelemetryEncoder<MetricData> theirs = OpenTelemetryEncoder.metrics();
        for (int i = 0; i < BATCHES; i++) {
            List<MetricData> batch = batch(metrics::metric);

            assertThat(metrics(encoder.encode(batch)))
                    .as("batch %s of seed %s", i, SEED)
                    .isEqualTo(metrics(theirs.encode(batch)));
        }
    }

    @Test
    void batchOfLogs_isGroupedAsOpenTelemetrysIs() throws InvalidProtocolBufferException {
        OtlpEncoder<LogRecordData> encoder = OtlpEncoder.logs();
        OpenTelemetryEncoder<LogRecordData> theirs = OpenTelemetryEncoder.logs();
        for (int i = 0; i < BATCHES; i++) {
            List<LogRecordData> batch = batch(logs::log);

            assertThat(logs(encoder.encode(batch)))
                    .as("batch %s of seed %s", i, SEED)
                    .isEqualTo(logs(theirs.encode(batch)));
        }
    }

    private <T> List<T> batch(Supplier<T> records) {
        List<T> batch = new ArrayList<>();
        for (int i = 1 + telemetry.random().nextInt(100); i > 0; i--) {
            batch.add(records.get());
        }
        return batch;
    }

    // OpenTelemetry's order of resources and scopes is that of their identity hashes.

    private static List<ResourceSpans> spans(byte[] message) throws InvalidProtocolBufferException {
        return ExportTraceServiceRequest.parseFrom(message).getResourceSpansList().stream()
                .map(resource -> resource.toBuilder()
                        .clearScopeSpans()
                        .addAllScopeSpans(sorted(resource.getScopeSpansList()))
                        .build())
                .sorted(BY_BYTES)
                .toList();
    }

    private static List<ResourceMetrics> metrics(byte[] message) throws InvalidProtocolBufferException {
        return ExportMetricsServiceRequest.parseFrom(message).getResourceMetricsList().stream()
                .map(resource -> resource.toBuilder()
                        .clearScopeMetrics()
                        .addAllScopeMetrics(sorted(resource.getScopeMetricsList()))
                        .build())
                .sorted(BY_BYTES)
                .toList();
    }

    private static List<ResourceLogs> logs(byte[] message) throws InvalidProtocolBufferException {
        return ExportLogsServiceRequest.parseFrom(message).getResourceLogsList().stream()
                .map(resource -> resource.toBuilder()
                        .clearScopeLogs()
                        .addAllScopeLogs(sorted(resource.getScopeLogsList()))
                        .build())
                .sorted(BY_BYTES)
                .toList();
    }

    private static <M extends Message> List<M> sorted(List<M> messages) {
        return messages.stream().sorted(BY_BYTES).toList();
    }

    /** As the SDK makes them of a series that began while it was collecting. */
    @Test
    void pointThatEndsBeforeItStarts_isWrittenAsOneThatEndsWhenItStarts() throws InvalidProtocolBufferException {
        MetricData metric = metrics.sum(LongPointData.create(12, 11, Attributes.empty(), 1));

        NumberDataPoint point = metrics(OtlpEncoder.metrics().encode(List.of(metric)))
                .get(0)
                .getScopeMetrics(0)
                .getMetrics(0)
                .getSum()
                .getDataPoints(0);

        assertThat(point.getStartTimeUnixNano()).isEqualTo(12);
        assertThat(point.getTimeUnixNano()).isEqualTo(12);
    }

    @Test
    void resourcesThatAreEqual_makeOneGroup() throws InvalidProtocolBufferException {
        List<SpanData> batch = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            batch.add(from(
                    Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "checkout")),
                    InstrumentationScopeInfo.create("scope-" + i % 2)));
        }

        ExportTraceServiceRequest request =
                ExportTraceServiceRequest.parseFrom(OtlpEncoder.spans().encode(batch));

        assertThat(request.getResourceSpansCount()).isEqualTo(1);
        assertThat(request.getResourceSpans(0).getScopeSpansList())
                .extracting(scope -> scope.getScope().getName())
                .containsExactly("scope-0", "scope-1");
        assertThat(request.getResourceSpans(0).getScopeSpansList()).allMatch(scope -> scope.getSpansCount() == 5);
    }

    private SpanData from(Resource resource, InstrumentationScopeInfo scope) {
        return new DelegatingSpanData(telemetry.span()) {
            @Override
            public Resource getResource() {
                return resource;
            }

            @Override
            public InstrumentationScopeInfo getInstrumentationScopeInfo() {
                return scope;
            }
        };
    }

    @Test
    void batchOfNone_isAnEmptyRequest() {
        assertThat(OtlpEncoder.spans().encode(List.of())).isEmpty();
    }

    @Test
    void recordOfAnySize_isWrittenWhole() throws InvalidProtocolBufferException {
        OtlpEncoder<SpanData> encoder = OtlpEncoder.spans();
        for (int length : new int[] {127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 5_000_000}) {
            for (String text :
                    List.of("x".repeat(length), "é".repeat(length / 2) + "x", "x".repeat(length - 3) + "€")) {
                SpanData span = new DelegatingSpanData(telemetry.span()) {
                    @Override
                    public String getName() {
                        return text;
                    }
                };

                String read = ExportTraceServiceRequest.parseFrom(encoder.encode(List.of(span)))
                        .getResourceSpans(0)
                        .getScopeSpans(0)
                        .getSpans(0)
                        .getName();

                assertThat(read.equals(text)).as("%s letters", length).isTrue();
            }
        }
    }

    @Test
    void listOfWhatIsNoAttribute_isAnErrorAndLeavesTheEncoderWhole() {
        OtlpEncoder<SpanData> encoder = OtlpEncoder.spans();
        @SuppressWarnings({"unchecked", "rawtypes"}) // what erasure lets pass
        AttributeKey<Object> key = (AttributeKey) AttributeKey.stringArrayKey("list");
        SpanData odd = new DelegatingSpanData(telemetry.span()) {
            @Override
            public Attributes getAttributes() {
                return Attributes.of(key, List.of(new StringBuilder()));
            }
        };
        List<SpanData> good = List.of(telemetry.span());
        byte[] before = encoder.encode(good);

        assertThatIllegalArgumentException().isThrownBy(() -> encoder.encode(List.of(odd)));

        assertThat(encoder.encode(good)).isEqualTo(before);
    }
}
