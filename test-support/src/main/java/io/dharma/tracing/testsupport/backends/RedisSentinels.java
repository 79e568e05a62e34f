package io.dharma.tracing.testsupport.backends;

import static java.util.stream.Collectors.joining;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A master, its replica, and three sentinels that make the replica the master when the master is gone; all of them
 * belong to one test.
 *
 * <pre>{@code
 * try (RedisSentinels sentinels = RedisSentinels.start()) {
 *     ... write to sentinels.uri() ...
 *     sentinels.master().kill();
 * }
 * }</pre>
 *
 * <p>A master that is silent for {@value #DOWN_AFTER_MILLIS} ms is down, and a second or two later there is another. The
 * replica is behind the master by what it was not sent yet: who wants to find a write after the failover waits for the
 * replica first ({@code WAIT 1}). A master that is restarted after that becomes a replica some 10 s later.
 *
 * <p>Always processes, see {@link RedisNode}. Starting takes 3 to 5 s, until the sentinels found each other. Use from one
 * thread at a time.
 */
public final class RedisSentinels implements AutoCloseable {

    /** What the sentinels call the master. */
    public static final String MASTER = "dharma";

    private static final int SENTINELS = 3;
    private static final int QUORUM = 2;
    private static final int DOWN_AFTER_MILLIS = 1_000;

    /** An election without a winner is repeated after twice this time. */
    private static final int FAILOVER_TIMEOUT_MILLIS = 2_000;

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final List<RedisNode> stores = new ArrayList<>();
    private final List<RedisNode> sentinels = new ArrayList<>();

    private RedisSentinels() {}

    /** Returns once the replica has what the master has, and the sentinels could fail over. */
    public static RedisSentinels start() throws IOException {
        RedisSentinels set = new RedisSentinels();
        try {
            set.startStores();
            set.startSentinels();
            return set;
        } catch (IOException | RuntimeException | Error e) {
            set.close();
            throw e;
        }
    }

    private void startStores() throws IOException {
        RedisNode master = RedisNode.startStore(List.of());
        stores.add(master);
        RedisNode replica = RedisNode.startStore(List.of("replicaof 127.0.0.1 " + master.port()));
        stores.add(replica);
        // A sentinel that asked the master before it knew its replica would ask again only after 10 s.
        awaitSaid(replica, "master_link_status:up", "INFO", "replication");
    }

    private void startSentinels() throws IOException {
        List<String> settings = List.of(
                "sentinel announce-ip 127.0.0.1",
                "sentinel monitor " + MASTER + " 127.0.0.1 " + stores.get(0).port() + " " + QUORUM,
                "sentinel down-after-milliseconds " + MASTER + " " + DOWN_AFTER_MILLIS,
                "sentinel failover-timeout " + MASTER + " " + FAILOVER_TIMEOUT_MILLIS);
        for (int count = 0; count < SENTINELS; count++) {
            sentinels.add(RedisNode.startSentinel(settings));
        }
        String complete = "status=ok,address=127.0.0.1:" + stores.get(0).port() + ",slaves=1,sentinels=" + SENTINELS;
        for (RedisNode sentinel : sentinels) {
            awaitSaid(sentinel, complete, "INFO", "sentinel");
        }
    }

    private static void awaitSaid(RedisNode node, String part, String... command) {
        await().atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> node.ask(command).get(0).contains(part));
    }

    /** As Lettuce takes it: {@code redis-sentinel://host:port,host:port,host:port#name}. */
    public URI uri() {
        return URI.create(sentinels.stream()
                .map(sentinel -> "127.0.0.1:" + sentinel.port())
                .collect(joining(",", "redis-sentinel://", "#" + MASTER)));
    }

    /** Who is master now, in the words of the first sentinel that is up; for a moment after a failover others differ. */
    public RedisNode master() throws IOException {
        for (RedisNode sentinel : sentinels) {
            try {
                return store(sentinel.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER));
            } catch (IOException down) {
                // The next one knows as well.
            }
        }
        throw new IOException("no sentinel answers");
    }

    private RedisNode store(List<String> address) {
        return stores.stream()
                .filter(store -> address.equals(List.of("127.0.0.1", String.valueOf(store.port()))))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("none of ours is at " + address));
    }

    /** Waits until the sentinels made another the master, and returns it. */
    public RedisNode awaitMasterOtherThan(RedisNode former) {
        return await().atMost(PATIENCE).until(this::master, now -> now != former);
    }

    /** The sentinels themselves. */
    public List<RedisNode> sentinels() {
        return List.copyOf(sentinels);
    }

    /** Kills all of them and deletes their files. */
    @Override
    public void close() {
        Stream.concat(sentinels.stream(), stores.stream()).forEach(RedisNode::close);
    }
}
