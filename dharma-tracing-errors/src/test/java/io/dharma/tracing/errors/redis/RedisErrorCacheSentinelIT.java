package io.dharma.tracing.errors.redis;

import io.dharma.tracing.testsupport.backends.RedisNode;
import io.dharma.tracing.testsupport.backends.RedisSentinels;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A master that is known to sentinels, which alone are named. */
class RedisErrorCacheSentinelIT extends RedisErrorCacheContract {

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
    RedisErrorCache.Builder builder(String instance) {
        return RedisErrorCache.builder(sentinels.uri().toString(), instance);
    }

    @Override
    List<RedisNode> masters() throws IOException {
        return List.of(sentinels.master());
    }
}
