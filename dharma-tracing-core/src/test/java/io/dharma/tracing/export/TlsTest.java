package io.dharma.tracing.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Delivery.Refused;
import io.dharma.tracing.pipeline.Delivery.Retry;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.testsupport.TestCertificates;
import io.dharma.tracing.testsupport.TestCertificates.Identity;
import io.dharma.tracing.testsupport.faults.Fault;
import io.dharma.tracing.testsupport.faults.FaultProxy;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** Real handshakes against an authority made for the test. */
@TestInstance(Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls makeCertificates first.
class TlsTest {

    private TestCertificates authority;
    private TestCertificates stranger;
    private Identity server;
    private Identity client;

    @BeforeAll
    void makeCertificates(@TempDir Path directory) throws IOException {
        authority = TestCertificates.in(Files.createDirectory(directory.resolve("ours")));
        stranger = TestCertificates.in(Files.createDirectory(directory.resolve("stranger")));
        server = authority.server();
        client = authority.client();
    }

    private static Delivery deliver(String url, @Nullable TlsSettings tls) {
        HttpEndpoint.Builder endpoint = HttpEndpoint.builder(url).timeout(Duration.ofSeconds(20));
        if (tls != null) {
            endpoint.tls(tls);
        }
        Sink<SpanData> sink = OtlpSinks.spans(endpoint.build());
        try {
            return Deliveries.await(sink.deliver(TestSpans.many(1)));
        } finally {
            sink.close(Duration.ofSeconds(1));
        }
    }

    private TlsSettings.Builder trusting() {
        return TlsSettings.builder().trustedCertificates(authority.authorityPem());
    }

    private FakeCollector collector(Identity identity, boolean wantsClientCertificate) {
        return FakeCollector.startTls(authority.contextFor(identity), wantsClientCertificate);
    }

    @Test
    void authority_ofOurOwnIsTrustedWhenSet() {
        try (FakeCollector collector = collector(server, false)) {
            assertThat(deliver(collector.url("/v1/traces"), trusting().build())).isEqualTo(Delivery.delivered());
            assertThat(collector.requests()).hasSize(1);
        }
    }

    @Test
    void authority_thatIsNotTrustedIsRefused() {
        try (FakeCollector collector = collector(server, false)) {
            TlsSettings wrong = TlsSettings.builder()
                    .trustedCertificates(stranger.authorityPem())
                    .build();

            assertThat(deliver(collector.url("/v1/traces"), wrong)).isInstanceOf(Refused.class);
            assertThat(deliver(collector.url("/v1/traces"), null)).isInstanceOf(Refused.class);
            assertThat(collector.requests()).isEmpty();
        }
    }

    @Test
    void certificate_ofAnotherHostOrDateIsRefused() {
        Identity other = authority.issue("other-host", "-ext", "san=dns:other.example");
        Identity expired =
                authority.issue("expired", "-startdate", "-3d", "-validity", "1", "-ext", "san=ip:127.0.0.1");
        for (Identity identity : List.of(other, expired)) {
            try (FakeCollector collector = collector(identity, false)) {
                assertThat(deliver(collector.url("/v1/traces"), trusting().build()))
                        .isInstanceOf(Refused.class);
                assertThat(collector.requests()).isEmpty();
            }
        }
    }

    @Test
    void clientCertificate_isShownToAServerThatAsks() {
        TlsSettings mutual = trusting()
                .clientCertificate(client.certificatePem(), client.privateKeyPem())
                .build();
        try (FakeCollector collector = collector(server, true)) {
            assertThat(deliver(collector.url("/v1/traces"), mutual)).isEqualTo(Delivery.delivered());
        }
    }

    @Test
    void clientCertificate_thatIsMissingLosesNothing() {
        try (FakeCollector collector = collector(server, true)) {
            // With TLS 1.3 the server may hang up after our handshake is over: not distinguishable from a restart.
            assertThat(deliver(collector.url("/v1/traces"), trusting().build()))
                    .isInstanceOfAny(Refused.class, Retry.class);
            assertThat(collector.requests()).isEmpty();
        }
    }

    @Test
    void server_thatSpeaksNoTlsIsRefusedAndGetsNothing() {
        try (FakeCollector plain = FakeCollector.start()) {
            String url = plain.url("/v1/traces").replace("http:", "https:");

            assertThat(deliver(url, trusting().build())).isInstanceOfAny(Refused.class, Retry.class);
            assertThat(plain.requests()).isEmpty();
        }
    }

    @Test
    void server_thatAnswersTheHandshakeInCleartextIsRefusedRatherThanRetried() {
        try (FaultProxy proxy = FaultProxy.to(URI.create("https://127.0.0.1/v1/traces"))) {
            proxy.set(Fault.plaintext());

            assertThat(deliver(proxy.uri().toString(), trusting().build()))
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused -> assertThat(refused.reason()).contains("no trusted TLS connection"));
        }
    }

    @Test
    void exporter_ofOpenTelemetryUsesItsOwnSettings() throws IOException {
        try (FakeCollector collector = collector(server, true);
                OtlpHttpSpanExporter exporter = OtlpHttpSpanExporter.builder()
                        .setEndpoint(collector.url("/v1/traces"))
                        .setTrustedCertificates(Files.readAllBytes(authority.authorityPem()))
                        .setClientTls(
                                Files.readAllBytes(client.privateKeyPem()), Files.readAllBytes(client.certificatePem()))
                        .setTimeout(Duration.ofSeconds(20))
                        .build()) {
            CompletableResultCode result = exporter.export(TestSpans.many(1)).join(40, TimeUnit.SECONDS);

            assertThat(result.isSuccess()).isTrue();
        }
    }

    @Test
    void settings_fromTheSameBytesAreEqualAndShareConnections() {
        assertThat(trusting().build())
                .isEqualTo(trusting().build())
                .hasSameHashCodeAs(trusting().build());
        assertThat(trusting().build())
                .isNotEqualTo(TlsSettings.builder()
                        .trustedCertificates(stranger.authorityPem())
                        .build());
    }

    @Test
    void pem_thatIsNotWhatItShouldBeIsExplainedWithoutTheKey() throws IOException {
        byte[] certificate = Files.readAllBytes(client.certificatePem());
        String key = Files.readString(client.privateKeyPem());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> TlsSettings.builder()
                        .trustedCertificates(key.getBytes(UTF_8))
                        .build())
                .withMessageContaining("trusted certificates");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        TlsSettings.builder().trustedCertificates(new byte[0]).build())
                .withMessageContaining("BEGIN CERTIFICATE");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TlsSettings.builder()
                        .clientCertificate(certificate, certificate)
                        .build())
                .withMessageContaining("BEGIN PRIVATE KEY");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TlsSettings.builder()
                        .clientCertificate(
                                certificate,
                                key.replace("PRIVATE", "EC PRIVATE").getBytes(UTF_8))
                        .build())
                .withMessageContaining("openssl pkcs8 -topk8");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TlsSettings.builder()
                        .clientCertificate(
                                certificate,
                                key.replaceFirst("\n[A-Za-z0-9+/]{20}", "\n").getBytes(UTF_8))
                        .build())
                .withMessageContaining("damaged")
                .satisfies(e -> assertThat(e.toString()).doesNotContain(key.substring(40, 60)))
                .withNoCause();
    }

    @Test
    void pem_fileThatIsMissingIsNamed(@TempDir Path directory) {
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> TlsSettings.builder().trustedCertificates(directory.resolve("ca.pem")))
                .withMessageContaining("ca.pem");
    }

    @Test
    void toString_holdsNothingOfTheKey() {
        TlsSettings mutual = trusting()
                .clientCertificate(client.certificatePem(), client.privateKeyPem())
                .build();

        assertThat(mutual).hasToString("own trusted certificates and client certificate");
    }
}
