package io.dharma.tracing;

import io.dharma.tracing.pipeline.PipelineThreads;
import io.dharma.tracing.spi.BackgroundLog;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Collects all metrics every so often and hands them to an exporter. OpenTelemetry's own reader does the same with a
 * thread of its own, and blocks who shuts it down for up to ten seconds; this one uses a thread that is there anyway,
 * and waits for nothing. For any thread.
 *
 * <p>Collecting calls the application, which observes its gauges. Should that hang, no metrics are sent until it comes
 * back, and the threads go on with all else.
 */
final class PeriodicReader implements MetricReader {

    private static final BackgroundLog LOG = BackgroundLog.named(DharmaTracing.LOGGER);

    private final MetricExporter exporter;
    private final PipelineThreads.Repetition repetition;
    private final Queue<CompletableResultCode> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean exporting = new AtomicBoolean();
    private final AtomicBoolean shutDown = new AtomicBoolean();
    private volatile @Nullable CollectionRegistration metrics;

    PeriodicReader(MetricExporter exporter, Duration interval, PipelineThreads threads) {
        this.exporter = exporter;
        this.repetition = threads.every(interval, this::export);
    }

    @Override
    public void register(CollectionRegistration registration) {
        metrics = registration;
    }

    /** Exports soon, on the thread that always does, behind an export that is under way. */
    @Override
    public CompletableResultCode forceFlush() {
        if (shutDown.get()) {
            return CompletableResultCode.ofSuccess();
        }
        return exportSoon();
    }

    /** Exports a last time, and closes the exporter when that has ended. */
    @Override
    public CompletableResultCode shutdown() {
        if (!shutDown.compareAndSet(false, true)) {
            return CompletableResultCode.ofSuccess();
        }
        CompletableResultCode last = exportSoon();
        CompletableResultCode result = new CompletableResultCode();
        CompletableResultCode unused = last.whenComplete(() -> {
            cutOff();
            tell(result, last.isSuccess());
        });
        return result;
    }

    /** Ends it with what is under way, for whoever will not wait any longer. Idempotent. */
    void cutOff() {
        repetition.close();
        CompletableResultCode unused = exporter.shutdown();
    }

    private CompletableResultCode exportSoon() {
        CompletableResultCode asked = new CompletableResultCode();
        waiting.add(asked);
        repetition.hurry();
        return asked;
    }

    private void export() {
        if (!exporting.compareAndSet(false, true)) {
            // The last one is still under way; whoever asked for one gets it afterwards.
            return;
        }
        List<CompletableResultCode> asked = new ArrayList<>();
        for (CompletableResultCode one = waiting.poll(); one != null; one = waiting.poll()) {
            asked.add(one);
        }
        CompletableResultCode result = collectAndExport();
        CompletableResultCode unused = result.whenComplete(() -> {
            exporting.set(false);
            asked.forEach(one -> tell(one, result.isSuccess()));
            if (!waiting.isEmpty()) {
                repetition.hurry();
            }
        });
    }

    private static void tell(CompletableResultCode asked, boolean succeeded) {
        CompletableResultCode unused = succeeded ? asked.succeed() : asked.fail();
    }

    private CompletableResultCode collectAndExport() {
        CollectionRegistration registration = metrics;
        if (registration == null) {
            return CompletableResultCode.ofSuccess();
        }
        try {
            return exporter.export(registration.collectAllMetrics());
        } catch (Throwable thrown) {
            // Not its message, which may quote what was measured before it was redacted.
            LOG.debug("Metrics could not be collected: {}", thrown.getClass().getName());
            return CompletableResultCode.ofFailure();
        }
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType type) {
        return exporter.getAggregationTemporality(type);
    }

    @Override
    public Aggregation getDefaultAggregation(InstrumentType type) {
        return exporter.getDefaultAggregation(type);
    }

    @Override
    public MemoryMode getMemoryMode() {
        return exporter.getMemoryMode();
    }
}
