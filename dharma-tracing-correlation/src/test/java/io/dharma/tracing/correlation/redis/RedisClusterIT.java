package io.dharma.tracing.correlation.redis;

import io.dharma.tracing.testsupport.backends.RedisCluster;
import io.dharma.tracing.testsupport.backends.RedisNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

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
}
