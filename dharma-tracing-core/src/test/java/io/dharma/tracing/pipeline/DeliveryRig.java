package io.dharma.tracing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.dharma.tracing.spi.LogCapture;
import io.dharma.tracing.testsupport.faults.Account;
import io.dharma.tracing.testsupport.faults.History;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;

/**
 * A real pipeline with real sinks, real spans of one trace to send through it, and the books of what was sent.
 *
 * <p>While deliveries are under way time is real. While the pipeline only waits, for its next attempt or for a batch to
 * fill up, {@link #await} skips that time: what takes minutes by the pipeline's clock takes none of the test's. Under
 * {@code -Ptorture} nothing but the five-minute pauses is skipped.
 */
final class DeliveryRig implements AutoCloseable {

    static final boolean TORTURE = Boolean.getBoolean("torture");

    /** How long one exchange of a sink may take. */
    static final Duration EXCHANGE = TORTURE ? Duration.ofSeconds(5) : Duration.ofMillis(500);

    static final int BATCH = 10;
    static final Duration STEP = Duration.ofMillis(50);

    private static final Duration PAUSED_STEP = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(TORTURE ? 120 : 40);

    /** What the endpoints' timeout decides must not be decided by a skip. */
    private static final Duration NEVER = Duration.ofDays(1);

    private static final int SPAN_BYTES = 500;

    private static final RecordType<SpanData> SPANS = new RecordType<>() {
        @Override
        public int sizeOf(SpanData record) {
            return SPAN_BYTES;
        }

        @Override
        public Priority priority(SpanData record) {
            return Priority.NORMAL;
        }
    };

    private final History history = new History();
    private final SkippingClock clock = new SkippingClock();
    private final long started = clock.nanoTime();
    private final AtomicInteger names = new AtomicInteger();
    private final int batchSize;
    private final Pipeline<SpanData, SpanData> pipeline;
    private final SdkTracerProvider provider;
    private final Tracer tracer;
    private final Context parent;
    private final String traceId = IdGenerator.random().generateTraceId();
    private final LogCapture log = LogCapture.of(Pipeline.class);

    private DeliveryRig(int batchSize, List<Sink<SpanData>> sinks) {
        this.batchSize = batchSize;
        Pipeline.Builder<SpanData, SpanData> builder = Pipeline.<SpanData, SpanData>builder("spans", SPANS, s -> s)
                .clock(clock)
                .maxBatchSize(batchSize)
                .maxBatchDelay(Duration.ofMillis(100))
                .deliveryTimeout(NEVER);
        sinks.forEach(builder::sink);
        pipeline = builder.build();
        provider = SdkTracerProvider.builder()
                .setResource(Resource.builder().put("service.name", "checkout").build())
                .addSpanProcessor(new Offering())
                .build();
        tracer = provider.get("matrix");
        parent = Context.root()
                .with(Span.wrap(SpanContext.createFromRemoteParent(
                        traceId, "00f067aa0ba902b7", TraceFlags.getSampled(), TraceState.getDefault())));
    }

    static DeliveryRig to(Sink<SpanData> sink) {
        return to(List.of(sink), BATCH);
    }

    static DeliveryRig to(List<Sink<SpanData>> sinks, int batchSize) {
        return new DeliveryRig(batchSize, sinks);
    }

    private final class Offering implements SpanProcessor {

        @Override
        public void onStart(Context context, ReadWriteSpan span) {}

        @Override
        public boolean isStartRequired() {
            return false;
        }

        @Override
        public void onEnd(ReadableSpan span) {
            history.emitted(span.getSpanContext().getSpanId());
            pipeline.offer(span.toSpanData());
        }

        @Override
        public boolean isEndRequired() {
            return true;
        }
    }

    // ---- what is sent

    void emit(int spans) {
        for (int i = 0; i < spans; i++) {
            emit("span-" + names.incrementAndGet());
        }
    }

    /** Sends one span and returns its id. */
    String emit(String name) {
        Span span = tracer.spanBuilder(name)
                .setParent(parent)
                .setAllAttributes(Attributes.builder().put("order.id", 42).build())
                .startSpan();
        span.end();
        return span.getSpanContext().getSpanId();
    }

    String traceId() {
        return traceId;
    }

    History history() {
        return history;
    }

    // ---- what became of it

    PipelineStats stats() {
        return pipeline.stats();
    }

    /** The first sink's, which in most tests is the only one's. */
    SinkStats sink() {
        return stats().sinks().get(0);
    }

    Account account() {
        return account(0);
    }

    Account account(int sink) {
        PipelineStats stats = stats();
        SinkStats its = stats.sinks().get(sink);
        Map<String, Long> dropped = new TreeMap<>();
        stats.dropped().forEach((reason, count) -> dropped.merge(reason.name(), count, Long::sum));
        its.dropped().forEach((reason, count) -> dropped.merge(reason.name(), count, Long::sum));
        return new Account(
                its.delivered(),
                stats.queuedRecords() + its.queuedRecords(),
                dropped,
                its.failedDeliveries(),
                batchSize);
    }

    // ---- time

    Duration skipped() {
        return clock.skipped();
    }

    /** By the pipeline's clock. */
    Duration elapsed() {
        return Duration.ofNanos(clock.nanoTime() - started);
    }

    void awaitState(SinkState state) {
        await(() -> sink().state() == state);
    }

    void awaitDelivered() {
        await(() -> isSettled(0));
    }

    boolean isSettled(int sink) {
        PipelineStats stats = stats();
        SinkStats its = stats.sinks().get(sink);
        return stats.queuedRecords() == 0 && its.queuedRecords() == 0 && its.inFlight() == 0;
    }

    void await(BooleanSupplier condition) {
        await(condition, STEP);
    }

    /** @param step by how much a wait is shortened at once; how precisely its length can be told afterwards */
    void await(BooleanSupplier condition, Duration step) {
        Awaitility.await()
                .conditionEvaluationListener(null)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .atMost(PATIENCE)
                .failFast(() -> Accounts.assertBalanced(stats()))
                .untilAsserted(() -> {
                    if (!condition.getAsBoolean()) {
                        passTime(step);
                        throw new AssertionError("not yet: " + stats());
                    }
                });
    }

    private void passTime(Duration step) {
        PipelineStats stats = stats();
        boolean onlyWaits = stats.queuedRecords() == 0 && stats.sinks().stream().allMatch(sink -> sink.inFlight() == 0);
        boolean paused = stats.sinks().stream().anyMatch(sink -> sink.state() == SinkState.PAUSED);
        if (onlyWaits && (paused || !TORTURE)) {
            clock.skip(paused && step.compareTo(PAUSED_STEP) < 0 ? PAUSED_STEP : step);
        }
        pipeline.wake();
    }

    // ---- what was said

    /** One line for a change of state and none more often than once a minute; and nothing of these in any of them. */
    void assertDiscreet(String... secrets) {
        List<String> said = new ArrayList<>();
        for (ILoggingEvent line : log.events()) {
            if (line.getLevel().isGreaterOrEqual(Level.INFO)) {
                said.add(line.getFormattedMessage());
            }
        }
        long allowed = stats().sinks().size() * (1 + elapsed().toMinutes());
        assertThat(said).hasSizeLessThanOrEqualTo((int) allowed);
        stats().sinks().forEach(sink -> said.add(String.valueOf(sink.lastError())));
        assertThat(said).noneMatch(line -> List.of(secrets).stream().anyMatch(line::contains));
    }

    @Override
    public void close() {
        provider.close();
        pipeline.close(Duration.ofSeconds(1));
        log.close();
        Accounts.assertBalanced(pipeline.stats());
    }
}
