package io.dharma.tracing.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.testsupport.backends.Backends;
import io.dharma.tracing.testsupport.backends.ZipkinServer;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import zipkin2.Span;
import zipkin2.codec.SpanBytesDecoder;

/** The real Zipkin, whose own reading of what we sent is what counts. */
@ExtendWith(Backends.class)
class ZipkinSpanSinkIT {

    /** Unlike any other build's; how it is distributed is of no matter here. */
    private final String traceId = UUID.randomUUID().toString().replace("-", "");

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void trace_isReadBackThroughZipkinsApi(boolean gzip, ZipkinServer zipkin) throws Exception {
        SpanData root = TestSpans.span("post /orders")
                .trace(traceId)
                .id(1)
                .kind(SpanKind.SERVER)
                .error("payment failed")
                .data();
        SpanData child = TestSpans.span("charge-card")
                .trace(traceId)
                .id(2)
                .parent(1)
                .startMillis(3)
                .took(Duration.ofMillis(7))
                .attributes(Attributes.builder().put("order.id", 42).build())
                .failedWith(new IllegalStateException("declined"))
                .data();

        assertThat(deliver(zipkin, gzip, root, child)).isEqualTo(Delivery.delivered());

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(stored(zipkin)).hasSize(2));
        Span charge = stored(zipkin).stream()
                .filter(span -> "charge-card".equals(span.name()))
                .findFirst()
                .orElseThrow();
        assertThat(charge.parentId()).isEqualTo(TestSpans.spanId(1));
        assertThat(charge.localServiceName()).isEqualTo("checkout");
        assertThat(charge.durationAsLong()).isEqualTo(7_000);
        assertThat(charge.tags()).containsEntry("order.id", "42").containsEntry("otel.status_code", "ERROR");
        assertThat(charge.annotations()).hasSize(1);
    }

    @Test
    void url_thatIsWrongIsRefused(ZipkinServer zipkin) {
        ZipkinSpanSink sink = ZipkinSpanSink.to(endpoint(zipkin.uri() + "/nowhere", true));
        try {
            assertThat(Deliveries.await(sink.deliver(TestSpans.many(1)))).isInstanceOf(Delivery.Refused.class);
        } finally {
            sink.close(Duration.ofSeconds(1));
        }
    }

    private static Delivery deliver(ZipkinServer zipkin, boolean gzip, SpanData... spans) {
        ZipkinSpanSink sink = ZipkinSpanSink.to(endpoint(zipkin.spansEndpoint().toString(), gzip));
        try {
            return Deliveries.await(sink.deliver(List.of(spans)));
        } finally {
            sink.close(Duration.ofSeconds(1));
        }
    }

    private static HttpEndpoint endpoint(String url, boolean gzip) {
        return HttpEndpoint.builder(url)
                .timeout(Duration.ofSeconds(20))
                .gzip(gzip)
                .build();
    }

    private List<Span> stored(ZipkinServer zipkin) throws Exception {
        HttpRequest get = HttpRequest.newBuilder(zipkin.trace(traceId)).build();
        byte[] trace =
                HttpClient.newHttpClient().send(get, BodyHandlers.ofByteArray()).body();
        return SpanBytesDecoder.JSON_V2.decodeList(trace);
    }
}
