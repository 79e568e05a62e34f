package io.dharma.tracing.testsupport.backends;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Backends.class)
class RedisServerTest {

    @Test
    void redis_givesBackWhatLettuceWrote(RedisServer redis) {
        RedisClient client = RedisClient.create(redis.uri().toString());
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            connection.sync().hset("redis-server-test", "span", "checkout");

            assertThat(connection.sync().hgetall("redis-server-test")).containsEntry("span", "checkout");
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        }
    }
}
