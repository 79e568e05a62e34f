package io.dharma.tracing;

import io.dharma.tracing.correlation.ChainRecorder;
import io.dharma.tracing.correlation.ChainStats;
import io.dharma.tracing.correlation.CorrelatedHop;
import io.dharma.tracing.errors.ErrorRecord;
import io.dharma.tracing.errors.ErrorStats;
import io.dharma.tracing.errors.ErrorTracker;
import io.dharma.tracing.errors.ErrorTrackers;
import io.dharma.tracing.errors.UncaughtErrors;
import io.dharma.tracing.errors.alert.ErrorAlerts;
import io.dharma.tracing.internal.settings.Urls;
import io.dharma.tracing.pipeline.Pipeline;
import io.dharma.tracing.pipeline.PipelineMetrics;
import io.dharma.tracing.redaction.RedactionCounts;
import io.dharma.tracing.redaction.Redactor;
import io.dharma.tracing.spi.ClosingSteps;
import io.dharma.tracing.spi.Timeouts;
import io.dharma.tracing.spool.Spool;
import io.dharma.tracing.spool.SpoolStats;
import io.dharma.tracing.store.StoreStats;
import io.dharma.tracing.store.TraceStore;
import io.dharma.tracing.trace.Contained;
import io.dharma.tracing.trace.DharmaTracer;
import io.dharma.tracing.trace.TracerHealth;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is running.
 *
 * @param otherMetrics publishes the accounts of all signals but spans, of which the tracer tells itself
 * @param spanTargets where spans are sent, by the name of the sink
 * @param hopTargets where hops are sent, likewise
 * @param errorTargets where errors are sent, likewise
 * @param findings what was found while it was put together
 */
record Running(
        Plan plan,
        DharmaTracer tracer,
        SamplingControl sampling,
        @Nullable Spool<SpanData> spool,
        @Nullable TraceStore store,
        @Nullable SdkMeterProvider meterProvider,
        @Nullable MetricAccount metricAccount,
        @Nullable MetricRedaction metricRedaction,
        @Nullable PeriodicReader metricReader,
        @Nullable LogPipeline logPipeline,
        @Nullable ChainRecorder chainRecorder,
        @Nullable Spool<CorrelatedHop> hopSpool,
        @Nullable ErrorTracker errorTracker,
        @Nullable Spool<ErrorRecord> errorSpool,
        @Nullable UncaughtErrors uncaughtErrors,
        @Nullable ErrorAlerts errorAlerts,
        @Nullable PipelineMetrics otherMetrics,
        Map<String, String> spanTargets,
        Map<String, String> hopTargets,
        Map<String, String> errorTargets,
        List<Finding> findings) {

    List<ExporterHealth> exporters(TracerHealth health) {
        List<ExporterHealth> exporters = new ArrayList<>(ExporterHealth.of(health.spans(), spanTargets));
        Plan.Logs logs = plan.logs();
        if (logPipeline != null && logs != null) {
            String target = logs.target().endpoint().uri().toString();
            exporters.addAll(ExporterHealth.of(logPipeline.stats(), Map.of("otlp", Urls.withoutSecrets(target))));
        }
        if (metricAccount != null) {
            exporters.addAll(ExporterHealth.of(metricAccount.stats(), Map.of("otlp", metricAccount.target())));
        }
        if (chainRecorder != null) {
            exporters.addAll(ExporterHealth.of(chainRecorder.stats(), hopTargets));
        }
        if (errorTracker != null) {
            exporters.addAll(ExporterHealth.of(errorTracker.pipelineStats(), errorTargets));
        }
        if (errorAlerts != null) {
            // The log is no way out of the process.
            ExporterHealth.of(errorAlerts.pipelineStats(), Map.of()).stream()
                    .filter(exporter -> !exporter.name().equals("log"))
                    .forEach(exporters::add);
        }
        return exporters;
    }

    /** Those of the log records' pipeline as well. */
    Contained contained(TracerHealth health) {
        return logPipeline == null
                ? health.contained()
                : health.contained().withMoreWorkers(logPipeline.stats().workerFaults());
    }

    RedactionCounts redactionCounts() {
        Redactor redactor = plan.redaction().redactor();
        return redactor == null ? RedactionCounts.NONE : redactor.counts();
    }

    /** Those of the spans' stages, and what readers of metrics did not get. */
    Map<String, Long> stageFailures(TracerHealth health) {
        Map<String, Long> failures = new HashMap<>(health.spans().stageFailures());
        long metrics = metricRedaction == null ? 0 : metricRedaction.failures();
        if (metrics > 0) {
            failures.put("metric-redaction", metrics);
        }
        return failures;
    }

    @Nullable
    SpoolStats spoolStats() {
        return spool == null ? null : spool.stats();
    }

    @Nullable
    StoreStats storeStats() {
        return store == null ? null : store.stats();
    }

    @Nullable
    ChainStats chainStats() {
        return chainRecorder == null ? null : chainRecorder.kept();
    }

    @Nullable
    ErrorStats errorStats() {
        return errorTracker == null ? null : errorTracker.stats();
    }

    long forgottenSpans() {
        StoreStats stats = storeStats();
        return stats == null ? 0 : stats.evictedSpans() + stats.droppedSpans();
    }

    /** All signals at the same time, so that one whose receiver is gone takes nothing from the others. */
    boolean flush(@Nullable Duration timeout) {
        long deadline = System.nanoTime() + Timeouts.nanos(timeout);
        long failedBefore = failedMetricExports();
        CompletableResultCode metrics =
                meterProvider == null ? CompletableResultCode.ofSuccess() : meterProvider.forceFlush();
        boolean flushed = plan.exceptions() == Plan.Exceptions.EVENTS || tracer.flush(left(deadline));
        Pipeline.PendingFlush logs = logPipeline == null ? atMost -> true : logPipeline.beginFlush();
        Pipeline.PendingFlush hops = chainRecorder == null ? atMost -> true : chainRecorder.beginFlush();
        Pipeline.PendingFlush errors = errorTracker == null ? atMost -> true : errorTracker.beginFlush();
        flushed &= tracer.flush(left(deadline));
        flushed &= logs.await(left(deadline));
        flushed &= hops.await(left(deadline));
        flushed &= errors.await(left(deadline));
        flushed &= errorAlerts == null || errorAlerts.flush(left(deadline));
        flushed &= isDone(metrics, deadline);
        // OpenTelemetry's reader calls a flush a success also when its export failed.
        return flushed && failedMetricExports() == failedBefore;
    }

    private long failedMetricExports() {
        return metricAccount == null ? 0 : metricAccount.failures();
    }

    private static boolean isDone(CompletableResultCode flush, long deadline) {
        return flush.join(left(deadline).toNanos(), TimeUnit.NANOSECONDS).isSuccess();
    }

    /**
     * Log records, hops, errors and spans at the same time, so that none waits for a receiver of another; what is left is for the
     * metrics, which tell what became of them.
     */
    void close(Duration timeout) {
        long nanos = Timeouts.nanos(timeout);
        long deadline = System.nanoTime() + nanos;
        ClosingSteps.runAll(
                () -> sendExceptions(Duration.ofNanos(nanos / 4)),
                () -> beginToCloseLogs(Duration.ofNanos(nanos - nanos / 3)),
                () -> beginToCloseChains(Duration.ofNanos(nanos)),
                () -> beginToCloseErrors(Duration.ofNanos(nanos)),
                // Closes the provider of log records as well, and so waits for the above.
                () -> tracer.close(left(deadline)),
                // Also if there is no time left: what waits is on the disk, and this only notes down how far everybody
                // is.
                () -> closeSpool(spool, left(deadline)),
                () -> closeChains(left(deadline)),
                () -> closeSpool(hopSpool, left(deadline)),
                () -> closeErrors(left(deadline)),
                () -> closeSpool(errorSpool, left(deadline)),
                // The last errors may be new ones.
                () -> closeAlerts(left(deadline)),
                this::cutOffMetrics,
                this::closeOtherMetrics);
    }

    /** Those of spans that wait become log records. */
    private void sendExceptions(Duration deadline) {
        if (plan.exceptions() != Plan.Exceptions.EVENTS) {
            boolean unused = tracer.flush(deadline);
        }
    }

    private void beginToCloseLogs(Duration deadline) {
        if (logPipeline != null) {
            logPipeline.beginClose(deadline);
        }
    }

    private void beginToCloseChains(Duration deadline) {
        if (chainRecorder != null) {
            chainRecorder.beginClose(deadline);
        }
    }

    private void closeChains(Duration deadline) {
        if (chainRecorder != null) {
            chainRecorder.close(deadline);
        }
    }

    private void beginToCloseErrors(Duration deadline) {
        if (errorTracker != null) {
            errorTracker.beginClose(deadline);
        }
    }

    private void closeErrors(Duration deadline) {
        if (uncaughtErrors != null) {
            uncaughtErrors.close();
        }
        if (errorTracker != null) {
            ErrorTrackers.uninstall(errorTracker);
            errorTracker.close(deadline);
        }
    }

    private void closeAlerts(Duration deadline) {
        if (errorAlerts != null) {
            errorAlerts.close(deadline);
        }
    }

    private static void closeSpool(@Nullable Spool<?> spool, Duration deadline) {
        if (spool != null) {
            spool.close(deadline);
        }
    }

    /** Have they not been able to say their last word by now, they never will. */
    private void cutOffMetrics() {
        if (metricReader != null) {
            metricReader.cutOff();
        }
    }

    private void closeOtherMetrics() {
        if (otherMetrics != null) {
            otherMetrics.close();
        }
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }
}
