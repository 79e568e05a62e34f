package io.dharma.tracing.testsupport.backends;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dharma.tracing.testsupport.TestCertificates;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Path;
import java.security.cert.CertPathBuilderException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(15)
class RedisTlsTest {

    @TempDir
    private static Path directory;

    private static TestCertificates authority;
    private static RedisNode redis;

    private final RedisClient client = RedisClient.create();

    @BeforeAll
    static void start() throws Exception {
        authority = TestCertificates.in(directory);
        redis = RedisNode.startWithTls(authority);
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    @AfterEach
    void end() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }

    @Test
    void client_thatTrustsTheAuthorityReadsWhatItWrote() {
        try (StatefulRedisConnection<String, String> connection = connectTrusting()) {
            connection.sync().hset("dharma:chain", "span", "checkout");

            assertThat(connection.sync().hgetall("dharma:chain")).containsEntry("span", "checkout");
        }
    }

    @Test
    void client_withoutTheAuthorityIsRefused() {
        assertThatThrownBy(() -> client.connect(RedisURI.create(redis.uri())))
                .isInstanceOf(RedisConnectionException.class)
                .rootCause()
                .isInstanceOf(CertPathBuilderException.class);
    }

    @Test
    void client_withoutTlsIsRefused() {
        RedisURI plain =
                RedisURI.builder(RedisURI.create(redis.uri())).withSsl(false).build();

        assertThatThrownBy(() -> client.connect(plain)).isInstanceOf(RedisConnectionException.class);
    }

    @Test
    void client_withoutUserIsRefused() {
        trust();
        RedisURI anonymous =
                RedisURI.Builder.redis("127.0.0.1", redis.port()).withSsl(true).build();

        assertThatThrownBy(() -> client.connect(anonymous)).rootCause().hasMessageStartingWith("NOAUTH");
    }

    @Test
    void user_mayTouchItsOwnKeysOnly() {
        try (StatefulRedisConnection<String, String> connection = connectTrusting()) {
            RedisCommands<String, String> commands = connection.sync();
            assertThat(commands.set("dharma:allowed", "x")).isEqualTo("OK");

            assertThatThrownBy(() -> commands.set("orders:1", "x")).hasMessageStartingWith("NOPERM");
            assertThatThrownBy(() -> commands.get("orders:1")).hasMessageStartingWith("NOPERM");
            assertThatThrownBy(commands::flushall).hasMessageStartingWith("NOPERM");
        }
    }

    @Test
    void restart_keepsTlsAndUsers() throws Exception {
        try (StatefulRedisConnection<String, String> connection = connectTrusting()) {
            connection.sync().set("dharma:kept", "x");
        }

        redis.restart();

        try (StatefulRedisConnection<String, String> connection = connectTrusting()) {
            assertThat(connection.sync().get("dharma:kept")).isEqualTo("x");
        }
    }

    private StatefulRedisConnection<String, String> connectTrusting() {
        trust();
        return client.connect(RedisURI.create(redis.uri()));
    }

    private void trust() {
        SslOptions ssl = SslOptions.builder()
                .trustManager(authority.authorityPem().toFile())
                .build();
        client.setOptions(ClientOptions.builder().sslOptions(ssl).build());
    }
}
