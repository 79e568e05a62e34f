package io.dharma.tracing.testsupport.backends;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RedisClusterTest {

    private static RedisCluster cluster;

    private RedisClusterClient client;
    private StatefulRedisClusterConnection<String, String> connection;
    private RedisAdvancedClusterCommands<String, String> commands;

    @BeforeAll
    static void start() throws Exception {
        cluster = RedisCluster.start();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @BeforeEach
    void connect() {
        client = RedisClusterClient.create(
                cluster.uris().stream().map(RedisURI::create).toList());
        connection = client.connect();
        connection.setTimeout(Duration.ofSeconds(1));
        commands = connection.sync();
    }

    @AfterEach
    void end() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }

    @Test
    void keys_areSpreadOverTheThreeMasters() throws Exception {
        List<String> keys =
                IntStream.range(0, 300).mapToObj(key -> "spread:" + key).toList();
        keys.forEach(key -> commands.set(key, key));

        assertThat(keys).allSatisfy(key -> assertThat(commands.get(key)).isEqualTo(key));
        assertThat(connection.getPartitions())
                .extracting(RedisClusterNode::getUri)
                .extracting(RedisURI::getPort)
                .containsExactlyInAnyOrderElementsOf(
                        cluster.masters().stream().map(RedisNode::port).toList());
        for (RedisNode master : cluster.masters()) {
            assertThat(Integer.parseInt(master.ask("DBSIZE").get(0))).isGreaterThan(50);
        }
    }

    @Test
    void master_tellsWhereAKeyOfAnotherIs() {
        String key = keyOf(cluster.masters().get(2), "elsewhere");
        try (RedisClient single = RedisClient.create(
                        RedisURI.create(cluster.masters().get(0).uri()));
                StatefulRedisConnection<String, String> toFirst = single.connect()) {
            assertThatThrownBy(() -> toFirst.sync().set(key, "x"))
                    .hasMessage("MOVED " + SlotHash.getSlot(key) + " 127.0.0.1:"
                            + cluster.masters().get(2).port());
        }
    }

    @Test
    void client_followsASlotThatMoved() throws Exception {
        RedisNode from = cluster.masters().get(0);
        RedisNode to = cluster.masters().get(1);
        String key = keyOf(from, "moved");
        assertThat(commands.get(key)).isNull();

        cluster.moveSlot(SlotHash.getSlot(key), to);

        assertThat(commands.set(key, "written")).isEqualTo("OK");
        assertThat(to.ask("GET", key)).containsExactly("written");
        assertThatThrownBy(() -> from.ask("GET", key)).hasMessageContaining("MOVED");
    }

    @Test
    void master_thatWasKilledComesBackToTheClusterWithItsKeys() throws Exception {
        RedisNode master = cluster.masters().get(1);
        String key = keyOf(master, "survives");
        commands.set(key, "before");

        master.kill();
        assertThatThrownBy(() -> commands.set(key, "lost")).isInstanceOf(RuntimeException.class);
        RedisNode other = cluster.masters().get(0);
        await().until(() -> other.ask("CLUSTER", "INFO").get(0).contains("cluster_state:fail"));
        assertThatThrownBy(() -> commands.set(keyOf(other, "whole"), "x")).hasMessageStartingWith("CLUSTERDOWN");

        master.restart();
        cluster.awaitOk();

        await().ignoreExceptions().until(() -> "OK".equals(commands.set(keyOf(other, "whole"), "after")));
        await().ignoreExceptions().until(() -> "before".equals(commands.get(key)));
        assertThat(commands.set(key, "after")).isEqualTo("OK");
    }

    /** A key that lies at this master at the start. */
    private static String keyOf(RedisNode master, String prefix) {
        return IntStream.iterate(0, number -> number + 1)
                .mapToObj(number -> prefix + ":" + number)
                .filter(key -> cluster.ownerOf(SlotHash.getSlot(key)) == master)
                .findFirst()
                .orElseThrow();
    }
}
