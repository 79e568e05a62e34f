package io.dharma.tracing.testsupport.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.dharma.tracing.testsupport.TestCertificates;
import io.dharma.tracing.testsupport.otlp.OtlpAnswer;
import io.dharma.tracing.testsupport.otlp.OtlpReceiver;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A client without mercy looks at each fault; {@code requests()} of the receiver says how far it let things go. */
@Timeout(60)
class FaultProxyTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration IMPATIENCE = Duration.ofMillis(300);

    private final OtlpReceiver receiver = OtlpReceiver.start();
    private final FaultProxy proxy = FaultProxy.to(receiver.tracesEndpoint());
    private final HttpClient http =
            HttpClient.newBuilder().version(Version.HTTP_1_1).build();

    @AfterEach
    void nothingIsLeft() {
        proxy.close();
        receiver.close();
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("fault-proxy-")));
    }

    private int post() throws IOException, InterruptedException {
        return post(http, proxy, PATIENCE).statusCode();
    }

    private static HttpResponse<byte[]> post(HttpClient http, FaultProxy proxy, Duration timeout)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(proxy.uri())
                .timeout(timeout)
                .header("Content-Type", "application/x-protobuf")
                .POST(BodyPublishers.ofByteArray(oneSpan()))
                .build();
        return http.send(request, BodyHandlers.ofByteArray());
    }

    private static byte[] oneSpan() {
        ExportTraceServiceRequest.Builder request = ExportTraceServiceRequest.newBuilder();
        request.addResourceSpansBuilder()
                .addScopeSpansBuilder()
                .addSpansBuilder()
                .setName("charge-card")
                .setKind(Span.SpanKind.SPAN_KIND_INTERNAL)
                .setTraceId(ByteString.fromHex("0102030405060708090a0b0c0d0e0f10"))
                .setSpanId(ByteString.fromHex("0102030405060708"))
                .setStartTimeUnixNano(1)
                .setEndTimeUnixNano(2);
        return request.build().toByteArray();
    }

    private void assertNoAnswer() {
        assertThatThrownBy(() -> post(http, proxy, IMPATIENCE)).isInstanceOf(HttpTimeoutException.class);
    }

    private void assertBroken() {
        assertThatThrownBy(this::post).isInstanceOf(IOException.class).isNotInstanceOf(HttpTimeoutException.class);
    }

    private void assertHeals(int receivedBefore) throws Exception {
        proxy.set(Fault.pass());
        assertThat(post()).isEqualTo(200);
        assertThat(receiver.requests()).hasSize(receivedBefore + 1);
    }

    @Test
    void pass_changesNothing() throws Exception {
        byte[] body = {1, 2, 3};
        receiver.answerNext(OtlpAnswer.status(418).header("X-Said", "tea").body(body));

        HttpResponse<byte[]> answer = post(http, proxy, PATIENCE);

        assertThat(answer.statusCode()).isEqualTo(418);
        assertThat(answer.headers().firstValue("X-Said")).hasValue("tea");
        assertThat(answer.body()).isEqualTo(body);
        assertThat(post()).isEqualTo(200);
        assertThat(proxy.accepted()).as("one connection carries both").isEqualTo(1);
        assertThat(proxy.requests()).isEqualTo(2);
    }

    @Test
    void refuse_closesThePortAndComesBackOnIt() throws Exception {
        assertThat(post()).isEqualTo(200);

        proxy.set(Fault.refuse());

        assertThatThrownBy(this::post).isInstanceOf(ConnectException.class);
        assertHeals(1);
    }

    @Test
    void refuse_resetsWhoIsConnected() throws Exception {
        try (Socket client =
                new Socket(InetAddress.getLoopbackAddress(), proxy.uri().getPort())) {
            await().until(() -> proxy.accepted() == 1);

            proxy.set(Fault.refuse());

            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void blackhole_readsAndNeverAnswers() throws Exception {
        proxy.set(Fault.blackhole());

        assertNoAnswer();

        assertThat(proxy.requests()).isEqualTo(1);
        assertHeals(0);
    }

    @Test
    void neverRead_acceptsOnly() throws Exception {
        proxy.set(Fault.neverRead());

        assertNoAnswer();

        assertThat(proxy.accepted()).isEqualTo(1);
        assertThat(proxy.requests()).isZero();
        assertHeals(0);
    }

    @Test
    void resetAtOnce_strikesBeforeTheRequestIsRead() throws Exception {
        proxy.set(Fault.resetAtOnce());

        assertBroken();

        assertThat(proxy.requests()).isZero();
        assertHeals(0);
    }

    @Test
    void resetInRequest_letsTheReceiverSeeNoWholeRequest() throws Exception {
        proxy.set(Fault.resetInRequest());

        assertBroken();

        assertThat(proxy.requests()).isPositive();
        assertHeals(0);
    }

    @Test
    void resetBeforeAnswer_strikesAfterTheReceiverIsDone() throws Exception {
        proxy.set(Fault.resetBeforeAnswer());

        assertBroken();

        int received = receiver.requests().size();
        assertThat(received).isPositive();
        assertHeals(received);
    }

    @Test
    void resetInAnswer_strikesAfterTheReceiverIsDone() throws Exception {
        proxy.set(Fault.resetInAnswer());

        assertBroken();

        int received = receiver.requests().size();
        assertThat(received).isPositive();
        assertHeals(received);
    }

    @Test
    void truncate_endsInTheMiddleOfTheAnswer() throws Exception {
        receiver.answerNext(OtlpAnswer.ok().body(new byte[4096]));
        proxy.set(Fault.truncate());

        assertBroken();

        int received = receiver.requests().size();
        assertThat(received).isPositive();
        assertHeals(received);
    }

    @Test
    void garbage_isNoAnswer() throws Exception {
        proxy.set(Fault.garbage());

        assertBroken();

        int received = receiver.requests().size();
        assertThat(received).isPositive();
        assertHeals(received);
    }

    @Test
    void delay_holdsTheAnswerBack() throws Exception {
        proxy.set(Fault.delay(Duration.ofMillis(200)));

        long start = System.nanoTime();
        assertThat(post()).isEqualTo(200);

        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(200));
    }

    @Test
    void delay_endsWithItsFault() throws Exception {
        proxy.set(Fault.delay(Duration.ofHours(1)));
        CompletableFuture<HttpResponse<byte[]>> answer = http.sendAsync(
                HttpRequest.newBuilder(proxy.uri())
                        .header("Content-Type", "application/x-protobuf")
                        .POST(BodyPublishers.ofByteArray(oneSpan()))
                        .build(),
                BodyHandlers.ofByteArray());
        receiver.awaitRequests(1, PATIENCE);
        assertThat(answer).isNotDone();

        proxy.set(Fault.pass());

        assertThat(answer.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    }

    @Test
    void drip_sendsByteAfterByte() throws Exception {
        proxy.set(Fault.drip(Duration.ofMillis(2)));
        long start = System.nanoTime();

        assertThat(post()).isEqualTo(200);

        assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(2 * 50));
        proxy.set(Fault.drip(Duration.ofSeconds(1)));
        assertNoAnswer();
    }

    @Test
    void closeEach_givesEveryRequestAConnection() throws Exception {
        proxy.set(Fault.closeEach());

        for (int i = 0; i < 3; i++) {
            assertThat(post()).isEqualTo(200);
        }

        assertThat(proxy.accepted()).isGreaterThanOrEqualTo(3);
        assertThat(receiver.requests()).hasSize(3);
    }

    @Test
    void answer_isTheProxysOwn() throws Exception {
        proxy.set(Fault.answer(503));

        assertThat(post()).isEqualTo(503);

        assertHeals(0);
    }

    @Test
    void tls_isPassedOnOrMismatched(@TempDir Path directory) throws Exception {
        TestCertificates ours = TestCertificates.in(Files.createDirectory(directory.resolve("ours")));
        TestCertificates stranger = TestCertificates.in(Files.createDirectory(directory.resolve("stranger")));
        try (OtlpReceiver secure = OtlpReceiver.startTls(ours.contextFor(ours.server()));
                FaultProxy tunnel = FaultProxy.to(secure.tracesEndpoint())) {
            assertThat(post(newClient(ours), tunnel, PATIENCE).statusCode()).isEqualTo(200);

            tunnel.set(Fault.refuse());
            tunnel.set(Fault.plaintext());
            assertThatThrownBy(() -> post(newClient(ours), tunnel, PATIENCE)).isInstanceOf(SSLException.class);

            tunnel.set(Fault.certificate(stranger.contextFor(stranger.server())));
            assertThatThrownBy(() -> post(newClient(ours), tunnel, PATIENCE)).isInstanceOf(SSLHandshakeException.class);
            assertThat(secure.requests()).hasSize(1);

            tunnel.set(Fault.pass());
            assertThat(post(newClient(ours), tunnel, PATIENCE).statusCode()).isEqualTo(200);
        }
    }

    /** One for each request: a connection that the proxy has closed may still be in a client's pool. */
    private static HttpClient newClient(TestCertificates certificates) throws Exception {
        return HttpClient.newBuilder()
                .version(Version.HTTP_1_1)
                .sslContext(certificates.context())
                .build();
    }

    @Test
    void crowd_isServedWithinBoundsAndLeavesNothing() {
        proxy.set(Fault.blackhole());
        CompletableFuture<?>[] crowd = new CompletableFuture<?>[200];
        for (int i = 0; i < crowd.length; i++) {
            crowd[i] = http.sendAsync(
                    HttpRequest.newBuilder(proxy.uri())
                            .POST(BodyPublishers.noBody())
                            .build(),
                    BodyHandlers.discarding());
        }
        await().atMost(PATIENCE).until(() -> proxy.accepted() >= crowd.length);

        assertThat(Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().startsWith("fault-proxy-"))
                        .count())
                .isLessThanOrEqualTo(128);
    }
}
