package io.dharma.tracing.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PipelineMetricsTest {

    private static final SinkNumbers OTLP =
            new SinkNumbers("traces", "otlp", 100, Map.of("queue_full", 7L, "rejected", 2L), 30, 4_096);
    private static final SinkNumbers ZIPKIN = new SinkNumbers("traces", "zipkin", 90, Map.of(), 0, 0);

    private final CollectingReader reader = new CollectingReader();
    private final SdkMeterProvider provider =
            SdkMeterProvider.builder().registerMetricReader(reader).build();

    @AfterEach
    void close() {
        provider.close();
    }

    @Test
    void numbers_arePublishedBySignalSinkAndReason() {
        PipelineMetrics.publish(provider.get("dharma"), () -> List.of(OTLP, ZIPKIN));

        assertThat(values("dharma.pipeline.delivered")).isEqualTo(Map.of(sink("otlp"), 100L, sink("zipkin"), 90L));
        assertThat(values("dharma.pipeline.queued")).isEqualTo(Map.of(sink("otlp"), 30L, sink("zipkin"), 0L));
        assertThat(values("dharma.pipeline.queued_bytes")).isEqualTo(Map.of(sink("otlp"), 4_096L, sink("zipkin"), 0L));
        assertThat(values("dharma.pipeline.dropped"))
                .isEqualTo(Map.of(dropped("otlp", "queue_full"), 7L, dropped("otlp", "rejected"), 2L));
    }

    @Test
    void counts_areMonotonicAndQueuesAreNot() {
        PipelineMetrics.publish(provider.get("dharma"), () -> List.of(OTLP));

        Map<String, MetricData> metrics = reader.collect();
        assertThat(metric(metrics, "dharma.pipeline.delivered").getLongSumData().isMonotonic())
                .isTrue();
        assertThat(metric(metrics, "dharma.pipeline.dropped").getLongSumData().isMonotonic())
                .isTrue();
        assertThat(metric(metrics, "dharma.pipeline.queued").getLongSumData().isMonotonic())
                .isFalse();
        assertThat(metric(metrics, "dharma.pipeline.queued_bytes").getUnit()).isEqualTo("By");
    }

    @Test
    void numbers_areReadOncePerCollection() {
        AtomicInteger reads = new AtomicInteger();
        PipelineMetrics.publish(provider.get("dharma"), () -> {
            reads.incrementAndGet();
            return List.of(OTLP);
        });

        reader.collect();
        reader.collect();

        assertThat(reads).hasValue(2);
    }

    @Test
    void close_endsThePublishing() {
        PipelineMetrics metrics = PipelineMetrics.publish(provider.get("dharma"), () -> List.of(OTLP));
        assertThat(reader.collect()).isNotEmpty();

        metrics.close();
        metrics.close();

        assertThat(reader.collect()).isEmpty();
    }

    private Map<Attributes, Long> values(String name) {
        return metric(reader.collect(), name).getLongSumData().getPoints().stream()
                .collect(Collectors.toMap(LongPointData::getAttributes, LongPointData::getValue));
    }

    private static MetricData metric(Map<String, MetricData> metrics, String name) {
        return Objects.requireNonNull(metrics.get(name), name);
    }

    private static Attributes sink(String sink) {
        return Attributes.of(PipelineMetrics.SIGNAL, "traces", PipelineMetrics.SINK, sink);
    }

    private static Attributes dropped(String sink, String reason) {
        return sink(sink).toBuilder().put(PipelineMetrics.REASON, reason).build();
    }
}
