package io.dharma.tracing;

import io.dharma.tracing.pipeline.Pipeline;
import io.dharma.tracing.pipeline.PipelineStats;
import io.dharma.tracing.pipeline.Priority;
import io.dharma.tracing.pipeline.RecordType;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.spi.DaemonThreads;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.LogRecordProcessor;
import io.opentelemetry.sdk.logs.ReadWriteLogRecord;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Takes log records from OpenTelemetry's SDK and delivers them like spans. For any thread. */
final class LogPipeline implements LogRecordProcessor {

    private static final long IDLE_SECONDS = 5;

    private final Pipeline<ReadWriteLogRecord, LogRecordData> pipeline;
    private final Duration closeTimeout;
    private final ThreadPoolExecutor flusher = new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> DaemonThreads.of("dharma-logs-flush", task));

    LogPipeline(Plan.Logs logs, Sink<LogRecordData> sink, Duration deliveryTimeout, Duration closeTimeout) {
        this.closeTimeout = closeTimeout;
        flusher.allowCoreThreadTimeOut(true);
        this.pipeline = Pipeline.builder("logs", new LogRecord(), ReadWriteLogRecord::toLogRecordData)
                .convertedSize(record -> RecordSize.of(record.getBodyValue(), record.getAttributes()))
                .maxQueueBytes(logs.maxQueueBytes())
                .maxBatchSize(logs.batchSize())
                .maxBatchDelay(logs.batchDelay())
                .deliveryTimeout(deliveryTimeout)
                .sink(sink)
                .build();
    }

    @Override
    public void onEmit(Context context, ReadWriteLogRecord record) {
        boolean unused = pipeline.offer(record);
    }

    /**
     * Flushes on another thread, so that the caller can wait for something else meanwhile: one for all calls, which ends
     * when it has had nothing to do for a while.
     */
    CompletableResultCode flushAside(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        CompletableResultCode result = new CompletableResultCode();
        try {
            flusher.execute(() -> {
                Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
                CompletableResultCode unused = pipeline.flush(left) ? result.succeed() : result.fail();
            });
        } catch (RejectedExecutionException closed) {
            // Closing has delivered what there was, or counted it as lost.
            return forceFlush();
        }
        return result;
    }

    PipelineStats stats() {
        return pipeline.stats();
    }

    @Override
    public CompletableResultCode forceFlush() {
        return pipeline.flush(closeTimeout) ? CompletableResultCode.ofSuccess() : CompletableResultCode.ofFailure();
    }

    void close(Duration timeout) {
        pipeline.close(timeout);
        flusher.shutdown();
    }

    /** What is queued has been delivered by {@link #close(Duration)} before; a second close waits for nothing. */
    @Override
    public CompletableResultCode shutdown() {
        close(closeTimeout);
        return CompletableResultCode.ofSuccess();
    }

    /** A log record as it was given: what it holds is measured at once, because nothing else bounds it here. */
    private static final class LogRecord implements RecordType<ReadWriteLogRecord> {

        @Override
        public int sizeOf(ReadWriteLogRecord record) {
            return RecordSize.of(record.getBodyValue(), record.getAttributes());
        }

        @Override
        public Priority priority(ReadWriteLogRecord record) {
            return record.getSeverity().getSeverityNumber() >= Severity.ERROR.getSeverityNumber()
                    ? Priority.HIGH
                    : Priority.NORMAL;
        }
    }
}
