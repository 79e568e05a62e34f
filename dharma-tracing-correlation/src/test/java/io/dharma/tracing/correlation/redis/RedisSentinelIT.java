package io.dharma.tracing.correlation.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.correlation.redis.Chains.CorrelationChain;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.testsupport.backends.RedisNode;
import io.dharma.tracing.testsupport.backends.RedisSentinels;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A master that is known to sentinels, which alone are named. */
class RedisSentinelIT extends RedisStoreContract {

    private RedisSentinels sentinels;

    @BeforeAll
    void start() throws IOException {
        sentinels = RedisSentinels.start();
    }

    @AfterAll
    void stop() {
        sentinels.close();
    }

    @Override
    RedisCorrelationStore.Builder builder() {
        return RedisCorrelationStore.builder(sentinels.uri().toString());
    }

    @Override
    List<RedisNode> masters() throws IOException {
        return List.of(sentinels.master());
    }

    @Test
    void sentinels_haveAPasswordOfTheirOwn() throws Exception {
        for (RedisNode sentinel : sentinels.sentinels()) {
            sentinel.ask("ACL", "SETUSER", "watcher", "on", ">secret", "+@all");
            sentinel.ask("ACL", "SETUSER", "default", "-sentinel");
        }
        CorrelationChain chain = new Chains(11, Chains.now()).next();
        RedisCorrelationStore without = builder().build();
        RedisCorrelationStore with =
                builder().sentinelCredentials("watcher", "secret").build();

        assertThat(await(without.deliver(chain.correlated())))
                .isInstanceOfSatisfying(
                        Delivery.Refused.class,
                        refused -> assertThat(refused.reason()).endsWith(" answered NOPERM"));
        assertThat(await(with.deliver(chain.correlated()))).isEqualTo(Delivery.delivered());

        without.close(Duration.ofSeconds(1));
        with.close(Duration.ofSeconds(1));
        for (RedisNode sentinel : sentinels.sentinels()) {
            sentinel.ask("ACL", "SETUSER", "default", "+@all");
        }
    }
}
