package io.dharma.tracing.trace;

import io.dharma.tracing.context.MdcMirror;
import io.dharma.tracing.internal.metrics.BlockMetrics;
import io.dharma.tracing.internal.sampling.TimeOrderedIdGenerator;
import io.dharma.tracing.pipeline.DeadLetter;
import io.dharma.tracing.pipeline.Pipeline;
import io.dharma.tracing.pipeline.PipelineMetrics;
import io.dharma.tracing.pipeline.PipelineStats;
import io.dharma.tracing.propagation.CorrelationCounts;
import io.dharma.tracing.propagation.CorrelationPropagation;
import io.dharma.tracing.propagation.Propagators;
import io.dharma.tracing.redaction.Redactor;
import io.dharma.tracing.spi.ClosingSteps;
import io.dharma.tracing.spi.ContextHooks;
import io.dharma.tracing.spi.SensitiveIds;
import io.dharma.tracing.spi.Timeouts;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What a running tracer consists of, in the order in which a span passes through it. */
final class TracerParts {

    static final String SIGNAL = "spans";

    private final SpanSource source;
    private final BlockFactory blocks;
    private final Pipeline<RecordedSpan, SpanData> pipeline;
    private final Propagation propagation;
    private final @Nullable CorrelationPropagation correlation;
    private final OpenTelemetry openTelemetry;
    private final @Nullable SdkMeterProvider meterProvider;
    private final @Nullable SdkLoggerProvider loggerProvider;
    private final @Nullable PipelineMetrics pipelineMetrics;
    private final @Nullable BlockMetrics blockMetrics;
    private final @Nullable MdcMirror mdcMirror;
    private final ContextHooks.@Nullable Registration mdc;
    private final SensitiveIds.@Nullable Registration sensitiveIds;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);

    TracerParts(DharmaTracerBuilder builder) {
        // Even without a listener now: our first block would close the door to those that come later.
        ContextHooks.install();
        this.meterProvider = builder.meterProvider;
        this.loggerProvider = builder.loggerProvider;
        this.correlation = builder.correlation;
        this.pipeline = builder.pipeline();
        PipelineMetrics published = null;
        try {
            this.source = new SpanSource(
                    TimeOrderedIdGenerator.create(),
                    builder.clock,
                    builder.limits,
                    builder.resource,
                    builder.sampler,
                    builder.keep,
                    pipeline::offer,
                    builder.correlatedSpans);
            Meter meter = meterProvider == null ? null : meterProvider.get(BlockFactory.SCOPE.getName());
            this.blockMetrics = meter == null ? null : BlockMetrics.create(meter, operationNames(builder.redactor));
            this.blocks = new BlockFactory(source, blockMetrics, builder.failures);
            published = meter == null ? null : PipelineMetrics.publish(meter, () -> List.of(pipeline.stats()));
            this.pipelineMetrics = published;
            this.propagation = new Propagation(outbound(builder), source);
            this.openTelemetry = new DharmaOpenTelemetry(
                    new OpenTelemetryTracerProvider(source), meterProvider, loggerProvider, propagation);
            // Last, for they are the whole JVM's: nothing that fails above may leave them behind.
            this.mdcMirror = builder.mdc;
            this.mdc = register(mdcMirror);
            this.sensitiveIds = screen(builder.redactor);
        } catch (RuntimeException | Error failed) {
            if (published != null) {
                published.close();
            }
            pipeline.close(Duration.ZERO);
            throw failed;
        }
    }

    private static UnaryOperator<String> operationNames(@Nullable Redactor redactor) {
        return redactor == null ? UnaryOperator.identity() : redactor::redactText;
    }

    private static TextMapPropagator outbound(DharmaTracerBuilder builder) {
        CorrelationPropagation correlation = builder.correlation;
        TextMapPropagator all = correlation == null ? builder.propagator : correlation.around(builder.propagator);
        Redactor redactor = builder.redactor;
        // Around the correlation: its own entries of baggage are ids that were checked, and must arrive as they are.
        return redactor == null ? all : Propagators.filteringBaggage(all, redactor::redact);
    }

    private static ContextHooks.@Nullable Registration register(@Nullable MdcMirror mirror) {
        return mirror == null ? null : ContextHooks.register(mirror);
    }

    /** What would be taken out of spans must not become the id by which they are found. */
    private static SensitiveIds.@Nullable Registration screen(@Nullable Redactor redactor) {
        return redactor == null ? null : SensitiveIds.register(redactor::isSensitive);
    }

    BlockFactory blocks() {
        return blocks;
    }

    Propagation propagation() {
        return propagation;
    }

    @Nullable
    CorrelationPropagation correlation() {
        return correlation;
    }

    OpenTelemetry openTelemetry() {
        return openTelemetry;
    }

    List<DeadLetter<SpanData>> rejectedSpans() {
        return pipeline.deadLetters();
    }

    TracerHealth health() {
        PipelineStats spans = pipeline.stats();
        Contained contained = new Contained(
                source.contained(),
                mdcMirror == null ? 0 : mdcMirror.failures(),
                ContextHooks.failures(),
                spans.workerFaults());
        long folded = blockMetrics == null ? 0 : blockMetrics.foldedBlocks();
        CorrelationCounts correlations = correlation == null ? CorrelationCounts.NONE : correlation.counts();
        return new TracerHealth(blocks.counts(), folded, source.keptCounts(), correlations, contained, spans);
    }

    boolean flush(Duration timeout) {
        return pipeline.flush(timeout);
    }

    /** A second call waits for the first. */
    void close(Duration timeout) {
        long nanos = Timeouts.nanos(timeout);
        if (!closing.compareAndSet(false, true)) {
            awaitClosed(nanos);
            return;
        }
        try {
            close(nanos);
        } finally {
            closed.countDown();
        }
    }

    private void awaitClosed(long nanos) {
        try {
            boolean unused = closed.await(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Spans first: the last metrics are to tell what became of them, and have a third of the time for it. */
    private void close(long nanos) {
        long deadline = System.nanoTime() + nanos;
        boolean reportsLast = loggerProvider != null || meterProvider != null;
        ClosingSteps.runAll(
                this::closeMdc,
                this::closeScreen,
                source::close,
                () -> pipeline.close(Duration.ofNanos(reportsLast ? nanos - nanos / 3 : nanos)),
                () -> closeLogs(deadline),
                () -> closeMetrics(deadline),
                this::closePipelineMetrics);
    }

    private void closeMdc() {
        if (mdc != null) {
            mdc.close();
        }
    }

    private void closeScreen() {
        if (sensitiveIds != null) {
            sensitiveIds.close();
        }
    }

    private void closePipelineMetrics() {
        if (pipelineMetrics != null) {
            pipelineMetrics.close();
        }
    }

    private void closeLogs(long deadline) {
        if (loggerProvider != null) {
            loggerProvider.shutdown().join(nanosLeft(deadline) / 2, TimeUnit.NANOSECONDS);
        }
    }

    private void closeMetrics(long deadline) {
        if (meterProvider != null) {
            meterProvider.shutdown().join(nanosLeft(deadline), TimeUnit.NANOSECONDS);
        }
    }

    private static long nanosLeft(long deadline) {
        return Math.max(0, deadline - System.nanoTime());
    }
}
