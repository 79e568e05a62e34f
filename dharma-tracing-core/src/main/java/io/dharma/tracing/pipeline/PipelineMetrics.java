package io.dharma.tracing.pipeline;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import java.util.Collection;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * The accounts of pipelines as metrics, read when they are collected:
 *
 * <ul>
 *   <li>{@code dharma.pipeline.delivered}: records delivered, by {@code dharma.signal} and {@code dharma.sink};
 *   <li>{@code dharma.pipeline.dropped}: records dropped, also by {@code dharma.reason};
 *   <li>{@code dharma.pipeline.queued} and {@code dharma.pipeline.queued_bytes}: what waits now.
 * </ul>
 *
 * <p>{@code dharma.signal} is {@code spans}, {@code logs} or {@code metrics}. What is lost or waits before the sinks is
 * missing at each of them, and is told for each. Of metrics, which do not go through a pipeline, exports are counted.
 *
 * <p>The supplier is called on the thread that collects, once per collection, so that all numbers of one collection
 * belong together. {@link #close} ends it; any thread may call that, any number of times.
 */
public final class PipelineMetrics implements AutoCloseable {

    /** {@code dharma.signal}. */
    public static final AttributeKey<String> SIGNAL = AttributeKey.stringKey("dharma.signal");

    /** {@code dharma.sink}. */
    public static final AttributeKey<String> SINK = AttributeKey.stringKey("dharma.sink");

    /** {@code dharma.reason}. */
    public static final AttributeKey<String> REASON = AttributeKey.stringKey("dharma.reason");

    private static final String RECORDS = "{record}";

    private final Supplier<? extends Collection<PipelineStats>> source;
    private final ObservableLongMeasurement delivered;
    private final ObservableLongMeasurement dropped;
    private final ObservableLongMeasurement queued;
    private final ObservableLongMeasurement queuedBytes;
    private final BatchCallback callback;
    private final AtomicBoolean closed = new AtomicBoolean();

    private PipelineMetrics(Meter meter, Supplier<? extends Collection<PipelineStats>> source) {
        this.source = source;
        this.delivered = meter.counterBuilder("dharma.pipeline.delivered")
                .setUnit(RECORDS)
                .setDescription("Records that a sink has delivered.")
                .buildObserver();
        this.dropped = meter.counterBuilder("dharma.pipeline.dropped")
                .setUnit(RECORDS)
                .setDescription("Records that were dropped, by reason.")
                .buildObserver();
        this.queued = meter.upDownCounterBuilder("dharma.pipeline.queued")
                .setUnit(RECORDS)
                .setDescription("Records that wait to be delivered.")
                .buildObserver();
        this.queuedBytes = meter.upDownCounterBuilder("dharma.pipeline.queued_bytes")
                .setUnit("By")
                .setDescription("Estimated heap of the records that wait.")
                .buildObserver();
        this.callback = meter.batchCallback(this::observe, delivered, dropped, queued, queuedBytes);
    }

    /** Publishes what {@code source} says, from now until closed. */
    public static PipelineMetrics publish(Meter meter, Supplier<? extends Collection<PipelineStats>> source) {
        return new PipelineMetrics(meter, source);
    }

    @Override
    public void close() {
        // A second close of the callback would be harmless, but OpenTelemetry warns about it with a stack trace.
        if (closed.compareAndSet(false, true)) {
            callback.close();
        }
    }

    private void observe() {
        source.get().forEach(this::observe);
    }

    private void observe(PipelineStats pipeline) {
        pipeline.sinks().forEach(sink -> observe(pipeline, sink));
    }

    private void observe(PipelineStats pipeline, SinkStats stats) {
        Attributes sink = Attributes.of(SIGNAL, pipeline.signal(), SINK, stats.name());
        delivered.record(stats.delivered(), sink);
        queued.record(pipeline.queuedRecords() + stats.queuedRecords(), sink);
        queuedBytes.record(pipeline.queuedBytes() + stats.queuedBytes(), sink);
        pipeline.droppedFor(stats)
                .forEach((reason, count) -> dropped.record(
                        count, sink.toBuilder().put(REASON, name(reason)).build()));
    }

    private static String name(DropReason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }
}
