package io.dharma.tracing.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisAddressTest {

    @Test
    void host_aloneIsEnough() {
        assertThat(RedisAddress.parse("redis://localhost"))
                .isEqualTo(new RedisAddress(false, List.of(new Node("localhost", 6379)), null, null, 0, null));
    }

    @Test
    void everything_isRead() {
        assertThat(RedisAddress.parse("rediss://us%65r:p%40ss:w@one:1,[::1]:2,three/4"))
                .isEqualTo(new RedisAddress(
                        true,
                        List.of(new Node("one", 1), new Node("::1", 2), new Node("three", 6379)),
                        "user",
                        "p@ss:w",
                        4,
                        null));
    }

    @Test
    void sentinels_haveTheNameOfTheMaster() {
        assertThat(RedisAddress.parse("redis-sentinel://secret@one,two:2#main"))
                .isEqualTo(new RedisAddress(
                        false, List.of(new Node("one", 26379), new Node("two", 2)), null, "secret", 0, "main"));
    }

    @ParameterizedTest
    @CsvSource({
        "redis://one, redis://one:6379",
        "rediss://user:secret@one:1/2, rediss://...@one:1/2",
        "'redis-sentinel://secret@[::1],two#main', 'redis-sentinel://...@[::1]:26379,two:26379#main'"
    })
    void text_hasNoCredentials(String uri, String text) {
        assertThat(RedisAddress.parse(uri)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "http://secret@localhost",
                "secret://localhost",
                "redis:/secret",
                "redis://",
                "redis://secret@",
                "redis://:secret@/3",
                "redis://a:secret@host:port",
                "redis://a:secret@host:0",
                "redis://a:secret@host:65536",
                "redis://a:secret@host:99999999999",
                "redis://a:secret@host,",
                "redis://a:secret@host name",
                "redis://a:secret@[::1",
                "redis://a:secret@[]:1",
                "redis://a:secret@host/x",
                "redis://a:secret@host/-1",
                "redis://a:secret@host?x=secret",
                "redis://a:secret%zz@host",
                "redis://a:secret%2@host",
                "redis://a:secret/more@host",
                "redis://a:secret#more@host",
                "redis://a:secret?more@host",
                "redis://secret:@host",
                "redis-sentinel://a:secret@host",
                "redis-sentinel://a:secret@host#",
                "redis://a:secret@host#secret"
            })
    void malformed_isAClearErrorThatHasNoPassword(String uri) {
        assertThatThrownBy(() -> RedisAddress.parse(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("The address of Redis")
                .message()
                .doesNotContain("secret");
    }

    @Test
    void builder_refusesWhatCannotBe() {
        RedisClient.Builder builder = RedisClient.builder("redis://u:secret@localhost");

        assertThatThrownBy(() -> builder.timeout(Duration.ZERO)).hasMessageContaining("timeout");
        assertThatThrownBy(() -> builder.timeToConnect(Duration.ofHours(1))).hasMessageContaining("timeToConnect");
        assertThat(builder.toString())
                .contains("redis://...@localhost:6379", "tls=off")
                .doesNotContain("secret");
    }
}
