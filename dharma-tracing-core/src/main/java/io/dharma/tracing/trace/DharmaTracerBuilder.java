package io.dharma.tracing.trace;

import io.dharma.tracing.context.MdcMirror;
import io.dharma.tracing.internal.trace.FinishedSpan;
import io.dharma.tracing.pipeline.Journal;
import io.dharma.tracing.pipeline.Pipeline;
import io.dharma.tracing.pipeline.PipelineThreads;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.pipeline.Stage;
import io.dharma.tracing.propagation.CorrelationPropagation;
import io.dharma.tracing.redaction.Redactor;
import io.dharma.tracing.sampling.KeepPolicy;
import io.dharma.tracing.sampling.Samplers;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Puts a {@link DharmaTracer} together. Everything has a default that works in process; nothing is read from the
 * environment: that is what {@code dharma-tracing-config} is for.
 *
 * <p>One thread at a time; can build once. Null is refused with a {@link NullPointerException}, since a start-up mistake
 * should show at start-up.
 */
public final class DharmaTracerBuilder {

    /** 128 attributes, events and links, as OpenTelemetry has it; and values of at most 4 KiB, where it has no bound. */
    public static final SpanLimits DEFAULT_LIMITS =
            SpanLimits.builder().setMaxAttributeValueLength(4096).build();

    Resource resource = Resource.getDefault();
    Sampler sampler = Samplers.parentBased(Samplers.alwaysOn());
    KeepPolicy keep = KeepPolicy.nothing();
    TextMapPropagator propagator = TextMapPropagator.noop();
    SpanLimits limits = DEFAULT_LIMITS;
    Clock clock = Clock.getDefault();

    @Nullable
    Redactor redactor;

    @Nullable
    SdkMeterProvider meterProvider;

    @Nullable
    SdkLoggerProvider loggerProvider;

    @Nullable
    MdcMirror mdc;

    @Nullable
    CorrelationPropagation correlation;

    @Nullable
    CorrelatedSpanListener correlatedSpans;

    @Nullable
    FailureListener failures;

    private final Pipeline.Builder<RecordedSpan, SpanData> delivery = Pipeline.builder(
                    TracerParts.SIGNAL, new SpanRecordType(), RecordedSpan::toSpanData)
            .convertedSize(FinishedSpan::estimatedBytes);

    DharmaTracerBuilder() {}

    /** What the service is; at least {@code service.name}. Default: {@link Resource#getDefault()}. */
    public DharmaTracerBuilder resource(Resource newResource) {
        resource = Objects.requireNonNull(newResource, "resource");
        return this;
    }

    /**
     * Who decides at its start whether a span is exported. Default: what the parent decided, else always. A sampler of
     * your own runs on the calling thread; if it throws, the span is dropped.
     */
    public DharmaTracerBuilder sampler(Sampler newSampler) {
        sampler = Objects.requireNonNull(newSampler, "sampler");
        return this;
    }

    /** Which traces are exported although the sampler dropped them. Default: none. See {@link KeepPolicy} for its price. */
    public DharmaTracerBuilder keep(KeepPolicy policy) {
        keep = Objects.requireNonNull(policy, "keep");
        return this;
    }

    /** How context crosses process borders. Default: not at all. */
    public DharmaTracerBuilder propagator(TextMapPropagator newPropagator) {
        propagator = Objects.requireNonNull(newPropagator, "propagator");
        return this;
    }

    /**
     * By which rules correlation enters and leaves the process, beside what the {@linkplain #propagator propagator} reads
     * and writes. Default: not at all, and there is only the correlation that the application starts itself.
     */
    public DharmaTracerBuilder correlation(CorrelationPropagation rules) {
        correlation = Objects.requireNonNull(rules, "correlation");
        return this;
    }

    /**
     * Who hears of all spans of requests that have a correlation, sampled or not, as they end. The caller closes it, after
     * the tracer. Default: nobody. Costs what it does itself; where the sampler dropped the span, the time as well that
     * it takes to read the clock twice.
     */
    public DharmaTracerBuilder correlatedSpans(CorrelatedSpanListener listener) {
        correlatedSpans = Objects.requireNonNull(listener, "correlatedSpans");
        return this;
    }

    /** Who hears of the throwables with which blocks fail, sampled or not. Default: nobody. Costs what it does itself. */
    public DharmaTracerBuilder failures(FailureListener listener) {
        failures = Objects.requireNonNull(listener, "failures");
        return this;
    }

    /** Adds a place to which spans are delivered. The tracer closes it. Names must be unique. Default: none. */
    public DharmaTracerBuilder sink(Sink<SpanData> sink) {
        delivery.sink(sink);
        return this;
    }

    /**
     * Adds one more step that every ended span takes, on a thread of the tracer, before it is delivered anywhere. They
     * run in the order in which they were added. Default: none.
     */
    public DharmaTracerBuilder stage(Stage<SpanData> stage) {
        delivery.stage(stage);
        return this;
    }

    /**
     * What is taken out of spans after all {@linkplain #stage stages}, so that none of them can add it again; of baggage
     * before it goes to other services; and of the names that metrics have for blocks. Ids of correlations that hold such
     * things are refused while the tracer runs, wherever they come from. Default: nothing is taken out.
     */
    public DharmaTracerBuilder redactor(Redactor newRedactor) {
        redactor = Objects.requireNonNull(newRedactor, "redactor");
        return this;
    }

    /**
     * Has spans written down before they are delivered, so that outages cost none: {@link
     * io.dharma.tracing.spool.Spool#ofSpans}. The caller closes it, after the tracer. Default: not written.
     */
    public DharmaTracerBuilder journal(Journal<SpanData> newJournal) {
        delivery.journal(newJournal);
        return this;
    }

    /** How much of everything a span keeps. Default: {@link #DEFAULT_LIMITS}. */
    public DharmaTracerBuilder limits(SpanLimits newLimits) {
        limits = Objects.requireNonNull(newLimits, "limits");
        return this;
    }

    /** How much heap ended spans may take while they wait, by estimate. At least 64 KiB; default: 16 MiB. */
    public DharmaTracerBuilder maxQueueBytes(long bytes) {
        delivery.maxQueueBytes(bytes);
        return this;
    }

    /** How many spans a batch has at most. Default: 512. */
    public DharmaTracerBuilder maxBatchSize(int spans) {
        delivery.maxBatchSize(spans);
        return this;
    }

    /** How long a batch waits to be filled. Default: 1 s. */
    public DharmaTracerBuilder maxBatchDelay(Duration delay) {
        delivery.maxBatchDelay(delay);
        return this;
    }

    /**
     * After how long without an answer a delivery is given up, to be tried again. Default: 5 s. To be longer than the
     * timeout of every sink, which can say better what went wrong.
     */
    public DharmaTracerBuilder deliveryTimeout(Duration timeout) {
        delivery.deliveryTimeout(timeout);
        return this;
    }

    /**
     * Has the tracer's pipeline share its threads with others, which keeps their number small. Default: threads of its
     * own, one and one for each sink.
     */
    public DharmaTracerBuilder threads(PipelineThreads threads) {
        delivery.threads(threads);
        return this;
    }

    /** Where block durations and the library's own health are measured. The tracer closes it. Default: nowhere. */
    public DharmaTracerBuilder meterProvider(SdkMeterProvider provider) {
        meterProvider = Objects.requireNonNull(provider, "meterProvider");
        return this;
    }

    /** Where log records of instrumentation libraries go. The tracer closes it. Default: nowhere. */
    public DharmaTracerBuilder loggerProvider(SdkLoggerProvider provider) {
        loggerProvider = Objects.requireNonNull(provider, "loggerProvider");
        return this;
    }

    /** Shows the current span in SLF4J's MDC. Default: no. */
    public DharmaTracerBuilder mdc(MdcMirror mirror) {
        mdc = Objects.requireNonNull(mirror, "mdc");
        return this;
    }

    /** Where the time comes from. For tests. */
    public DharmaTracerBuilder clock(Clock newClock) {
        clock = Objects.requireNonNull(newClock, "clock");
        return this;
    }

    Pipeline<RecordedSpan, SpanData> pipeline() {
        if (redactor != null) {
            delivery.stage(redactor.spanStage());
        }
        return delivery.build();
    }

    /** Starts the tracer's threads. Opens no connection. */
    public DharmaTracer build() {
        return new DharmaTracer(new TracerParts(this));
    }
}
