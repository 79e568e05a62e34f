package io.dharma.tracing.testsupport.otlp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.dharma.tracing.testsupport.TestCertificates;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OtlpReceiverTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private final OtlpReceiver receiver = OtlpReceiver.start();
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        receiver.close();
    }

    @Test
    void receiver_collectsSpans() throws Exception {
        HttpResponse<byte[]> response = post(traces(span -> {}).toByteArray());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(receiver.awaitSpans(1, SOON)).extracting(Span::getName).containsExactly("charge-card");
        assertThat(receiver.requests().get(0).header("Content-Type")).isEqualTo("application/x-protobuf");
    }

    @Test
    void receiver_collectsMetricsAndLogs() throws Exception {
        var metrics = ExportMetricsServiceRequest.newBuilder();
        var metric =
                metrics.addResourceMetricsBuilder().addScopeMetricsBuilder().addMetricsBuilder();
        metric.setName("duration")
                .getGaugeBuilder()
                .addDataPointsBuilder()
                .setTimeUnixNano(7)
                .setAsInt(3);
        var logs = ExportLogsServiceRequest.newBuilder();
        logs.addResourceLogsBuilder()
                .addScopeLogsBuilder()
                .addLogRecordsBuilder()
                .setTimeUnixNano(7);

        send(request(receiver.metricsEndpoint(), metrics.build().toByteArray()));
        send(request(receiver.logsEndpoint(), logs.build().toByteArray()));

        assertThat(receiver.metrics()).hasSize(1);
        assertThat(receiver.logs()).hasSize(1);
    }

    @Test
    void receiver_thatForgetsHandsOverWhatItTakesAndKeepsWhatIsWrong() throws Exception {
        List<Message> seen = new CopyOnWriteArrayList<>();
        try (OtlpReceiver forgetting = OtlpReceiver.forgetting(seen::add)) {
            ExportTraceServiceRequest good = traces(span -> {});

            send(request(forgetting.tracesEndpoint(), good.toByteArray()));
            refused(request(forgetting.tracesEndpoint(), new byte[] {1, 2, 3}));

            assertThat(seen).containsExactly(good);
            assertThat(forgetting.spans()).isEmpty();
            assertThat(forgetting.requests()).hasSize(1);
            assertThat(forgetting.violations()).singleElement().asString().startsWith("body: ");
        }
    }

    @Test
    void receiver_unpacksGzip() throws Exception {
        byte[] body = gzip(traces(span -> {}).toByteArray());

        send(request(receiver.tracesEndpoint(), body, "Content-Encoding", "gzip"));

        assertThat(receiver.spans()).hasSize(1);
        assertThat(receiver.requests().get(0).bytesOnTheWire()).isEqualTo(body.length);
    }

    @Test
    void receiver_refusesGzipWithSomethingBehindIt() throws Exception {
        byte[] body = gzip(traces(span -> {}).toByteArray());

        refused(request(receiver.tracesEndpoint(), Arrays.copyOf(body, body.length + 3), "Content-Encoding", "gzip"));

        assertThat(receiver.violations()).containsExactly("gzip: more follows behind the end of the stream");
    }

    @Test
    void receiver_refusesTornGzip() throws Exception {
        byte[] body = gzip(traces(span -> {}).toByteArray());

        refused(request(receiver.tracesEndpoint(), Arrays.copyOf(body, body.length - 9), "Content-Encoding", "gzip"));

        assertThat(receiver.violations()).singleElement().asString().startsWith("gzip: ");
    }

    @Test
    void receiver_refusesAnUnknownEncoding() throws Exception {
        refused(request(receiver.tracesEndpoint(), traces(span -> {}).toByteArray(), "Content-Encoding", "br"));

        assertThat(receiver.violations()).containsExactly("unknown content encoding [br]");
    }

    @Test
    void receiver_refusesAnotherMethodPathAndType() throws Exception {
        refused(HttpRequest.newBuilder(receiver.endpoint().resolve("/v1/spans"))
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString("{}"))
                .build());

        assertThat(receiver.violations())
                .containsExactly(
                        "method PUT, not POST",
                        "content type [application/json], not application/x-protobuf",
                        "no such path: /v1/spans");
    }

    @Test
    void receiver_refusesWhatIsNoProtobuf() throws Exception {
        refused(request(receiver.tracesEndpoint(), new byte[] {1, 2, 3}));

        assertThat(receiver.violations()).singleElement().asString().startsWith("body: ");
    }

    @Test
    void receiver_refusesTextThatIsNotUtf8() throws Exception {
        byte[] body = traces(span -> {}).toByteArray();
        body[new String(body, ISO_8859_1).indexOf("charge-card")] = (byte) 0xff;

        refused(request(receiver.tracesEndpoint(), body));

        assertThat(receiver.violations()).singleElement().asString().contains("UTF-8");
    }

    @ParameterizedTest
    @CsvSource({
        "'', 0102030405060708, '', 1, 2, trace id has 0 bytes",
        "00000000000000000000000000000000, 0102030405060708, '', 1, 2, trace id is all zeros",
        "0102030405060708090a0b0c0d0e0f10, 01020304050607, '', 1, 2, span id has 7 bytes",
        "0102030405060708090a0b0c0d0e0f10, 0000000000000000, '', 1, 2, span id is all zeros",
        "0102030405060708090a0b0c0d0e0f10, 0102030405060708, 01, 1, 2, parent span id has 1 bytes",
        "0102030405060708090a0b0c0d0e0f10, 0102030405060708, 0102030405060708, 1, 2, is its own parent",
        "0102030405060708090a0b0c0d0e0f10, 0102030405060708, '', 2, 1, ends before it starts",
        "0102030405060708090a0b0c0d0e0f10, 0102030405060708, '', 0, 1, no start time",
    })
    void receiver_refusesABadSpan(
            String traceId, String spanId, String parentId, long start, long end, String violation) throws Exception {
        refused(request(
                receiver.tracesEndpoint(),
                traces(span -> span.setTraceId(ByteString.fromHex(traceId))
                                .setSpanId(ByteString.fromHex(spanId))
                                .setParentSpanId(ByteString.fromHex(parentId))
                                .setStartTimeUnixNano(start)
                                .setEndTimeUnixNano(end))
                        .toByteArray()));

        assertThat(receiver.violations()).anySatisfy(text -> assertThat(text).contains(violation));
        assertThat(receiver.spans()).isEmpty();
    }

    @Test
    void receiver_refusesASpanWithoutAName() throws Exception {
        refused(request(
                receiver.tracesEndpoint(), traces(Span.Builder::clearName).toByteArray()));

        assertThat(receiver.violations()).contains("a span without a name");
    }

    @Test
    void close_failsOnAViolationThatNobodyAskedFor() throws Exception {
        OtlpReceiver other = OtlpReceiver.start();
        refused(request(other.tracesEndpoint(), new byte[] {1}));

        assertThatExceptionOfType(AssertionError.class).isThrownBy(other::close).withMessageContaining("body: ");
    }

    @Test
    void answers_comeAsScriptedAndThenAllIsWell() throws Exception {
        receiver.answerNext(2, OtlpAnswer.status(503).header("Retry-After", "7"));
        byte[] body = traces(span -> {}).toByteArray();

        HttpResponse<byte[]> first = post(body);

        assertThat(first.statusCode()).isEqualTo(503);
        assertThat(first.headers().firstValue("Retry-After")).hasValue("7");
        assertThat(post(body).statusCode()).isEqualTo(503);
        assertThat(receiver.spans()).isEmpty();
        assertThat(post(body).statusCode()).isEqualTo(200);
        assertThat(receiver.spans()).hasSize(1);
        assertThat(receiver.requests()).extracting(OtlpRequest::status).containsExactly(503, 503, 200);
    }

    @Test
    void answer_saysHowManySpansWereRejected() throws Exception {
        receiver.answerNext(OtlpAnswer.rejectedSpans(3, "too old"));

        var answer = ExportTraceServiceResponse.parseFrom(
                post(traces(span -> {}).toByteArray()).body());

        assertThat(answer.getPartialSuccess().getRejectedSpans()).isEqualTo(3);
        assertThat(answer.getPartialSuccess().getErrorMessage()).isEqualTo("too old");
    }

    @Test
    void answer_redirects() throws Exception {
        receiver.answerNext(OtlpAnswer.redirect(308, URI.create("http://127.0.0.1:1/elsewhere")));

        HttpResponse<byte[]> response = post(traces(span -> {}).toByteArray());

        assertThat(response.statusCode()).isEqualTo(308);
        assertThat(response.headers().firstValue("Location")).hasValue("http://127.0.0.1:1/elsewhere");
    }

    @Test
    void answer_hangsUntilReleased() throws Exception {
        receiver.answerNext(OtlpAnswer.ok().hanging());
        var response = http.sendAsync(
                request(receiver.tracesEndpoint(), traces(span -> {}).toByteArray()), BodyHandlers.discarding());

        receiver.await(hanging -> hanging.held() == 1, SOON);
        assertThat(response).isNotDone();
        assertThat(receiver.requests()).hasSize(1);
        assertThat(receiver.spans()).isEmpty();

        receiver.release();

        assertThat(response).succeedsWithin(SOON);
        assertThat(receiver.spans()).hasSize(1);
    }

    @Test
    void answer_mayBeHugeAndMayDrip() throws Exception {
        receiver.answerNext(OtlpAnswer.ok().body(new byte[1_000]).repeated(1_000));
        receiver.answerNext(OtlpAnswer.ok().body(new byte[3]).dripping(Duration.ofMillis(5)));
        byte[] body = traces(span -> {}).toByteArray();

        assertThat(post(body).body()).hasSize(1_000_000);
        assertThat(post(body).body()).hasSize(3);
    }

    @Test
    void await_saysWhatArrivedInstead() {
        assertThatExceptionOfType(Throwable.class)
                .isThrownBy(() -> receiver.awaitSpans(1, Duration.ofMillis(50)))
                .withMessageContaining("0 spans");
    }

    @Test
    void tls_asksForTheClientsCertificate(@TempDir Path directory) throws Exception {
        TestCertificates authority = TestCertificates.in(directory);
        TestCertificates.Identity client = authority.client();
        byte[] body = traces(span -> {}).toByteArray();
        try (OtlpReceiver mutual = OtlpReceiver.startMutualTls(authority.contextFor(authority.server()))) {
            HttpRequest request = request(mutual.tracesEndpoint(), body);
            HttpClient anonymous =
                    HttpClient.newBuilder().sslContext(authority.context()).build();
            HttpClient known = HttpClient.newBuilder()
                    .sslContext(authority.contextFor(client))
                    .build();

            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> anonymous.send(request, BodyHandlers.discarding()));
            assertThatExceptionOfType(IOException.class)
                    .as("a client that does not know the authority")
                    .isThrownBy(() -> http.send(request, BodyHandlers.discarding()));
            assertThat(known.send(request, BodyHandlers.discarding()).statusCode())
                    .isEqualTo(200);
            assertThat(mutual.requests())
                    .singleElement()
                    .extracting(OtlpRequest::clientCertificate)
                    .isEqualTo(client.keyStore().getCertificate("client"));
        }
    }

    private static ExportTraceServiceRequest traces(Consumer<Span.Builder> changes) {
        var request = ExportTraceServiceRequest.newBuilder();
        Span.Builder span = request.addResourceSpansBuilder()
                .addScopeSpansBuilder()
                .addSpansBuilder()
                .setName("charge-card")
                .setKind(Span.SpanKind.SPAN_KIND_INTERNAL)
                .setTraceId(ByteString.fromHex("0102030405060708090a0b0c0d0e0f10"))
                .setSpanId(ByteString.fromHex("0102030405060708"))
                .setStartTimeUnixNano(1)
                .setEndTimeUnixNano(2);
        changes.accept(span);
        return request.build();
    }

    private HttpResponse<byte[]> post(byte[] body) throws IOException, InterruptedException {
        return send(request(receiver.tracesEndpoint(), body));
    }

    private void refused(HttpRequest request) throws IOException, InterruptedException {
        assertThat(send(request).statusCode()).isEqualTo(400);
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
        return http.send(request, BodyHandlers.ofByteArray());
    }

    private static HttpRequest request(URI uri, byte[] body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/x-protobuf")
                .POST(BodyPublishers.ofByteArray(body));
        return headers.length == 0 ? request.build() : request.headers(headers).build();
    }

    private static byte[] gzip(byte[] body) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(body);
        }
        return packed.toByteArray();
    }
}
