package io.dharma.tracing.testsupport.faults;

import static java.nio.charset.StandardCharsets.US_ASCII;
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
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A client without mercy looks at each fault; {@code requests()} of the receiver says how far it let things go.
 *
 * <p>Each question is asked by a client of its own, hence over a connection of its own. A client that is asked twice may
 * find in its pool what the proxy has closed meanwhile, and would then tell of that connection, not of the fault.
 */
@Timeout(60)
class FaultProxyTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration SILENCE = Duration.ofMillis(300);

    private final OtlpReceiver receiver = OtlpReceiver.start();
    private final FaultProxy proxy = FaultProxy.to(receiver.tracesEndpoint());

    @AfterEach
    void nothingIsLeft() {
        proxy.close();
        receiver.close();
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("fault-proxy-")));
    }

    private int post() throws IOException, InterruptedException {
        return post(newClient(), proxy).statusCode();
    }

    private static HttpClient newClient() {
        return HttpClient.newBuilder().version(Version.HTTP_1_1).build();
    }

    private static HttpResponse<byte[]> post(HttpClient client, FaultProxy proxy)
            throws IOException, InterruptedException {
        return client.send(request(proxy).timeout(PATIENCE).build(), BodyHandlers.ofByteArray());
    }

    private static HttpRequest.Builder request(FaultProxy proxy) {
        return HttpRequest.newBuilder(proxy.uri())
                .header("Content-Type", "application/x-protobuf")
                .POST(BodyPublishers.ofByteArray(oneSpan()));
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

    /** @param there whether the proxy has what it is not going to answer: silence before that would prove nothing */
    private void assertNoAnswer(Callable<Boolean> there) {
        CompletableFuture<?> answer = newClient().sendAsync(request(proxy).build(), BodyHandlers.ofByteArray());
        await().atMost(PATIENCE).until(there);
        assertThatThrownBy(() -> answer.get(SILENCE.toMillis(), TimeUnit.MILLISECONDS))
                .isInstanceOf(TimeoutException.class);
        answer.cancel(true);
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

        HttpClient client = newClient();

        HttpResponse<byte[]> answer = post(client, proxy);

        assertThat(answer.statusCode()).isEqualTo(418);
        assertThat(answer.headers().firstValue("X-Said")).hasValue("tea");
        assertThat(answer.body()).isEqualTo(body);
        assertThat(post(client, proxy).statusCode()).isEqualTo(200);
        assertThat(proxy.accepted()).as("one connection carries both").isEqualTo(1);
        assertThat(proxy.requests()).isEqualTo(2);
    }

    @Test
    void fault_strikesWhoIsConnectedAlready() throws Exception {
        HttpClient client = newClient();
        assertThat(post(client, proxy).statusCode()).isEqualTo(200);

        proxy.set(Fault.answer(503));

        assertThat(post(client, proxy).statusCode()).isEqualTo(503);
        assertThat(proxy.accepted()).isEqualTo(1);
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

        assertNoAnswer(() -> proxy.requests() == 1);

        assertHeals(0);
    }

    @Test
    void neverRead_acceptsOnly() throws Exception {
        proxy.set(Fault.neverRead());

        assertNoAnswer(() -> proxy.accepted() == 1);

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
        CompletableFuture<HttpResponse<byte[]>> answer =
                newClient().sendAsync(request(proxy).build(), BodyHandlers.ofByteArray());
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
        assertNoAnswer(() -> proxy.requests() == 2);
    }

    @Test
    void closeEach_endsTheConnectionAfterAnAnswerThatDoesNotSaySo() throws Exception {
        proxy.set(Fault.closeEach());
        String head = "POST " + proxy.uri().getPath() + " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                + "Content-Type: application/x-protobuf\r\nContent-Length: " + oneSpan().length + "\r\n\r\n";
        try (Socket client =
                new Socket(InetAddress.getLoopbackAddress(), proxy.uri().getPort())) {
            client.setSoTimeout((int) PATIENCE.toMillis());
            client.getOutputStream().write(head.getBytes(US_ASCII));
            client.getOutputStream().write(oneSpan());

            assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII))
                    .startsWith("HTTP/1.1 200 ")
                    .doesNotContainIgnoringCase("connection: close");
        }

        assertThat(post()).isEqualTo(200);
        assertThat(proxy.accepted()).isEqualTo(2);
        assertThat(receiver.requests()).hasSize(2);
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
            assertThat(post(newClient(ours), tunnel).statusCode()).isEqualTo(200);

            tunnel.set(Fault.refuse());
            tunnel.set(Fault.plaintext());
            assertThatThrownBy(() -> post(newClient(ours), tunnel)).isInstanceOf(SSLException.class);

            tunnel.set(Fault.certificate(stranger.contextFor(stranger.server())));
            assertThatThrownBy(() -> post(newClient(ours), tunnel)).isInstanceOf(SSLHandshakeException.class);
            assertThat(secure.requests()).hasSize(1);

            tunnel.set(Fault.pass());
            assertThat(post(newClient(ours), tunnel).statusCode()).isEqualTo(200);
        }
    }

    private static HttpClient newClient(TestCertificates certificates) throws Exception {
        return HttpClient.newBuilder()
                .version(Version.HTTP_1_1)
                .sslContext(certificates.context())
                .build();
    }

    @Test
    void crowd_isServedWithinBoundsAndLeavesNothing() {
        proxy.set(Fault.blackhole());
        HttpClient client = newClient();
        CompletableFuture<?>[] crowd = new CompletableFuture<?>[200];
        for (int i = 0; i < crowd.length; i++) {
            crowd[i] = client.sendAsync(
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
