package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.testsupport.otlp.OtlpReceiver;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What became of each signal is itself told to whoever reads the metrics. */
class PublishedNumbersTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void everySignal_isPublishedWithWhatWasDelivered() {
        try (OtlpReceiver receiver = OtlpReceiver.start();
                DharmaTracing dharma = DharmaTracing.init(DharmaConfig.builder()
                        .otlp(receiver.endpoint().toString())
                        .build())) {
            dharma.tracedRun("work", block -> {});
            dharma.openTelemetry()
                    .getLogsBridge()
                    .get("test")
                    .logRecordBuilder()
                    .setBody("hello")
                    .emit();

            // The first tells of spans and log records, the second also of the first. An export of metrics that a busy
            // machine cuts off is made up for by the next.
            await().atMost(PATIENCE.multipliedBy(3)).until(() -> dharma.flush(PATIENCE));
            await().atMost(PATIENCE.multipliedBy(3)).until(() -> dharma.flush(PATIENCE));

            assertThat(newest(receiver, "dharma.pipeline.delivered"))
                    .containsEntry("spans otlp", 1L)
                    .containsEntry("logs otlp", 1L)
                    .hasEntrySatisfying(
                            "metrics otlp", exports -> assertThat(exports).isPositive());
            assertThat(newest(receiver, "dharma.pipeline.queued")).containsKeys("spans otlp", "logs otlp");
        }
    }

    @Test
    void lostLogRecords_arePublishedWithTheReason() {
        try (OtlpReceiver receiver = OtlpReceiver.start();
                DharmaTracing dharma = DharmaTracing.init(DharmaConfig.builder()
                        .metrics(m -> m.otlp(receiver.endpoint().toString()))
                        .logs(l -> l.otlp("http://127.0.0.1:1"))
                        .delivery(d -> d.maxQueueBytes(64 << 10))
                        .closeTimeout(Duration.ofMillis(200))
                        .build())) {
            for (int i = 0; i < 100; i++) {
                dharma.openTelemetry()
                        .getLogsBridge()
                        .get("test")
                        .logRecordBuilder()
                        .setBody("x".repeat(10_000))
                        .emit();
            }
            assertThat(dharma.flush(Duration.ofMillis(500))).isFalse();

            assertThat(newest(receiver, "dharma.pipeline.dropped"))
                    .hasEntrySatisfying(
                            "queue_full logs otlp", lost -> assertThat(lost).isPositive());
        }
    }

    /** The values of the last export, by their attributes in the order of their names. */
    private static Map<String, Long> newest(OtlpReceiver receiver, String name) {
        Map<String, Long> values = new TreeMap<>();
        receiver.metrics().stream()
                .filter(metric -> metric.getName().equals(name))
                .flatMap(metric -> metric.getSum().getDataPointsList().stream())
                .forEach(point -> values.put(attributes(point), point.getAsInt()));
        return values;
    }

    private static String attributes(NumberDataPoint point) {
        List<KeyValue> attributes = point.getAttributesList();
        return attributes.stream()
                .sorted((one, other) -> one.getKey().compareTo(other.getKey()))
                .map(attribute -> attribute.getValue().getStringValue())
                .collect(Collectors.joining(" "));
    }
}
