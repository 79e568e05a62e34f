package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.PipelineStats;
import io.dharma.tracing.pipeline.PipelineThreads;
import io.dharma.tracing.pipeline.Sink;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.LogRecordBuilder;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What waits is bounded by what it holds, wherever in a record that stands. */
class LogPipelineTest {

    private static final long BOUND = 64 << 10;
    private static final int OFFERED = 200;
    private static final String LONG = "x".repeat(3_000);

    @Test
    void bound_countsTheTextOfAttributes() {
        assertThat(held(record -> record.setAttribute(AttributeKey.stringKey("statement"), LONG)))
                .isLessThanOrEqualTo(BOUND / (2L * LONG.length()));
    }

    @Test
    void bound_countsListsInAttributes() {
        List<String> list = Collections.nCopies(3, LONG.substring(1_000));
        assertThat(held(record -> record.setAttribute(AttributeKey.stringArrayKey("lines"), list)))
                .isLessThanOrEqualTo(BOUND / (6 * 2_000));
    }

    @Test
    void bound_countsStructuredBodies() {
        Value<?> body = Value.of(Map.of("list", Value.of(Value.of("a"), Value.of(LONG))));
        assertThat(held(record -> record.setBody(body))).isLessThanOrEqualTo(BOUND / (2L * LONG.length()));
    }

    @Test
    void bound_countsBinaryBodies() {
        assertThat(held(record -> record.setBody(Value.of(new byte[6_000])))).isLessThanOrEqualTo(BOUND / 6_000);
    }

    @Test
    void size_ofValuesNestedDeeplyIsFound() {
        Value<?> nested = Value.of("end");
        for (int i = 0; i < 100_000; i++) {
            nested = Value.of(List.of(nested));
        }

        assertThat(RecordSize.of(nested, Attributes.empty())).isGreaterThan(100_000);
    }

    /** How many records of this kind wait when the receiver takes none. */
    private static long held(Consumer<LogRecordBuilder> kind) {
        Plan.Logs logs = Objects.requireNonNull(Given.nothing()
                .environment("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
                .environment("DHARMA_DELIVERY_MAX_QUEUE_BYTES", "64KiB")
                .environment("OTEL_BLRP_SCHEDULE_DELAY", "1ms")
                .config()
                .plan()
                .logs());
        LogPipeline pipeline = new LogPipeline(
                logs, new Deaf(), PipelineThreads.shared(), Duration.ofSeconds(60), Duration.ofMillis(100));
        try (SdkLoggerProvider provider =
                SdkLoggerProvider.builder().addLogRecordProcessor(pipeline).build()) {
            for (int i = 0; i < OFFERED; i++) {
                LogRecordBuilder record = provider.get("test").logRecordBuilder();
                kind.accept(record);
                record.emit();
            }
            await().until(() -> pipeline.stats().queuedRecords() == 0);
            PipelineStats stats = pipeline.stats();
            assertThat(stats.offered()).isEqualTo(OFFERED);
            return stats.sinks().get(0).queuedRecords();
        }
    }

    /** Never answers. */
    private static final class Deaf implements Sink<LogRecordData> {

        @Override
        public String name() {
            return "deaf";
        }

        @Override
        public CompletionStage<Delivery> deliver(List<LogRecordData> batch) {
            return new CompletableFuture<>();
        }
    }
}
