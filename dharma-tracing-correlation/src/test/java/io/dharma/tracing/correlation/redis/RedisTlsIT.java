package io.dharma.tracing.correlation.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.export.TlsSettings;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.testsupport.TestCertificates;
import io.dharma.tracing.testsupport.TestCertificates.Identity;
import io.dharma.tracing.testsupport.backends.RedisNode;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that speaks TLS alone and knows users, of whom ours may do no more than documented. */
class RedisTlsIT extends RedisStoreContract {

    private RedisNode redis;
    private TlsSettings trust;
    private TestCertificates authority;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        authority = TestCertificates.in(directory);
        redis = RedisNode.startWithTls(authority);
        trust = TlsSettings.builder()
                .trustedCertificates(authority.authorityPem())
                .build();
        redis.ask(
                "ACL",
                "SETUSER",
                "frugal",
                "on",
                ">frugal-secret",
                "~dharma:*",
                "+@read",
                "+@write",
                "+@connection",
                "+@scripting",
                "-@dangerous");
        redis.ask("ACL", "SETUSER", "reader", "on", ">secret-1", "~dharma:*", "+@read", "+@connection", "+@scripting");
        redis.ask("ACL", "SETUSER", "stranger", "on", ">secret-2", "~other:*", "+@all");
    }

    @AfterAll
    void stop() {
        redis.close();
    }

    private String uri(String credentials) {
        return "rediss://" + credentials + "@127.0.0.1:" + redis.port();
    }

    @Override
    RedisCorrelationStore.Builder builder() {
        return RedisCorrelationStore.builder(uri("frugal:frugal-secret")).tls(trust);
    }

    @Override
    List<RedisNode> masters() {
        return List.of(redis);
    }

    private static Delivery deliver(RedisCorrelationStore.Builder builder) throws Exception {
        RedisCorrelationStore store = builder.timeout(Duration.ofSeconds(10)).build();
        try {
            return await(store.deliver(new Chains(3, Chains.now()).next().correlated()));
        } finally {
            store.close(Duration.ofSeconds(1));
        }
    }

    private void assertRefused(Delivery delivery, String reason) throws IOException {
        assertThat(delivery).isInstanceOf(Delivery.Refused.class);
        assertThat(((Delivery.Refused) delivery).reason())
                .isEqualTo("127.0.0.1:" + redis.port() + reason)
                .doesNotContain("secret");
        assertThat(redis.ask("KEYS", "*")).isEmpty();
    }

    @Test
    void password_thatIsWrongIsRefused() throws Exception {
        assertRefused(
                deliver(RedisCorrelationStore.builder(uri("frugal:other-secret"))
                        .tls(trust)),
                " answered WRONGPASS");
    }

    @Test
    void user_isRequired() throws Exception {
        assertRefused(
                deliver(RedisCorrelationStore.builder("rediss://127.0.0.1:" + redis.port())
                        .tls(trust)),
                " answered NOAUTH");
    }

    @Test
    void user_whoMayNotWriteIsRefused() throws Exception {
        assertRefused(
                deliver(RedisCorrelationStore.builder(uri("reader:secret-1")).tls(trust)), " answered NOPERM");
    }

    @Test
    void user_whoMayNotUseTheKeysIsRefused() throws Exception {
        assertRefused(
                deliver(RedisCorrelationStore.builder(uri("stranger:secret-2")).tls(trust)), " answered NOPERM");
    }

    @Test
    void authority_thatIsNotTrustedIsRefused() throws Exception {
        assertRefused(
                deliver(RedisCorrelationStore.builder(uri("frugal:frugal-secret"))),
                ": no trusted TLS connection, check certificates and protocol");
    }

    @Test
    void certificate_ofAnotherHostIsRefused() throws Exception {
        Identity wrong = authority.issue("wrong-host", "-ext", "san=dns:other.example");
        int port = freePort();
        try (RedisNode other = startWithTls(port, wrong, "tls-auth-clients no")) {
            Delivery delivery = deliver(
                    RedisCorrelationStore.builder("rediss://127.0.0.1:" + port).tls(trust));

            assertThat(delivery)
                    .isEqualTo(Delivery.refused(
                            "127.0.0.1:" + port + ": no trusted TLS connection, check certificates and protocol"));
            assertThat(other.ask("KEYS", "*")).isEmpty();
        }
    }

    @Test
    void clientCertificate_isShownToAServerThatWantsOne() throws Exception {
        Identity client = authority.client();
        Identity server = authority.issue("strict", "-ext", "san=dns:localhost");
        TlsSettings both = TlsSettings.builder()
                .trustedCertificates(authority.authorityPem())
                .clientCertificate(client.certificatePem(), client.privateKeyPem())
                .build();
        int port = freePort();
        String uri = "rediss://localhost:" + port;
        try (RedisNode strict = startWithTls(port, server, "tls-auth-clients yes")) {
            assertThat(deliver(RedisCorrelationStore.builder(uri).tls(both))).isEqualTo(Delivery.delivered());
            assertThat(deliver(RedisCorrelationStore.builder(uri).tls(trust)))
                    .isNotInstanceOf(Delivery.Delivered.class);
            assertThat(strict.ask("KEYS", "dharma:chain:*")).hasSize(1);
        }
    }

    private RedisNode startWithTls(int port, Identity server, String clients) throws IOException {
        return RedisNode.start(
                "tls-port " + port,
                "tls-cert-file " + server.certificatePem(),
                "tls-key-file " + server.privateKeyPem(),
                "tls-ca-cert-file " + authority.authorityPem(),
                clients);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Test
    void plaintext_isRefusedWhereTlsIsWanted() throws Exception {
        try (RedisNode plain = RedisNode.start()) {
            Delivery delivery = deliver(RedisCorrelationStore.builder("rediss://127.0.0.1:" + plain.port())
                    .tls(trust)
                    .timeToConnect(Duration.ofSeconds(1)));

            assertThat(delivery).isNotInstanceOf(Delivery.Delivered.class);
            assertThat(plain.ask("KEYS", "*")).isEmpty();
        }
    }
}
