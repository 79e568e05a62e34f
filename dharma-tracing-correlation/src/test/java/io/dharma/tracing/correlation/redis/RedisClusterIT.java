package io.dharma.tracing.correlation.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.correlation.ChainQuery;
import io.dharma.tracing.correlation.redis.Chains.CorrelationChain;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.testsupport.backends.RedisCluster;
import io.dharma.tracing.testsupport.backends.RedisNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A cluster of three masters, of which one is named. */
class RedisClusterIT extends RedisStoreContract {

    private RedisCluster cluster;

    @BeforeAll
    void start() throws IOException {
        cluster = RedisCluster.start();
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    @Override
    RedisCorrelationStore.Builder builder() {
        return RedisCorrelationStore.builder(cluster.uris().get(0).toString());
    }

    @Override
    List<RedisNode> masters() {
        return cluster.masters();
    }

    @Test
    void user_whoMayNotAskForSlotsIsToldOfThemOneByOne() throws Exception {
        for (RedisNode master : masters()) {
            master.ask("ACL", "SETUSER", "frugal", "on", ">secret", "~dharma:*", "+@all", "-@dangerous");
        }
        Chains chains = new Chains(9, Chains.now());
        CorrelationChain chain = chains.next("user-1", true);
        RedisCorrelationStore store = RedisCorrelationStore.builder(
                        "redis://frugal:secret@127.0.0.1:" + masters().get(1).port())
                .timeout(Duration.ofSeconds(10))
                .build();

        assertThat(await(store.deliver(chain.correlated()))).isEqualTo(Delivery.delivered());

        assertThat(await(store.hops(chain.id()))).containsExactlyInAnyOrderElementsOf(chain.hops());
        assertThat(await(store.find(ChainQuery.all()))).hasSize(1);
        store.close(Duration.ofSeconds(1));
    }

    @Test
    void slot_thatIsJustMovingIsWrittenWhereItGoes() throws Exception {
        CorrelationChain chain = new Chains(10, Chains.now()).next();
        String key = "dharma:chain:" + chain.id();
        String slot = masters().get(0).ask("CLUSTER", "KEYSLOT", key).get(0);
        RedisNode from = cluster.ownerOf(Integer.parseInt(slot));
        RedisNode to = masters().get((masters().indexOf(from) + 1) % 3);
        to.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", id(from));
        from.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", id(to));
        RedisCorrelationStore store = builder().timeout(Duration.ofSeconds(10)).build();

        assertThat(await(store.deliver(chain.correlated()))).isEqualTo(Delivery.delivered());

        assertThat(await(store.hops(chain.id()))).containsExactlyInAnyOrderElementsOf(chain.hops());
        store.close(Duration.ofSeconds(1));
        from.ask("CLUSTER", "SETSLOT", slot, "NODE", id(to));
        to.ask("CLUSTER", "SETSLOT", slot, "NODE", id(to));
        assertThat(to.ask("KEYS", key)).containsExactly(key);
    }

    @Test
    void slot_thatHasMovedIsFollowed() throws Exception {
        Chains chains = new Chains(12, Chains.now());
        RedisCorrelationStore store = builder().timeout(Duration.ofSeconds(10)).build();
        assertThat(await(store.deliver(chains.next().correlated()))).isEqualTo(Delivery.delivered());
        CorrelationChain chain = chains.next();
        String key = "dharma:chain:" + chain.id();
        int slot =
                Integer.parseInt(masters().get(0).ask("CLUSTER", "KEYSLOT", key).get(0));
        RedisNode to = masters().get((masters().indexOf(cluster.ownerOf(slot)) + 1) % 3);
        cluster.moveSlot(slot, to);

        assertThat(await(store.deliver(chain.correlated()))).isEqualTo(Delivery.delivered());

        assertThat(to.ask("EXISTS", key)).containsExactly("1");
        store.close(Duration.ofSeconds(1));
    }

    private static String id(RedisNode node) throws IOException {
        return node.ask("CLUSTER", "MYID").get(0);
    }
}
