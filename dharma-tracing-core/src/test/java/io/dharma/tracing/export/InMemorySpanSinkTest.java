package io.dharma.tracing.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class InMemorySpanSinkTest {

    private static void deliver(InMemorySpanSink sink, SpanData... spans) {
        Deliveries.await(sink.deliver(List.of(spans)));
    }

    @Test
    void spans_areFoundByTraceAndName() {
        InMemorySpanSink sink = InMemorySpanSink.create();
        SpanData other =
                TestSpans.span("load").trace("11111111111111111111111111111111").data();
        deliver(sink, TestSpans.named("load"), TestSpans.named("charge"), other);

        assertThat(sink.spans()).hasSize(3);
        assertThat(sink.spansNamed("load")).hasSize(2);
        assertThat(sink.spansOfTrace(other.getTraceId())).containsExactly(other);
        assertThat(sink.spansNamed("lo")).isEmpty();
        assertThat(sink.forgotten()).isZero();
    }

    @Test
    void newest_areKeptWhenThereAreTooMany() {
        InMemorySpanSink sink = InMemorySpanSink.create(2, Long.MAX_VALUE);
        deliver(sink, TestSpans.named("first"), TestSpans.named("second"), TestSpans.named("third"));

        assertThat(sink.spans()).extracting(SpanData::getName).containsExactly("second", "third");
        assertThat(sink.forgotten()).isEqualTo(1);
    }

    @Test
    void newest_areKeptWhenTheyAreTooLarge() {
        InMemorySpanSink sink = InMemorySpanSink.create(100, 30_000);
        SpanData large = TestSpans.span("large")
                .attributes(Attributes.builder().put("text", "x".repeat(10_000)).build())
                .data();
        deliver(sink, TestSpans.named("small"), large, large);

        assertThat(sink.spans()).extracting(SpanData::getName).containsExactly("large");
        assertThat(sink.forgotten()).isEqualTo(2);
    }

    @Test
    void what_wasKeptStaysAfterClosingUntilCleared() {
        InMemorySpanSink sink = InMemorySpanSink.create();
        deliver(sink, TestSpans.named("load"));

        sink.close(Duration.ofSeconds(1));
        assertThat(sink.spans()).hasSize(1);

        sink.clear();
        assertThat(sink.spans()).isEmpty();
    }

    @Test
    void threads_mayDeliverAndReadAtOnce() {
        InMemorySpanSink sink = InMemorySpanSink.create(500, Long.MAX_VALUE);
        List<SpanData> batch = TestSpans.many(100);
        List<CompletableFuture<Void>> work = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            work.add(CompletableFuture.runAsync(() -> {
                Deliveries.await(sink.deliver(batch));
                assertThat(sink.spans()).hasSizeLessThanOrEqualTo(500);
            }));
        }
        work.forEach(CompletableFuture::join);

        assertThat(sink.spans()).hasSize(500);
        assertThat(sink.forgotten()).isEqualTo(300);
    }

    @Test
    void limits_mustBePositive() {
        assertThatIllegalArgumentException().isThrownBy(() -> InMemorySpanSink.create(0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> InMemorySpanSink.create(1, 0));
    }
}
