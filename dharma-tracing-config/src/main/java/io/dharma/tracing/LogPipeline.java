package io.dharma.tracing;

import io.dharma.tracing.pipeline.Pipeline;
import io.dharma.tracing.pipeline.PipelineStats;
import io.dharma.tracing.pipeline.PipelineThreads;
import io.dharma.tracing.pipeline.Priority;
import io.dharma.tracing.pipeline.RecordType;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.redaction.Redactor;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.LogRecordProcessor;
import io.opentelemetry.sdk.logs.ReadWriteLogRecord;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Takes log records from OpenTelemetry's SDK and delivers them like spans. For any thread. */
final class LogPipeline implements LogRecordProcessor {

    private final Pipeline<ReadWriteLogRecord, LogRecordData> pipeline;
    private final Duration closeTimeout;
    private volatile @Nullable Long closeBy;

    LogPipeline(
            Plan.Logs logs,
            Sink<LogRecordData> sink,
            @Nullable Redactor redactor,
            PipelineThreads threads,
            Duration deliveryTimeout,
            Duration closeTimeout) {
        this.closeTimeout = closeTimeout;
        Pipeline.Builder<ReadWriteLogRecord, LogRecordData> builder =
                Pipeline.builder("logs", new LogRecord(), ReadWriteLogRecord::toLogRecordData);
        if (redactor != null) {
            builder.stage(redactor.logStage());
        }
        this.pipeline = builder.convertedSize(record -> RecordSize.of(record.getBodyValue(), record.getAttributes()))
                .threads(threads)
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

    /** Does not wait, so that the caller can wait for something else meanwhile. */
    Pipeline.PendingFlush beginFlush() {
        return pipeline.beginFlush();
    }

    PipelineStats stats() {
        return pipeline.stats();
    }

    @Override
    public CompletableResultCode forceFlush() {
        return pipeline.flush(closeTimeout) ? CompletableResultCode.ofSuccess() : CompletableResultCode.ofFailure();
    }

    /** Begins to deliver what is queued; {@link #shutdown()} waits for it until then. */
    void beginClose(Duration timeout) {
        closeBy = System.nanoTime() + timeout.toNanos();
        pipeline.beginClose(timeout);
    }

    void close(Duration timeout) {
        pipeline.close(timeout);
    }

    @Override
    public CompletableResultCode shutdown() {
        Long until = closeBy;
        close(until == null ? closeTimeout : Duration.ofNanos(Math.max(0, until - System.nanoTime())));
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
