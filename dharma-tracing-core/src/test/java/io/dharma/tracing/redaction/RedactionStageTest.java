package io.dharma.tracing.redaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.DropReason;
import io.dharma.tracing.pipeline.Pipeline;
import io.dharma.tracing.pipeline.Priority;
import io.dharma.tracing.pipeline.RecordType;
import io.dharma.tracing.pipeline.Sink;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.trace.data.DelegatingSpanData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Redaction where it belongs: in a pipeline, before anybody gets a record. */
@Timeout(30)
class RedactionStageTest {

    private static final AttributeKey<String> NOTE = AttributeKey.stringKey("note");

    private static final RecordType<SpanData> SPANS = new RecordType<>() {
        @Override
        public int sizeOf(SpanData record) {
            return 500;
        }

        @Override
        public Priority priority(SpanData record) {
            return Priority.NORMAL;
        }
    };

    private final List<SpanData> delivered = new CopyOnWriteArrayList<>();
    private final Redactor redactor = Redactor.create();

    @Test
    void sink_getsSpansWithoutSecrets() {
        try (Pipeline<SpanData, SpanData> pipeline = pipeline()) {
            pipeline.offer(span("password=hunter2"));
            pipeline.offer(span("harmless"));

            assertThat(pipeline.flush(Duration.ofSeconds(10))).isTrue();
            assertThat(delivered)
                    .extracting(span -> span.getAttributes().get(NOTE))
                    .containsExactly("password=[redacted]", "harmless");
        }
    }

    @Test
    void span_thatCannotBeRedactedIsDroppedAndCounted() {
        SpanData hostile = new DelegatingSpanData(span("password=hunter2")) {
            @Override
            public Attributes getAttributes() {
                throw new IllegalStateException("hunter2");
            }
        };
        try (Pipeline<SpanData, SpanData> pipeline = pipeline()) {
            pipeline.offer(hostile);

            assertThat(pipeline.flush(Duration.ofSeconds(10))).isFalse();
            assertThat(delivered).isEmpty();
            assertThat(pipeline.stats().dropped()).isEqualTo(Map.of(DropReason.STAGE_FAILED, 1L));
            assertThat(pipeline.stats().stageFailures()).isEqualTo(Map.of("redact", 1L));
        }
    }

    private Pipeline<SpanData, SpanData> pipeline() {
        return Pipeline.<SpanData, SpanData>builder("spans", SPANS, span -> span)
                .stage(redactor.spanStage())
                .sink(new Remembering())
                .build();
    }

    private static SpanData span(String note) {
        return RecordedSpans.span("a", span -> span.setAttribute(NOTE, note));
    }

    private final class Remembering implements Sink<SpanData> {

        @Override
        public String name() {
            return "memory";
        }

        @Override
        public CompletionStage<Delivery> deliver(List<SpanData> batch) {
            delivered.addAll(batch);
            return CompletableFuture.completedFuture(Delivery.delivered());
        }

        @Override
        public void close(Duration deadline) {}
    }
}
