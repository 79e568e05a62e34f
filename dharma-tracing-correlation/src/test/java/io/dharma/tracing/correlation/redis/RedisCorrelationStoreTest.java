package io.dharma.tracing.correlation.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.correlation.CorrelationStore;
import io.dharma.tracing.correlation.Hop;
import io.dharma.tracing.correlation.redis.Chains.CorrelationChain;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.backends.RedisNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class RedisCorrelationStoreTest {

    private final Chains chains = new Chains(1, Chains.now());
    private RedisNode redis;
    private CorrelationStore store;

    @BeforeEach
    void start() throws IOException {
        redis = RedisNode.start();
        store = RedisCorrelationStore.builder(redis.uri().toString()).build();
    }

    @AfterEach
    void stop() {
        store.close(Duration.ofSeconds(1));
        redis.close();
    }

    static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void chain_isReadAsItWasWritten() throws Exception {
        CorrelationChain chain = chains.next("user-1", true);

        Delivery delivery = await(store.deliver(chain.correlated()));
        List<Hop> hops = await(store.hops(chain.id()));

        assertThat(delivery).isEqualTo(Delivery.delivered());
        assertThat(hops).containsExactlyInAnyOrderElementsOf(chain.hops());
    }

    @Test
    void chain_takesAtMost850BytesFor12Hops() throws Exception {
        CorrelationChain ordinary = chains.next();
        CorrelationChain failed = chains.next(null, true);

        await(store.deliver(ordinary.correlated()));
        await(store.deliver(failed.correlated()));

        assertThat(memoryUsage(ordinary)).isLessThanOrEqualTo(850);
        assertThat(memoryUsage(failed)).isLessThanOrEqualTo(850);
    }

    private int memoryUsage(CorrelationChain chain) throws IOException {
        return Integer.parseInt(
                redis.ask("MEMORY", "USAGE", "dharma:chain:" + chain.id()).get(0));
    }
}
