package io.dharma.tracing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.internal.metrics.CollectingReader;
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

    private static final SinkStats OTLP = sink("otlp", 100, Map.of(DropReason.REJECTED, 2L), 25, 4_000);
    private static final SinkStats ZIPKIN = sink("zipkin", 90, Map.of(DropReason.QUEUE_FULL, 1L), 0, 0);
    private static final PipelineStats SPANS = new PipelineStats(
            "spans", 132, Map.of(DropReason.QUEUE_FULL, 7L), 5, 96, 0, Map.of(), List.of(OTLP, ZIPKIN));

    private final CollectingReader reader = new CollectingReader();
    private final SdkMeterProvider provider =
            SdkMeterProvider.builder().registerMetricReader(reader).build();

    @AfterEach
    void close() {
        provider.close();
    }

    @Test
    void numbers_arePublishedBySignalSinkAndReason() {
        PipelineMetrics.publish(provider.get("dharma"), () -> List.of(SPANS));

        assertThat(values("dharma.pipeline.delivered")).isEqualTo(Map.of(at("otlp"), 100L, at("zipkin"), 90L));
        assertThat(values("dharma.pipeline.queued")).isEqualTo(Map.of(at("otlp"), 30L, at("zipkin"), 5L));
        assertThat(values("dharma.pipeline.queued_bytes")).isEqualTo(Map.of(at("otlp"), 4_096L, at("zipkin"), 96L));
        assertThat(values("dharma.pipeline.dropped"))
                .isEqualTo(Map.of(
                        dropped("otlp", "queue_full"), 7L,
                        dropped("otlp", "rejected"), 2L,
                        dropped("zipkin", "queue_full"), 8L));
    }

    @Test
    void severalPipelines_arePublishedSideBySide() {
        PipelineStats logs = new PipelineStats("logs", 100, Map.of(), 0, 0, 0, Map.of(), List.of(OTLP));
        PipelineMetrics.publish(provider.get("dharma"), () -> List.of(SPANS));
        PipelineMetrics.publish(provider.get("dharma"), () -> List.of(logs));

        assertThat(values("dharma.pipeline.delivered"))
                .containsEntry(at("otlp"), 100L)
                .containsEntry(Attributes.of(PipelineMetrics.SIGNAL, "logs", PipelineMetrics.SINK, "otlp"), 100L)
                .hasSize(3);
    }

    @Test
    void counts_areMonotonicAndQueuesAreNot() {
        PipelineMetrics.publish(provider.get("dharma"), () -> List.of(SPANS));

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
            return List.of(SPANS);
        });

        reader.collect();
        reader.collect();

        assertThat(reads).hasValue(2);
    }

    @Test
    void close_endsThePublishing() {
        PipelineMetrics metrics = PipelineMetrics.publish(provider.get("dharma"), () -> List.of(SPANS));
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

    private static SinkStats sink(
            String name, long delivered, Map<DropReason, Long> dropped, long queued, long queuedBytes) {
        return new SinkStats(name, SinkState.HEALTHY, delivered, dropped, queued, 0, 0, queuedBytes, 0, 0, null, null);
    }

    private static Attributes at(String sink) {
        return Attributes.of(PipelineMetrics.SIGNAL, "spans", PipelineMetrics.SINK, sink);
    }

    private static Attributes dropped(String sink, String reason) {
        return at(sink).toBuilder().put(PipelineMetrics.REASON, reason).build();
    }
}
