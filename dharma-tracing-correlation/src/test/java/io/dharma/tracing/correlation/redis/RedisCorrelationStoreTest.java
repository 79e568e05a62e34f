package io.dharma.tracing.correlation.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.correlation.redis.Chains.CorrelationChain;
import io.dharma.tracing.testsupport.backends.RedisNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RedisCorrelationStoreTest extends RedisStoreContract {

    private RedisNode redis;

    @BeforeAll
    void start() throws IOException {
        redis = RedisNode.start("appendonly no");
    }

    @AfterAll
    void stop() {
        redis.close();
    }

    @Override
    RedisCorrelationStore.Builder builder() {
        return RedisCorrelationStore.builder(redis.uri().toString());
    }

    @Override
    List<RedisNode> masters() {
        return List.of(redis);
    }

    @Test
    void chain_takesAtMost850BytesFor12Hops() throws Exception {
        Chains chains = new Chains(7, Chains.now());
        CorrelationChain ordinary = chains.next();
        CorrelationChain failed = chains.next(null, true);
        RedisCorrelationStore store = builder().build();

        await(store.deliver(ordinary.correlated()));
        await(store.deliver(failed.correlated()));

        assertThat(memoryUsage(ordinary)).isLessThanOrEqualTo(850);
        assertThat(memoryUsage(failed)).isLessThanOrEqualTo(850);
        store.close(Duration.ofSeconds(1));
    }

    private int memoryUsage(CorrelationChain chain) throws IOException {
        return Integer.parseInt(
                redis.ask("MEMORY", "USAGE", "dharma:chain:" + chain.id()).get(0));
    }
}
