package io.dharma.tracing;

import io.dharma.tracing.export.InMemorySpanSink;
import io.dharma.tracing.internal.settings.Urls;
import io.dharma.tracing.spi.Timeouts;
import io.dharma.tracing.trace.DharmaTracer;
import io.dharma.tracing.trace.TracerHealth;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is running.
 *
 * @param spanTargets where spans are sent, by the name of the sink
 * @param findings what was found while it was put together
 */
record Running(
        Plan plan,
        DharmaTracer tracer,
        SamplingControl sampling,
        @Nullable InMemorySpanSink memory,
        @Nullable SdkMeterProvider meterProvider,
        @Nullable MetricAccount metricAccount,
        @Nullable LogPipeline logPipeline,
        Map<String, String> spanTargets,
        List<Finding> findings) {

    List<ExporterHealth> exporters(TracerHealth health) {
        List<ExporterHealth> exporters = new ArrayList<>(ExporterHealth.of(health.spans(), spanTargets));
        Plan.Logs logs = plan.logs();
        if (logPipeline != null && logs != null) {
            String target = logs.target().endpoint().uri().toString();
            exporters.addAll(ExporterHealth.of(logPipeline.stats(), Map.of("otlp", Urls.withoutSecrets(target))));
        }
        if (metricAccount != null) {
            exporters.add(metricAccount.health());
        }
        return exporters;
    }

    /** All signals at the same time, so that one whose receiver is gone takes nothing from the others. */
    boolean flush(Duration timeout) {
        long deadline = System.nanoTime() + Timeouts.nanos(timeout);
        CompletableResultCode metrics =
                meterProvider == null ? CompletableResultCode.ofSuccess() : meterProvider.forceFlush();
        CompletableResultCode logs =
                logPipeline == null ? CompletableResultCode.ofSuccess() : logPipeline.flushAside(left(deadline));
        boolean flushed = tracer.flush(left(deadline));
        flushed &= isDone(logs, deadline);
        flushed &= isDone(metrics, deadline);
        return flushed;
    }

    private static boolean isDone(CompletableResultCode flush, long deadline) {
        return flush.join(left(deadline).toNanos(), TimeUnit.NANOSECONDS).isSuccess();
    }

    /** Logs first, because the tracer closes their provider without having a time for them. */
    void close(Duration timeout) {
        long nanos = Timeouts.nanos(timeout);
        long deadline = System.nanoTime() + nanos;
        if (logPipeline != null) {
            logPipeline.close(Duration.ofNanos(nanos / 3));
        }
        tracer.close(left(deadline));
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }
}
