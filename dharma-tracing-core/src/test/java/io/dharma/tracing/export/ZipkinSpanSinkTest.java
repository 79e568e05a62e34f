package io.dharma.tracing.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.export.FakeCollector.Request;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Delivery.Refused;
import io.dharma.tracing.pipeline.Delivery.Rejected;
import io.dharma.tracing.pipeline.Delivery.Retry;
import io.dharma.tracing.testsupport.ChildJvm;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import zipkin2.Span;
import zipkin2.codec.SpanBytesDecoder;

class ZipkinSpanSinkTest {

    private final FakeCollector zipkin = FakeCollector.start();
    private final ZipkinSpanSink sink = ZipkinSpanSink.to(HttpEndpoint.builder(zipkin.url("/api/v2/spans"))
            .timeout(Duration.ofSeconds(20))
            .build());

    @AfterEach
    void close() {
        sink.close(Duration.ofSeconds(1));
        zipkin.close();
    }

    @Test
    void spans_arriveAsZipkinsJson() {
        zipkin.answering(202);
        SpanData parent = TestSpans.span("place-order").id(1).data();
        SpanData child = TestSpans.span("charge-card")
                .id(2)
                .parent(1)
                .attributes(Attributes.builder().put("order.id", 42).build())
                .took(Duration.ofMillis(7))
                .data();

        assertThat(Deliveries.await(sink.deliver(List.of(parent, child)))).isEqualTo(Delivery.delivered());

        Request request = zipkin.onlyRequest();
        assertThat(request.path()).isEqualTo("/api/v2/spans");
        assertThat(request.headers().getFirst("Content-Type")).isEqualTo("application/json");
        List<Span> arrived = SpanBytesDecoder.JSON_V2.decodeList(request.body());
        assertThat(arrived).extracting(Span::name).containsExactly("place-order", "charge-card");
        assertThat(arrived.get(1).traceId()).isEqualTo(TestSpans.TRACE);
        assertThat(arrived.get(1).parentId()).isEqualTo(TestSpans.spanId(1));
        assertThat(arrived.get(1).localServiceName()).isEqualTo("checkout");
        assertThat(arrived.get(1).tags()).containsEntry("order.id", "42");
        assertThat(arrived.get(1).durationAsLong()).isEqualTo(7_000);
    }

    @Test
    void status_decidesWhatBecomesOfTheBatch() {
        zipkin.answering(503);
        assertThat(Deliveries.await(sink.deliver(TestSpans.many(1)))).isInstanceOf(Retry.class);
        zipkin.answering(400);
        assertThat(Deliveries.await(sink.deliver(TestSpans.many(1)))).isInstanceOf(Rejected.class);
        zipkin.answering(302);
        assertThat(Deliveries.await(sink.deliver(TestSpans.many(1)))).isInstanceOf(Refused.class);
    }

    @Test
    void bytes_areOnlyThoseOfTheirBatch() {
        ZipkinEncoder encoder = new ZipkinEncoder();

        String first = new String(encoder.encode(List.of(TestSpans.named("first"))), UTF_8);
        String second = new String(encoder.encode(List.of(TestSpans.named("second"))), UTF_8);

        assertThat(first).contains("\"first\"").doesNotContain("\"second\"");
        assertThat(second).contains("\"second\"").doesNotContain("\"first\"");
    }

    @Test
    void jar_thatIsMissingIsNamed() throws Exception {
        assertThat(new ChildJvm().without("opentelemetry-exporter-zipkin").run(Probe.class))
                .contains("Sending to Zipkin needs io.opentelemetry:opentelemetry-exporter-zipkin:1.63.0");
        assertThat(new ChildJvm().without("zipkin-reporter").run(Probe.class))
                .contains("Sending to Zipkin needs io.zipkin.reporter2:zipkin-reporter");
        assertThat(new ChildJvm().run(Probe.class)).contains("all there");
    }

    static final class Probe {
        private Probe() {}

        public static void main(String[] arguments) {
            try {
                ZipkinSpanSink.to(HttpEndpoint.of("http://127.0.0.1:1")).close(Duration.ZERO);
                System.out.println("all there");
            } catch (IllegalStateException missing) {
                System.out.println(missing.getMessage());
            }
        }
    }
}
