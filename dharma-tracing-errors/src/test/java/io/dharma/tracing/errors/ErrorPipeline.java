package io.dharma.tracing.errors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.pipeline.Pipeline;
import io.dharma.tracing.pipeline.PipelineStats;
import io.dharma.tracing.pipeline.Priority;
import io.dharma.tracing.pipeline.RecordType;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.pipeline.SinkState;
import io.dharma.tracing.pipeline.SinkStats;
import java.time.Duration;
import java.util.List;

/** A sink behind the pipeline that it is made for. */
public final class ErrorPipeline implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Pipeline<ErrorRecord, ErrorRecord> pipeline;
    private long offered;

    public ErrorPipeline(Sink<ErrorRecord> sink) {
        pipeline = Pipeline.<ErrorRecord, ErrorRecord>builder("errors", new ErrorType(), record -> record)
                .sink(sink)
                // Room for all that a test offers at once.
                .maxQueueBytes(64L << 20)
                .maxBatchDelay(Duration.ofMillis(20))
                .build();
    }

    private static final class ErrorType implements RecordType<ErrorRecord> {

        @Override
        public int sizeOf(ErrorRecord record) {
            return 1_000;
        }

        @Override
        public Priority priority(ErrorRecord record) {
            return Priority.NORMAL;
        }
    }

    public void offer(List<? extends ErrorRecord> records) {
        records.forEach(this::offer);
    }

    public void offer(ErrorRecord record) {
        offered++;
        assertThat(pipeline.offer(record)).isTrue();
    }

    public SinkStats sink() {
        return pipeline.stats().sinks().get(0);
    }

    public void awaitState(SinkState state) {
        await().atMost(PATIENCE).until(() -> sink().state() == state);
    }

    public void awaitFailures(long more) {
        long before = sink().failedDeliveries();
        await().atMost(PATIENCE).until(() -> sink().failedDeliveries() >= before + more);
    }

    public boolean flush(Duration time) {
        return pipeline.flush(time);
    }

    /** All that was offered arrived, and is accounted for. */
    public void assertDeliveredWithin(Duration time) {
        boolean flushed = pipeline.flush(time);
        PipelineStats stats = pipeline.stats();
        assertThat(flushed).as("%s", stats).isTrue();
        assertThat(stats.offered()).isEqualTo(offered);
        assertThat(stats.dropped()).isEmpty();
        assertThat(sink().dropped()).isEmpty();
        assertThat(sink().delivered()).isEqualTo(offered);
        assertThat(sink().state()).isEqualTo(SinkState.HEALTHY);
    }

    @Override
    public void close() {
        pipeline.close();
    }
}
