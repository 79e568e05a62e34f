package io.dharma.tracing.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.context.MdcField;
import io.dharma.tracing.context.MdcMirror;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.PipelineStats;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.pipeline.SinkStats;
import io.dharma.tracing.spi.ContextHooks;
import io.dharma.tracing.spi.ScopeListener;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;

/** What a tracer is put together from: its bounds, and its two ends. */
@Timeout(60)
class TracerPartsTest {

    @Test
    void queuedSpans_countWithTheTextOfTheirExceptions() {
        long maxQueueBytes = 1 << 20;
        IllegalStateException deep = deepException();
        try (DharmaTracer tracer = DharmaTracer.builder()
                .sink(sink(batch -> new CompletableFuture<>()))
                .maxQueueBytes(maxQueueBytes)
                .build()) {
            for (int i = 0; i < 1_000; i++) {
                assertThatThrownBy(() -> tracer.tracedRun("fails", block -> {
                            throw deep;
                        }))
                        .isSameAs(deep);
            }
            await().until(() -> tracer.health().spans().queuedRecords() == 0);

            PipelineStats spans = tracer.health().spans();
            SinkStats parked = spans.sinks().get(0);
            long text = ThrowableText.stackTrace(deep).length();
            assertThat(text).isGreaterThan(10_000);
            assertThat(parked.queuedRecords()).isPositive();
            assertThat(parked.queuedRecords() * text).isLessThanOrEqualTo(maxQueueBytes);
            assertThat(parked.droppedTotal()).isPositive();
            assertThat(spans.droppedTotal() + parked.droppedTotal() + parked.queuedRecords())
                    .isEqualTo(1_000);
            tracer.close(Duration.ZERO);
        }
    }

    @Test
    void tracerThatCannotBeBuilt_leavesNoMdcListenerBehind() {
        DharmaTracerBuilder builder = DharmaTracer.builder()
                .sink(new CollectingSink())
                .sink(new CollectingSink())
                .mdc(MdcMirror.ofTraceAndSpan());
        assertThatThrownBy(builder::build).isInstanceOf(IllegalArgumentException.class);

        try (DharmaTracer tracer = DharmaTracer.builder().build();
                TracedBlock block = tracer.start("other")) {
            assertThat(block.span().getSpanContext().isValid()).isTrue();
            assertThat(MDC.getCopyOfContextMap()).isNullOrEmpty();
        }
    }

    @Test
    void settings_areRefusedWhereTheyAreMade() {
        DharmaTracerBuilder builder = DharmaTracer.builder();

        assertThatThrownBy(() -> builder.maxQueueBytes(1))
                .hasMessageContaining("maxQueueBytes is 1, must be at least 65536");
        assertThatThrownBy(() -> builder.maxBatchDelay(Duration.ofNanos(-1))).hasMessageContaining("maxBatchDelay");
        assertThatThrownBy(() -> builder.deliveryTimeout(Duration.ofNanos(-1))).hasMessageContaining("deliveryTimeout");
    }

    @Test
    void lastMetrics_arriveAlthoughASinkHangs() {
        CountDownLatch testOver = new CountDownLatch(1);
        SlowReader reader = new SlowReader();
        DharmaTracer tracer = DharmaTracer.builder()
                .sink(sink(batch -> hang(testOver)))
                .meterProvider(
                        SdkMeterProvider.builder().registerMetricReader(reader).build())
                .build();
        tracer.start("waits for ever").close();

        long start = System.nanoTime();
        tracer.close(Duration.ofSeconds(3));
        long taken = System.nanoTime() - start;
        boolean arrived = reader.arrived.get();
        testOver.countDown();

        assertThat(arrived).isTrue();
        assertThat(Duration.ofNanos(taken)).isLessThan(Duration.ofMillis(3_500));
    }

    @Test
    void secondClose_waitsForTheFirst() throws Exception {
        CountDownLatch closing = new CountDownLatch(1);
        CountDownLatch testOver = new CountDownLatch(1);
        DharmaTracer tracer = DharmaTracer.builder()
                .maxBatchDelay(Duration.ofHours(1))
                .sink(sink(batch -> {
                    closing.countDown();
                    return hang(testOver);
                }))
                .build();
        tracer.start("waits").close();
        CompletableFuture<Void> first = CompletableFuture.runAsync(() -> tracer.close(Duration.ofSeconds(20)));
        assertThat(closing.await(20, TimeUnit.SECONDS)).isTrue();

        CompletableFuture<Void> second = CompletableFuture.runAsync(() -> tracer.close(Duration.ofSeconds(20)));
        assertThatThrownBy(() -> second.get(300, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        tracer.close(Duration.ZERO);
        assertThat(first).isNotDone();

        testOver.countDown();
        first.get(20, TimeUnit.SECONDS);
        second.get(20, TimeUnit.SECONDS);
    }

    @Test
    @SuppressWarnings("NullAway") // what callers may do all the same
    void absurdTimes_doNotThrow() {
        try (DharmaTracer tracer =
                DharmaTracer.builder().sink(new CollectingSink()).build()) {
            tracer.start("short").close();

            assertThat(tracer.flush(ChronoUnit.FOREVER.getDuration())).isTrue();
            tracer.flush(null);
            tracer.flush(Duration.ofSeconds(Long.MIN_VALUE));
            tracer.close(ChronoUnit.FOREVER.getDuration());
            tracer.close(null);
        }
        DharmaTracer.builder().build().close(null);
    }

    @Test
    void health_tellsWhatWasContainedAndWhere() {
        ContextHooks.Registration faulty = ContextHooks.register(new ScopeListener() {
            @Override
            public @Nullable Object attached(Context from, Context to) {
                throw new IllegalStateException("listener");
            }

            @Override
            public void closed(Context from, Context to, @Nullable Object remembered) {}
        });
        DharmaTracer tracer = DharmaTracer.builder()
                .sampler(new ThrowingSampler())
                .mdc(MdcMirror.of(List.of(new MdcField("broken", context -> {
                    throw new IllegalStateException("field");
                }))))
                .sink(new CollectingSink() {
                    @Override
                    public void close(Duration deadline) {
                        throw new IllegalStateException("sink");
                    }
                })
                .build();
        Contained before = tracer.health().contained();
        assertThat(before.callbacks() + before.mdc() + before.workers()).isZero();

        tracer.start("one").close();
        tracer.close();
        faulty.close();

        Contained after = tracer.health().contained();
        assertThat(after).isEqualTo(new Contained(1, 1, before.listeners() + 1, 1));
        assertThat(after.total()).isEqualTo(4 + before.listeners());
    }

    private static final class ThrowingSampler implements Sampler {
        @Override
        public SamplingResult shouldSample(
                Context parent,
                String traceId,
                String name,
                SpanKind kind,
                Attributes attributes,
                List<LinkData> links) {
            throw new IllegalStateException("sampler");
        }

        @Override
        public String getDescription() {
            return "throws";
        }
    }

    @Test
    void health_tellsHowManyBlocksWereFolded() {
        try (DharmaTracer tracer = DharmaTracer.builder()
                .meterProvider(SdkMeterProvider.builder().build())
                .build()) {
            tracer.start("short").close();
            assertThat(tracer.health().foldedBlocks()).isZero();

            tracer.start("x".repeat(1_000)).close();
            tracer.start("y".repeat(1_000)).close();
            assertThat(tracer.health().foldedBlocks()).isEqualTo(2);
        }
    }

    private static CompletionStage<Delivery> hang(CountDownLatch testOver) {
        while (true) {
            try {
                testOver.await();
                return CompletableFuture.completedFuture(Delivery.delivered());
            } catch (InterruptedException deaf) {
                // As some client libraries do.
            }
        }
    }

    private static IllegalStateException deepException() {
        StackTraceElement[] frames = new StackTraceElement[200];
        Arrays.setAll(
                frames, i -> new StackTraceElement("com.example." + "deep.".repeat(10) + "Type", "m" + i, "F.java", i));
        IllegalStateException deep = new IllegalStateException("deep");
        deep.setStackTrace(frames);
        return deep;
    }

    private static Sink<SpanData> sink(Function<List<SpanData>, CompletionStage<Delivery>> delivery) {
        return new Sink<>() {
            @Override
            public String name() {
                return "parked";
            }

            @Override
            public CompletionStage<Delivery> deliver(List<SpanData> batch) {
                return delivery.apply(batch);
            }
        };
    }

    /** Its last export takes a moment, as one over a network does. */
    private static final class SlowReader implements MetricReader {

        private final AtomicBoolean arrived = new AtomicBoolean();

        @Override
        public void register(CollectionRegistration registration) {}

        @Override
        public AggregationTemporality getAggregationTemporality(InstrumentType instrumentType) {
            return AggregationTemporality.CUMULATIVE;
        }

        @Override
        public CompletableResultCode forceFlush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            CompletableResultCode result = new CompletableResultCode();
            CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS).execute(() -> {
                arrived.set(true);
                result.succeed();
            });
            return result;
        }
    }

    @Test
    void attributesOfLinks_countAsMemory() {
        try (DharmaTracer tracer = DharmaTracer.builder().sink(new DeafSink()).build()) {
            TracedBlock block = tracer.start("receive");
            for (int i = 0; i < 100; i++) {
                Attributes large = Attributes.of(AttributeKey.stringKey("body"), "x".repeat(4_000));
                block.link(block.span().getSpanContext(), large);
            }
            block.close();

            Awaitility.await()
                    .untilAsserted(() -> assertThat(
                                    tracer.health().spans().sinks().get(0).queuedBytes())
                            .isGreaterThan(100 * 4_000));
        }
    }
}
