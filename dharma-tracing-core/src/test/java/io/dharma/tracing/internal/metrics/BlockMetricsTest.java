package io.dharma.tracing.internal.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BlockMetricsTest {

    private static final String TRACE_ID = "0192d5f1a2b34c5d6e80000000000000";

    private final CollectingReader reader = new CollectingReader();
    private final SdkMeterProvider provider =
            SdkMeterProvider.builder().registerMetricReader(reader).build();
    private final BlockMetrics metrics = BlockMetrics.create(provider.get("dharma"));

    @AfterEach
    void close() {
        provider.close();
    }

    @Test
    void duration_isAHistogramInSecondsByOperationAndOutcome() {
        metrics.record("load-order", false, Duration.ofMillis(30).toNanos(), Context.root());
        metrics.record("load-order", false, Duration.ofMillis(20).toNanos(), Context.root());
        metrics.record("load-order", true, Duration.ofSeconds(3).toNanos(), Context.root());

        MetricData metric = Objects.requireNonNull(reader.collect().get("dharma.block.duration"));
        assertThat(metric.getUnit()).isEqualTo("s");
        HistogramPointData ok = point("load-order", "ok");
        assertThat(ok.getCount()).isEqualTo(2);
        assertThat(ok.getSum()).isCloseTo(0.05, within(1e-9));
        assertThat(ok.getBoundaries()).isEqualTo(BlockMetrics.BUCKETS);
        assertThat(ok.getCounts()).containsExactly(0L, 0L, 1L, 1L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L);
        assertThat(point("load-order", "error").getCount()).isEqualTo(1);
        assertThat(points()).hasSize(2);
    }

    @Test
    void operationsBeyondTheBound_areFoldedAndCounted() {
        BlockMetrics bounded = BlockMetrics.create(provider.get("bounded"), 2);
        for (int round = 0; round < 3; round++) {
            for (String operation : List.of("a", "b", "c", "d")) {
                bounded.record(operation, operation.equals("d"), 1_000, Context.root());
            }
        }

        assertThat(points().keySet())
                .containsExactlyInAnyOrder(
                        key("a", "ok"), key("b", "ok"), key("__other__", "ok"), key("__other__", "error"));
        assertThat(point("a", "ok").getCount()).isEqualTo(3);
        assertThat(point("__other__", "ok").getCount()).isEqualTo(3);
        assertThat(point("__other__", "error").getCount()).isEqualTo(3);
        assertThat(bounded.foldedBlocks()).isEqualTo(6);
    }

    @Test
    void defaultBound_staysBelowTheLimitOfTheSdk() {
        for (int i = 0; i < 5_000; i++) {
            metrics.record("operation-" + i, false, 1_000, Context.root());
            metrics.record("operation-" + i, true, 1_000, Context.root());
        }

        assertThat(points()).hasSize(2 * BlockMetrics.DEFAULT_MAX_OPERATIONS + 2);
        assertThat(points().keySet()).allMatch(attributes -> attributes.get(BlockMetrics.OPERATION) != null);
        assertThat(total()).isEqualTo(10_000);
        assertThat(metrics.foldedBlocks()).isEqualTo(2 * (5_000L - BlockMetrics.DEFAULT_MAX_OPERATIONS));
    }

    @Test
    void nameTooLongForAnOperation_isFolded() {
        metrics.record("x".repeat(257), false, 1_000, Context.root());
        metrics.record("x".repeat(256), false, 1_000, Context.root());

        assertThat(point("__other__", "ok").getCount()).isEqualTo(1);
        assertThat(point("x".repeat(256), "ok").getCount()).isEqualTo(1);
    }

    @Test
    void negativeDuration_countsAsZero() {
        metrics.record("a", false, -5, Context.root());

        assertThat(point("a", "ok").getSum()).isZero();
        assertThat(point("a", "ok").getCount()).isEqualTo(1);
    }

    @Test
    void failedOrNoticeableBlock_leavesAnExemplarOfItsTrace() {
        metrics.record("failed", true, 1_000, sampledContext());
        metrics.record("long", false, 100_000, sampledContext());
        metrics.record("short", false, 99_999, sampledContext());

        Map<Attributes, HistogramPointData> points = points();
        assertThat(exemplarTraces(points, key("failed", "error"))).containsExactly(TRACE_ID);
        assertThat(exemplarTraces(points, key("long", "ok"))).containsExactly(TRACE_ID);
        assertThat(exemplarTraces(points, key("short", "ok"))).isEmpty();
    }

    @Test
    void threads_loseNoBlockAndNeverPassTheBound() throws Exception {
        BlockMetrics bounded = BlockMetrics.create(provider.get("bounded"), 50);
        ExecutorService executor = Executors.newFixedThreadPool(4);
        try {
            Callable<Void> task = () -> {
                for (int i = 0; i < 20_000; i++) {
                    bounded.record("operation-" + i % 60, false, i, Context.root());
                }
                return null;
            };
            for (Future<Void> done : executor.invokeAll(List.of(task, task, task, task))) {
                done.get();
            }
        } finally {
            executor.shutdownNow();
        }

        assertThat(total()).isEqualTo(80_000);
        assertThat(points()).hasSize(51);
        assertThat(point("__other__", "ok").getCount()).isEqualTo(bounded.foldedBlocks());
    }

    @Test
    void recordOfAKnownOperation_allocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        recordOften();
        long before = threads.getCurrentThreadAllocatedBytes();
        recordOften();
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(bytes).isLessThan(10_000);
    }

    private void recordOften() {
        for (int i = 0; i < 10_000; i++) {
            metrics.record("load-order", false, 1_000, Context.root());
        }
    }

    @Test
    void boundBelowOne_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BlockMetrics.create(provider.get("x"), 0))
                .withMessageContaining("must be at least 1, but is 0");
    }

    private Map<Attributes, HistogramPointData> points() {
        return Objects.requireNonNull(reader.collect().get("dharma.block.duration"))
                .getHistogramData()
                .getPoints()
                .stream()
                .collect(Collectors.toMap(HistogramPointData::getAttributes, Function.identity()));
    }

    private HistogramPointData point(String operation, String outcome) {
        return Objects.requireNonNull(points().get(key(operation, outcome)), operation + " " + outcome);
    }

    private static List<String> exemplarTraces(Map<Attributes, HistogramPointData> points, Attributes key) {
        return Objects.requireNonNull(points.get(key)).getExemplars().stream()
                .map(exemplar -> exemplar.getSpanContext().getTraceId())
                .toList();
    }

    private long total() {
        return points().values().stream()
                .mapToLong(HistogramPointData::getCount)
                .sum();
    }

    private static Attributes key(String operation, String outcome) {
        return Attributes.of(BlockMetrics.OPERATION, operation, BlockMetrics.OUTCOME, outcome);
    }

    private static Context sampledContext() {
        SpanContext span =
                SpanContext.create(TRACE_ID, "00f067aa0ba902b7", TraceFlags.getSampled(), TraceState.getDefault());
        return Context.root().with(Span.wrap(span));
    }
}
