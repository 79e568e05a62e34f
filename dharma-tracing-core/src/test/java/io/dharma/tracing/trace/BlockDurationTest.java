package io.dharma.tracing.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.internal.metrics.BlockMetrics;
import io.dharma.tracing.internal.metrics.CollectingReader;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Rate, errors and duration of blocks, counted whatever the sampler says. */
class BlockDurationTest {

    @RegisterExtension
    final TracerFixture fixture = TracerFixture.create();

    private CollectingReader reader = new CollectingReader();

    private DharmaTracer tracerWith(Sampler sampler) {
        reader = new CollectingReader();
        return fixture.restart(settings -> settings.sampler(sampler)
                .clock(fixture.clock())
                .meterProvider(
                        SdkMeterProvider.builder().registerMetricReader(reader).build()));
    }

    private Map<String, HistogramPointData> byOperationAndOutcome() {
        MetricData durations = reader.collect().get("dharma.block.duration");
        return durations == null
                ? Map.of()
                : durations.getHistogramData().getPoints().stream()
                        .collect(Collectors.toMap(
                                point -> point.getAttributes().get(BlockMetrics.OPERATION) + " "
                                        + point.getAttributes().get(BlockMetrics.OUTCOME),
                                point -> point));
    }

    private double seconds(String operationAndOutcome) {
        return Objects.requireNonNull(byOperationAndOutcome().get(operationAndOutcome))
                .getSum();
    }

    private Map<String, Long> counts() {
        return byOperationAndOutcome().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().getCount()));
    }

    private void workload(DharmaTracer tracer) {
        for (int i = 0; i < 3; i++) {
            tracer.tracedRun("load", block -> fixture.clock().advance(Duration.ofMillis(20)));
        }
        for (int i = 0; i < 2; i++) {
            try {
                tracer.tracedRun("load", block -> {
                    throw new IOException("refused");
                });
            } catch (IOException expected) {
                tracer.start("fallback").fail("nothing to fall back to").close();
            }
        }
        CompletableFuture<String> stage = new CompletableFuture<>();
        tracer.tracedAsync("async", block -> stage);
        stage.completeExceptionally(new IOException("refused"));
        tracer.start("GET").rename("GET /orders").close();
    }

    private static final Map<String, Long> EXPECTED =
            Map.of("load ok", 3L, "load error", 2L, "fallback error", 2L, "async error", 1L, "GET ok", 1L);

    @Test
    void sampledBlocks_areCountedByOperationAndOutcome() {
        workload(tracerWith(Sampler.alwaysOn()));

        assertThat(counts()).isEqualTo(EXPECTED);
        assertThat(seconds("load ok")).isBetween(0.0599, 0.0601);
    }

    @Test
    void unsampledBlocks_areCountedAllTheSame() {
        workload(tracerWith(Sampler.alwaysOff()));

        assertThat(fixture.finished()).isEmpty();
        assertThat(counts()).isEqualTo(EXPECTED);
    }

    @Test
    void blockThatBeganEarlier_lastsFromThere() {
        for (Sampler sampler : new Sampler[] {Sampler.alwaysOn(), Sampler.alwaysOff()}) {
            DharmaTracer tracer = tracerWith(sampler);
            Instant earlier = Instant.ofEpochSecond(0, fixture.clock().now()).minusSeconds(5);
            tracer.block("queued").startedAt(earlier).start().close();

            assertThat(seconds("queued ok")).isBetween(4.999, 5.001);
        }
    }

    @Test
    void secondClose_isNotCounted() {
        TracedBlock block = tracerWith(Sampler.alwaysOn()).start("once");
        block.close();
        block.fail("late").close();

        assertThat(counts()).isEqualTo(Map.of("once ok", 1L));
    }
}
