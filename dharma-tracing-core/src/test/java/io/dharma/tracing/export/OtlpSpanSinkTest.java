package io.dharma.tracing.export;

import static io.dharma.tracing.export.Deliveries.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.export.FakeCollector.Answer;
import io.dharma.tracing.export.FakeCollector.Request;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Delivery.Delivered;
import io.dharma.tracing.pipeline.Delivery.Refused;
import io.dharma.tracing.pipeline.Delivery.Rejected;
import io.dharma.tracing.pipeline.Delivery.Retry;
import io.dharma.tracing.pipeline.Sink;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.sdk.trace.data.DelegatingSpanData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OtlpSpanSinkTest {

    private final FakeCollector collector = FakeCollector.start();
    private @Nullable Sink<SpanData> sink;

    @AfterEach
    void close() {
        if (sink != null) {
            sink.close(Duration.ofSeconds(1));
        }
        collector.close();
    }

    private CompletionStage<Delivery> deliver(HttpEndpoint endpoint, List<SpanData> batch) {
        Sink<SpanData> opened = OtlpSinks.spans(endpoint);
        sink = opened;
        return opened.deliver(batch);
    }

    private CompletionStage<Delivery> deliver(List<SpanData> batch) {
        return deliver(endpoint().build(), batch);
    }

    /** Patient, since what is tested here is not how fast a loaded machine is. */
    private HttpEndpoint.Builder endpoint() {
        return HttpEndpoint.builder(collector.url("/v1/traces")).timeout(Duration.ofSeconds(20));
    }

    private CompletionStage<Delivery> deliver() {
        return deliver(TestSpans.many(3));
    }

    @Test
    void spans_arriveAsTheProtocolSays() throws IOException {
        SpanData span = TestSpans.span("charge-card")
                .id(7)
                .parent(3)
                .attributes(Attributes.builder().put("order.id", 42).build())
                .failedWith(new IllegalStateException("declined"))
                .data();

        assertThat(await(deliver(List.of(span)))).isEqualTo(Delivery.delivered());

        Request request = collector.onlyRequest();
        assertThat(request.path()).isEqualTo("/v1/traces");
        assertThat(request.headers().getFirst("Content-Type")).isEqualTo("application/x-protobuf");
        assertThat(request.headers().getFirst("Content-Encoding")).isEqualTo("gzip");
        assertThat(request.headers().getFirst("User-Agent")).startsWith("dharma-tracing");
        Span arrived = ExportTraceServiceRequest.parseFrom(request.body())
                .getResourceSpans(0)
                .getScopeSpans(0)
                .getSpans(0);
        assertThat(arrived.getName()).isEqualTo("charge-card");
        assertThat(HexFormat.of().formatHex(arrived.getTraceId().toByteArray())).isEqualTo(TestSpans.TRACE);
        assertThat(HexFormat.of().formatHex(arrived.getSpanId().toByteArray())).isEqualTo(TestSpans.spanId(7));
        assertThat(HexFormat.of().formatHex(arrived.getParentSpanId().toByteArray()))
                .isEqualTo(TestSpans.spanId(3));
        assertThat(arrived.getAttributes(0).getValue().getIntValue()).isEqualTo(42);
        assertThat(arrived.getEvents(0).getName()).isEqualTo("exception");
    }

    @Test
    void spans_arriveUncompressedWhenGzipIsOff() throws IOException {
        HttpEndpoint plain = endpoint().gzip(false).build();

        assertThat(await(deliver(plain, TestSpans.many(2)))).isEqualTo(Delivery.delivered());

        assertThat(collector.onlyRequest().headers().containsKey("Content-Encoding"))
                .isFalse();
        assertThat(spanCount(collector.onlyRequest().body())).isEqualTo(2);
    }

    @Test
    void batches_neverMixThoughManyAreUnderWay() throws IOException {
        Sink<SpanData> shared = OtlpSinks.spans(endpoint().build());
        sink = shared;
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<CompletableFuture<Delivery>> deliveries = new ArrayList<>();
            for (int size = 1; size <= 40; size++) {
                List<SpanData> batch = TestSpans.many(size);
                deliveries.add(
                        CompletableFuture.supplyAsync(() -> batch, threads).thenCompose(shared::deliver));
            }
            deliveries.forEach(delivery -> assertThat(await(delivery)).isEqualTo(Delivery.delivered()));
        } finally {
            threads.shutdown();
        }

        List<Integer> sizes = new ArrayList<>();
        for (Request request : collector.requests()) {
            sizes.add(spanCount(request.body()));
        }
        assertThat(sizes).hasSize(40).doesNotHaveDuplicates().contains(1, 40);
    }

    static int spanCount(byte[] body) throws IOException {
        return ExportTraceServiceRequest.parseFrom(body).getResourceSpansList().stream()
                .flatMap(resource -> resource.getScopeSpansList().stream())
                .mapToInt(ScopeSpans::getSpansCount)
                .sum();
    }

    @Test
    void headers_areAskedForBeforeEachRequestAndWinOverFixedOnes() {
        AtomicInteger calls = new AtomicInteger();
        HttpEndpoint endpoint = endpoint()
                .header("Authorization", "fixed")
                .header("x-tenant", "acme")
                .headersSupplier(() -> Map.of("authorization", "token-" + calls.incrementAndGet()))
                .build();

        assertThat(await(deliver(endpoint, TestSpans.many(1)))).isEqualTo(Delivery.delivered());
        assertThat(await(sink().deliver(TestSpans.many(1)))).isEqualTo(Delivery.delivered());

        assertThat(collector.requests())
                .extracting(request -> request.headers().getFirst("Authorization"))
                .containsExactly("token-1", "token-2");
        assertThat(collector.requests().get(0).headers().get("X-tenant")).containsExactly("acme");
    }

    private Sink<SpanData> sink() {
        if (sink == null) {
            throw new AssertionError("no sink");
        }
        return sink;
    }

    @Test
    void headersSupplier_thatThrowsKeepsTheBatchAndTellsNoSecret() {
        HttpEndpoint endpoint = endpoint()
                .headersSupplier(() -> {
                    throw new IllegalStateException("s3cret");
                })
                .build();

        Retry retry = await(deliver(endpoint, TestSpans.many(1)), Retry.class);

        assertThat(retry.reason())
                .contains("headers supplier", "IllegalStateException")
                .doesNotContain("s3cret");
        assertThat(collector.requests()).isEmpty();
    }

    @Test
    void headersSupplier_withAnInvalidValueIsRefusedAndTellsNoSecret() {
        HttpEndpoint endpoint = endpoint()
                .headersSupplier(() -> Map.of("authorization", "s3cret\r\nx: y"))
                .build();

        Refused refused = await(deliver(endpoint, TestSpans.many(1)), Refused.class);

        assertThat(refused.reason()).contains("authorization").doesNotContain("s3cret");
        assertThat(collector.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504, 599})
    void status_keepsTheBatchWhenTheServerMayTakeItLater(int status) {
        collector.answering(status);

        assertThat(await(deliver(), Retry.class).reason()).endsWith("answered HTTP " + status);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 413, 418, 422, 431})
    void status_rejectsTheBatchWhenTheServerNeverTakesIt(int status) {
        collector.answering(status);

        assertThat(await(deliver(), Rejected.class).reason()).endsWith("answered HTTP " + status);
    }

    @ParameterizedTest
    @CsvSource({
        "401, credentials",
        "403, credentials",
        "407, credentials",
        "404, URL",
        "405, URL",
        "415, URL",
        "501, URL"
    })
    void status_refusesWhenTheSettingsAreWrong(int status, String check) {
        collector.answering(status);

        assertThat(await(deliver(), Refused.class).reason())
                .contains("answered HTTP " + status)
                .endsWith("check the " + check);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void redirect_isNeverFollowed(int status) {
        try (FakeCollector thief = FakeCollector.start()) {
            collector.answering(Answer.status(status).header("Location", thief.url("/steal")));
            HttpEndpoint endpoint = endpoint().header("x-api-key", "s3cret").build();

            Refused refused = await(deliver(endpoint, TestSpans.many(1)), Refused.class);

            assertThat(refused.reason()).contains("HTTP " + status, "redirects are not followed");
            assertThat(thief.requests()).isEmpty();
            assertThat(collector.onlyRequest().headers().getFirst("x-api-key")).isEqualTo("s3cret");
        }
    }

    @ParameterizedTest
    @CsvSource({"7, 7", "0, 1", "1000000000, 300", "99999999999999999999999, 300"})
    void retryAfter_isHonouredWithinBounds(String value, int seconds) {
        collector.answering(Answer.status(429).header("Retry-After", value));

        assertThat(await(deliver(), Retry.class).after()).isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-5", "soon", "1.5", "Fri, 99 Foo 2026 00:00:00 GMT", "٣"})
    void retryAfter_thatIsGarbageIsIgnored(String value) {
        collector.answering(Answer.status(503).header("Retry-After", value));

        assertThat(await(deliver(), Retry.class).after()).isNull();
    }

    @Test
    void partialSuccess_isCountedAndNotRetried() {
        answerPartial(2, "span too old\nnext line");

        Delivered delivered = await(deliver(), Delivered.class);

        assertThat(delivered.rejected()).isEqualTo(2);
        assertThat(delivered.message()).isEqualTo("span too old\\nnext line");
    }

    @Test
    void partialSuccess_neverRejectsMoreThanWasSentOrLessThanNothing() {
        answerPartial(Long.MAX_VALUE, "");
        assertThat(await(deliver(), Delivered.class).rejected()).isEqualTo(3);

        answerPartial(-4, "odd");
        assertThat(await(sink().deliver(TestSpans.many(3)), Delivered.class)).isEqualTo(new Delivered(0, "odd"));
    }

    private void answerPartial(long rejected, String message) {
        byte[] body = ExportTraceServiceResponse.newBuilder()
                .setPartialSuccess(ExportTracePartialSuccess.newBuilder()
                        .setRejectedSpans(rejected)
                        .setErrorMessage(message))
                .build()
                .toByteArray();
        collector.answering(new Answer(200, Map.of("Content-Type", "application/x-protobuf"), body));
    }

    @Test
    void answer_thatIsGarbageStillMeansDelivered() {
        byte[] garbage = HexFormat.of().parseHex("0affffffffffffffffff01");
        collector.answering(new Answer(200, Map.of("Content-Type", "application/x-protobuf"), garbage));
        assertThat(await(deliver())).isEqualTo(Delivery.delivered());

        collector.answering(new Answer(200, Map.of("Content-Type", "text/html"), "<html>".getBytes(UTF_8)));
        assertThat(await(sink().deliver(TestSpans.many(1)))).isEqualTo(Delivery.delivered());
    }

    @Test
    void answer_isReadNoFurtherThanItsLimit() {
        byte[] huge = new byte[20 * 1024 * 1024];
        collector.answering(new Answer(200, Map.of("Content-Type", "application/x-protobuf"), huge));

        assertThat(await(deliver())).isEqualTo(Delivery.delivered());
    }

    @Test
    void nobodyListening_keepsTheBatch() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }

        Retry retry = await(deliver(HttpEndpoint.of("http://127.0.0.1:" + port + "/"), TestSpans.many(1)), Retry.class);

        assertThat(retry.reason()).isEqualTo("127.0.0.1:" + port + ": cannot connect");
    }

    @Test
    void unknownHost_keepsTheBatch() {
        Retry retry = await(deliver(HttpEndpoint.of("http://collector.invalid/"), TestSpans.many(1)), Retry.class);

        assertThat(retry.reason()).isEqualTo("collector.invalid:80: unknown host");
    }

    @Test
    void span_thatCannotBeReadRejectsItsBatchOnly() {
        SpanData hostile = new DelegatingSpanData(TestSpans.named("hostile")) {
            @Override
            public String getName() {
                throw new UnsupportedOperationException("s3cret");
            }
        };

        Rejected rejected = await(deliver(List.of(hostile)), Rejected.class);
        assertThat(rejected.reason()).isEqualTo("cannot be encoded: UnsupportedOperationException");

        assertThat(await(sink().deliver(TestSpans.many(1)))).isEqualTo(Delivery.delivered());
    }

    @Test
    void delivery_afterClosingKeepsTheBatch() {
        assertThat(await(deliver())).isEqualTo(Delivery.delivered());
        sink().close(Duration.ofSeconds(1));

        assertThat(await(sink().deliver(TestSpans.many(1)))).isInstanceOf(Retry.class);
        sink().close(Duration.ofSeconds(1));
    }
}
