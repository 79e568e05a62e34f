package io.dharma.tracing.errors.redis;

import io.dharma.tracing.testsupport.backends.RedisCluster;
import io.dharma.tracing.testsupport.backends.RedisNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A cluster of three masters, of which one is named. */
class RedisErrorCacheClusterIT extends RedisErrorCacheContract {

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
    RedisErrorCache.Builder builder(String instance) {
        return RedisErrorCache.builder(cluster.uris().get(0).toString(), instance);
    }

    @Override
    List<RedisNode> masters() {
        return cluster.masters();
    }
}
