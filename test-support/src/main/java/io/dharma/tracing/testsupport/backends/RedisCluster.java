package io.dharma.tracing.testsupport.backends;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A Redis Cluster of three masters without replicas that belongs to one test, each with a third of the slots. As Redis
 * does it by default, all of it answers CLUSTERDOWN once a master was missed for {@value #NODE_TIMEOUT_MILLIS} ms, until
 * that one is back.
 *
 * <pre>{@code
 * try (RedisCluster cluster = RedisCluster.start()) {
 *     ... write to cluster.uris() ...
 *     cluster.ownerOf(slot).kill();
 * }
 * }</pre>
 *
 * <p>Always processes, see {@link RedisNode}: each announces the address of loopback where it listens. Starting takes
 * about 3 s, most of it a pause that Redis makes before a master takes writes. Use from one thread at a time.
 */
public final class RedisCluster implements AutoCloseable {

    private static final int MASTERS = 3;
    private static final int SLOTS = 16_384;
    private static final int NODE_TIMEOUT_MILLIS = 2_000;

    /** A master that was given up comes back no sooner than twice the time after which it was. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final List<RedisNode> masters = new ArrayList<>();

    private RedisCluster() {}

    /** Returns once every node says that all is well. */
    public static RedisCluster start() throws IOException {
        RedisCluster cluster = new RedisCluster();
        try {
            cluster.startMasters();
            cluster.join();
            cluster.awaitOk();
            return cluster;
        } catch (IOException | RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    private void startMasters() throws IOException {
        List<String> settings = List.of(
                "cluster-enabled yes", "cluster-announce-ip 127.0.0.1", "cluster-node-timeout " + NODE_TIMEOUT_MILLIS);
        for (int index = 0; index < MASTERS; index++) {
            RedisNode master = RedisNode.startStore(settings);
            masters.add(master);
            // Else they would settle among themselves whose word counts more, and that takes its time.
            master.ask("CLUSTER", "SET-CONFIG-EPOCH", String.valueOf(index + 1));
            master.ask(slotsOf(index));
        }
    }

    /** Redis 6 has no ADDSLOTSRANGE. */
    private static String[] slotsOf(int index) {
        Stream<String> slots =
                IntStream.range(0, SLOTS).filter(slot -> indexOf(slot) == index).mapToObj(String::valueOf);
        return Stream.concat(Stream.of("CLUSTER", "ADDSLOTS"), slots).toArray(String[]::new);
    }

    private static int indexOf(int slot) {
        return slot * MASTERS / SLOTS;
    }

    private void join() throws IOException {
        for (RedisNode other : masters.subList(1, MASTERS)) {
            masters.get(0).ask("CLUSTER", "MEET", "127.0.0.1", String.valueOf(other.port()));
        }
    }

    /** Waits until every node says that all is well, which takes a few seconds after a master was given up. */
    public void awaitOk() {
        await().atMost(PATIENCE).ignoreExceptionsInstanceOf(IOException.class).until(() -> {
            for (RedisNode master : masters) {
                String info = String.join("", master.ask("CLUSTER", "INFO"));
                if (!info.contains("cluster_state:ok") || !info.contains("cluster_known_nodes:" + MASTERS)) {
                    return false;
                }
            }
            return true;
        });
    }

    /** Where a client may begin. */
    public List<URI> uris() {
        return masters.stream().map(RedisNode::uri).toList();
    }

    /** All nodes, those that are down too. */
    public List<RedisNode> masters() {
        return List.copyOf(masters);
    }

    /** The master that was given this slot at the start. */
    public RedisNode ownerOf(int slot) {
        return masters.get(indexOf(slot));
    }

    /**
     * Gives a slot to another master, of which clients learn by being told MOVED. The slot has to be empty, else Redis
     * refuses.
     */
    public void moveSlot(int slot, RedisNode to) throws IOException {
        RedisNode from = ownerOf(slot);
        setSlot(to, slot, "IMPORTING", from);
        setSlot(to, slot, "NODE", to);
        setSlot(from, slot, "NODE", to);
    }

    private static void setSlot(RedisNode at, int slot, String state, RedisNode node) throws IOException {
        at.ask(
                "CLUSTER",
                "SETSLOT",
                String.valueOf(slot),
                state,
                node.ask("CLUSTER", "MYID").get(0));
    }

    /** Kills all nodes and deletes their files. */
    @Override
    public void close() {
        masters.forEach(RedisNode::close);
    }
}
