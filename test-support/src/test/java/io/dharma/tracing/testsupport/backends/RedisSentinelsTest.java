package io.dharma.tracing.testsupport.backends;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RedisSentinelsTest {

    private RedisSentinels sentinels;
    private RedisClient client;

    @BeforeEach
    void start() throws Exception {
        sentinels = RedisSentinels.start();
        RedisURI uri = RedisURI.create(sentinels.uri());
        uri.setTimeout(Duration.ofSeconds(1));
        client = RedisClient.create(uri);
    }

    @AfterEach
    void end() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        sentinels.close();
    }

    @Test
    void client_writesToTheNewMasterWithoutBeingConnectedAnew() throws Exception {
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            RedisCommands<String, String> commands = connection.sync();
            commands.set("before", "kept");
            assertThat(commands.waitForReplication(1, 1_000)).isEqualTo(1);
            RedisNode former = sentinels.master();
            // Two of three are a majority still.
            sentinels.sentinels().get(0).kill();

            former.kill();
            RedisNode master = sentinels.awaitMasterOtherThan(former);

            await().ignoreExceptions().until(() -> "OK".equals(commands.set("after", "written")));
            assertThat(commands.get("before")).isEqualTo("kept");
            assertThat(master.ask("GET", "after")).containsExactly("written");
        }
    }
}
