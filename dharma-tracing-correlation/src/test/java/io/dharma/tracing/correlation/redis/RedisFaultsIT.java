package io.dharma.tracing.correlation.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.correlation.ChainQuery;
import io.dharma.tracing.correlation.CorrelatedHop;
import io.dharma.tracing.correlation.CorrelationStore;
import io.dharma.tracing.correlation.redis.Chains.CorrelationChain;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.DropReason;
import io.dharma.tracing.pipeline.SinkState;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.LiveHeap;
import io.dharma.tracing.testsupport.backends.RedisCluster;
import io.dharma.tracing.testsupport.backends.RedisNode;
import io.dharma.tracing.testsupport.backends.RedisSentinels;
import io.lettuce.core.cluster.SlotHash;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What Redis can do to us: whatever it is, what was offered is there within ten seconds after it is over, the accounts are
 * exact, and there is at most one line in the log.
 */
@ExtendWith(LeakCheck.class)
class RedisFaultsIT {

    private static final long QUEUE_BYTES = 8L << 20;
    private static final Duration RECOVERY = Duration.ofSeconds(10);

    private interface Step {
        void run() throws Exception;
    }

    private static RedisCorrelationStore store(RedisNode redis) {
        return RedisCorrelationStore.builder(redis.uri().toString()).build();
    }

    private static void assertSurvives(RedisNode redis, Step begin, Step end) throws Exception {
        assertSurvives(redis.uri().toString(), begin, end);
    }

    private static void assertSurvives(String uri, Step begin, Step end) throws Exception {
        RedisCorrelationStore reader = RedisCorrelationStore.builder(uri).build();
        RedisCorrelationStore store = RedisCorrelationStore.builder(uri)
                .timeToConnect(Duration.ofSeconds(1))
                .build();
        try (LogLines log = new LogLines();
                HopPipeline pipeline = new HopPipeline(store, QUEUE_BYTES)) {
            pipeline.offer(100);
            pipeline.assertDeliveredWithin(RECOVERY);

            begin.run();
            pipeline.offer(100);
            pipeline.awaitState(SinkState.DEGRADED);
            pipeline.offer(100);
            pipeline.awaitFailures(1);
            end.run();
            pipeline.offer(100);

            pipeline.assertDeliveredWithin(RECOVERY);
            pipeline.assertComplete(reader);
            assertThat(log.lines()).as("lines").hasSizeLessThanOrEqualTo(1);
        } finally {
            reader.close(Duration.ofSeconds(1));
        }
    }

    @Test
    void redis_thatIsKilledGetsWhatItMissed() throws Exception {
        try (RedisNode redis = RedisNode.start()) {
            assertSurvives(redis, redis::kill, redis::restart);
        }
    }

    @Test
    void redis_thatHangsGetsWhatItMissed() throws Exception {
        try (RedisNode redis = RedisNode.start()) {
            assertSurvives(redis, redis::freeze, redis::thaw);
        }
    }

    @Test
    void redis_thatIsReadOnlyGetsWhatItMissed() throws Exception {
        try (RedisNode redis = RedisNode.start()) {
            assertSurvives(redis, () -> redis.setReadOnly(true), () -> redis.setReadOnly(false));
        }
    }

    @Test
    void redis_thatIsOutOfMemoryGetsWhatItMissed() throws Exception {
        try (RedisNode redis = RedisNode.start()) {
            assertSurvives(redis, () -> redis.setOutOfMemory(true), () -> redis.setOutOfMemory(false));
        }
    }

    @Test
    void redis_thatIsNotThereYetGetsAll() throws Exception {
        try (RedisNode redis = RedisNode.start();
                HopPipeline pipeline = new HopPipeline(store(redis), QUEUE_BYTES)) {
            redis.kill();
            pipeline.offer(100);
            pipeline.awaitState(SinkState.DEGRADED);
            redis.restart();

            pipeline.assertDeliveredWithin(RECOVERY);
            CorrelationStore reader = store(redis);
            pipeline.assertComplete(reader);
            reader.close(Duration.ofSeconds(1));
        }
    }

    @Test
    void redis_thatIsKilledWhileItWritesHasNoKeyWithoutAnEnd() throws Exception {
        try (RedisNode redis = RedisNode.start();
                HopPipeline pipeline = new HopPipeline(store(redis), 4 * QUEUE_BYTES)) {
            for (int round = 0; round < 5; round++) {
                pipeline.offer(400);
                redis.kill();
                redis.restart();
            }
            pipeline.offer(1);

            pipeline.assertDeliveredWithin(RECOVERY);
            CorrelationStore reader = store(redis);
            pipeline.assertComplete(reader);
            reader.close(Duration.ofSeconds(1));
            for (String key : redis.ask("KEYS", "*")) {
                assertThat(Long.parseLong(redis.ask("TTL", key).get(0))).as(key).isPositive();
            }
        }
    }

    @Test
    void redis_thatLostEverythingGetsTheNamesAgain() throws Exception {
        try (RedisNode redis = RedisNode.start("appendonly no");
                HopPipeline pipeline = new HopPipeline(store(redis), QUEUE_BYTES)) {
            pipeline.offer(10);
            pipeline.assertDeliveredWithin(RECOVERY);
            redis.restart();
            CorrelationChain chain = pipeline.nextChain();
            pipeline.offer(chain);
            pipeline.assertDeliveredWithin(RECOVERY);

            CorrelationStore reader = store(redis);
            assertThat(RedisStoreContract.await(reader.hops(chain.id())))
                    .containsExactlyInAnyOrderElementsOf(chain.hops());
            reader.close(Duration.ofSeconds(1));
        }
    }

    @Test
    void redis_thatForgotOurScriptsIsToldThemAgain() throws Exception {
        try (RedisNode redis = RedisNode.start();
                HopPipeline pipeline = new HopPipeline(store(redis), QUEUE_BYTES)) {
            pipeline.offer(10);
            pipeline.assertDeliveredWithin(RECOVERY);
            redis.ask("SCRIPT", "FLUSH");
            pipeline.offer(10);
            pipeline.assertDeliveredWithin(RECOVERY);

            assertThat(pipeline.sink().failedDeliveries()).isZero();
        }
    }

    @Test
    void chain_whoseKeyIsTakenIsRejectedAlone() throws Exception {
        try (RedisNode redis = RedisNode.start();
                HopPipeline pipeline = new HopPipeline(store(redis), QUEUE_BYTES)) {
            CorrelationChain taken = pipeline.nextChain();
            redis.ask("SET", "dharma:chain:" + taken.id(), "something else");
            pipeline.offer(5);
            pipeline.offer(taken);
            pipeline.offer(5);
            assertThat(pipeline.flush(RECOVERY)).isFalse();

            assertThat(pipeline.sink().delivered()).isEqualTo(10L * Chains.HOPS);
            assertThat(pipeline.sink().dropped()).isEqualTo(Map.of(DropReason.REJECTED, (long) Chains.HOPS));
            assertThat(pipeline.sink().state()).isEqualTo(SinkState.HEALTHY);
            assertThat(redis.ask("GET", "dharma:chain:" + taken.id())).containsExactly("something else");
            CorrelationStore reader = store(redis);
            assertThat(RedisStoreContract.await(reader.hops(taken.id()))).isEmpty();
            assertThat(RedisStoreContract.await(reader.find(ChainQuery.all().service("service-0"))))
                    .hasSize(10);
            reader.close(Duration.ofSeconds(1));
        }
    }

    @Test
    void questions_failWhileRedisHangsAndWorkAgainAfterwards() throws Exception {
        try (RedisNode redis = RedisNode.start()) {
            RedisCorrelationStore store = store(redis);
            assertThat(RedisStoreContract.await(store.hops("order-1"))).isEmpty();
            redis.freeze();

            assertThat(store.hops("order-1"))
                    .failsWithin(Duration.ofSeconds(5))
                    .withThrowableThat()
                    .withMessageContaining("no answer within 500 ms");

            redis.thaw();
            assertThat(RedisStoreContract.await(store.hops("order-1"))).isEmpty();
            store.close(Duration.ofSeconds(1));
            assertThat(store.find(ChainQuery.all()))
                    .failsWithin(Duration.ofSeconds(1))
                    .withThrowableThat()
                    .withMessageContaining("closed");
        }
    }

    @Test
    void erasure_thatFailedHalfWayIsCompletedByTheNext() throws Exception {
        try (RedisNode redis = RedisNode.start()) {
            RedisCorrelationStore store = store(redis);
            Chains chains = new Chains(5, Chains.now());
            List<String> ids = new ArrayList<>();
            for (int batch = 0; batch < 100; batch++) {
                List<CorrelatedHop> hops = new ArrayList<>();
                for (int i = 0; i < 15; i++) {
                    CorrelationChain chain = chains.next("user-1", false);
                    ids.add("dharma:chain:" + chain.id());
                    hops.addAll(chain.correlated());
                }
                assertThat(RedisStoreContract.await(store.deliver(hops))).isEqualTo(Delivery.delivered());
            }

            CompletableFuture<Integer> first = store.erase("user-1").toCompletableFuture();
            String last = ids.get(ids.size() - 1);
            await().pollInterval(Duration.ofMillis(1))
                    .until(() -> redis.ask("EXISTS", last).equals(List.of("0")));
            redis.kill();
            assertThat(first).failsWithin(Duration.ofSeconds(10));
            redis.restart();
            int removed = RedisStoreContract.await(store.erase("user-1"));

            assertThat(removed).isBetween(1, ids.size() - 1);
            assertThat(redis.ask("KEYS", "dharma:chain:*")).isEmpty();
            assertThat(redis.ask("KEYS", "dharma:user:*")).isEmpty();
            assertThat(RedisStoreContract.await(store.find(ChainQuery.all()))).isEmpty();
            store.close(Duration.ofSeconds(1));
        }
    }

    @Test
    void server_thatIsNoRedisIsTriedAgainQuietly() throws Exception {
        List<byte[]> sayings = List.of(
                "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(UTF_8),
                "*1000000000\r\n".getBytes(UTF_8),
                new byte[] {0, 1, 2, (byte) 0xff},
                new byte[0]);
        for (byte[] saying : sayings) {
            try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                    LogLines log = new LogLines()) {
                Thread talker = talker(server, saying);
                RedisCorrelationStore store = RedisCorrelationStore.builder(
                                "redis://127.0.0.1:" + server.getLocalPort())
                        .timeToConnect(Duration.ofMillis(300))
                        .build();

                for (int attempt = 0; attempt < 3; attempt++) {
                    assertThat(RedisStoreContract.await(store.deliver(
                                    new Chains(1, Chains.now()).next().correlated())))
                            .isInstanceOf(Delivery.Retry.class);
                }

                assertThat(log.lines()).isEmpty();
                store.close(Duration.ofSeconds(1));
                server.close();
                talker.join();
            }
        }
    }

    /** Says this to whoever connects, as soon as it was asked something, and hangs up. */
    private static Thread talker(ServerSocket server, byte[] saying) {
        Thread talker = new Thread(() -> {
            while (true) {
                try (Socket socket = server.accept()) {
                    int unused = socket.getInputStream().read(new byte[1_000]);
                    socket.getOutputStream().write(saying);
                } catch (IOException closed) {
                    if (server.isClosed()) {
                        return;
                    }
                }
            }
        });
        talker.start();
        return talker;
    }

    /** Without a look at what is announced, each of these costs the heap or as much memory as the server likes. */
    @ParameterizedTest
    @ValueSource(strings = {"*2147483000", "*2\r\n:1\r\n*2147483000", ">2147483000", "%1073741000", "$2147483000"})
    void server_thatAnnouncesMoreThanThereIsRoomForIsLeft(String announced) throws Exception {
        try (LogLines log = new LogLines();
                HostileRedis server = HostileRedis.thatAnswers(announced + "\r\n")) {
            RedisCorrelationStore store = RedisCorrelationStore.builder("redis://127.0.0.1:" + server.port())
                    .timeout(Duration.ofSeconds(10))
                    .build();

            assertThat(store.hops("order-1"))
                    .failsWithin(Duration.ofSeconds(9))
                    .withThrowableThat()
                    .withMessageContaining("127.0.0.1:" + server.port() + ": the connection was lost");
            assertThat(RedisStoreContract.await(
                            store.deliver(new Chains(1, Chains.now()).next().correlated())))
                    .isInstanceOf(Delivery.Retry.class);

            assertThat(log.lines()).isEmpty();
            store.close(Duration.ofSeconds(1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"%1073741000", ">2147483000", "*1073741000"})
    void server_thatGreetsWithMoreThanThereIsRoomForIsLeft(String announced) throws Exception {
        try (HostileRedis server = HostileRedis.thatGreetsWith(announced + "\r\n$1\r\na\r\n$1\r\nb\r\n")) {
            RedisCorrelationStore store = RedisCorrelationStore.builder("redis://127.0.0.1:" + server.port())
                    .build();

            assertThat(RedisStoreContract.await(
                            store.deliver(new Chains(1, Chains.now()).next().correlated())))
                    .isEqualTo(Delivery.retry("127.0.0.1:" + server.port() + ": the connection was lost"));
            store.close(Duration.ofSeconds(1));
        }
    }

    @Test
    void server_thatTalksWithoutBeingAskedIsNotListenedTo() throws Exception {
        try (HostileRedis server = HostileRedis.thatAnswers("*0\r\n")) {
            RedisCorrelationStore store = RedisCorrelationStore.builder("redis://127.0.0.1:" + server.port())
                    .timeout(Duration.ofSeconds(10))
                    .build();
            assertThat(RedisStoreContract.await(store.hops("order-1"))).isEmpty();
            long before = memoryOfBuffers();

            server.say("+and another thing\r\n".repeat(600_000));

            assertThat(memoryOfBuffers() - before).isLessThan(6L << 20);
            store.close(Duration.ofSeconds(1));
        }
    }

    private static long memoryOfBuffers() {
        ByteBufAllocatorMetric metric = ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
        return metric.usedDirectMemory() + metric.usedHeapMemory();
    }

    @Test
    void reason_ofAServerThatHangsIsThatItDoesNotAnswer() throws Exception {
        try (RedisNode redis = RedisNode.start()) {
            redis.freeze();
            RedisCorrelationStore store = RedisCorrelationStore.builder(
                            redis.uri().toString())
                    .timeToConnect(Duration.ofMillis(300))
                    .build();

            assertThat(RedisStoreContract.await(
                            store.deliver(new Chains(1, Chains.now()).next().correlated())))
                    .isEqualTo(Delivery.retry("127.0.0.1:" + redis.port() + ": no answer in time"));

            store.close(Duration.ofSeconds(1));
        }
    }

    @Test
    void heap_growsByAtMost16MbWhileRedisHangsOrIsGoneWithAllThatWaits() throws Exception {
        try (RedisNode redis = RedisNode.start();
                HopPipeline pipeline = new HopPipeline(store(redis), QUEUE_BYTES)) {
            pipeline.offer(100);
            pipeline.assertDeliveredWithin(RECOVERY);
            long before = LiveHeap.bytes();

            redis.freeze();
            assertThat(growth(pipeline, before)).isBetween(QUEUE_BYTES / 2, 16L << 20);
            redis.thaw();
            assertThat(pipeline.flush(RECOVERY)).as("%s", pipeline).isFalse();
            pipeline.awaitState(SinkState.HEALTHY);
            redis.kill();
            assertThat(growth(pipeline, before)).isBetween(QUEUE_BYTES / 2, 16L << 20);
            redis.restart();
        }
    }

    /** The most, over several attempts of the pipeline's with a queue that is full of hops that nobody else holds. */
    private static long growth(HopPipeline pipeline, long before) {
        long failures = pipeline.sink().failedDeliveries();
        long most = 0;
        while (pipeline.sink().failedDeliveries() < failures + 5) {
            pipeline.fill(2_000);
            pipeline.awaitFailures(1);
            most = Math.max(most, LiveHeap.bytes() - before);
        }
        return most;
    }

    @Test
    void redis_thatIsFullTakesNoNewChainEither() throws Exception {
        try (RedisNode redis = RedisNode.start()) {
            RedisCorrelationStore store = store(redis);
            Chains chains = new Chains(1, Chains.now());
            assertThat(RedisStoreContract.await(store.deliver(chains.next().correlated())))
                    .isEqualTo(Delivery.delivered());
            redis.setOutOfMemory(true);

            Delivery answer =
                    RedisStoreContract.await(store.deliver(chains.next().correlated()));

            assertThat(answer).isInstanceOf(Delivery.Retry.class);
            assertThat(redis.ask("KEYS", "dharma:chain:*")).hasSize(1);
            store.close(Duration.ofSeconds(1));
        }
    }

    @Test
    void threads_areOurOwnTwo() throws Exception {
        Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
        try (RedisNode redis = RedisNode.start()) {
            RedisCorrelationStore store = store(redis);
            var unused = RedisStoreContract.await(
                    store.deliver(new Chains(1, Chains.now()).next().correlated()));
            assertThat(RedisStoreContract.await(store.find(ChainQuery.all()))).hasSize(1);

            List<String> names = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> !before.contains(thread))
                    .map(Thread::getName)
                    .filter(name -> !name.startsWith("process reaper"))
                    .sorted()
                    .toList();
            store.close(Duration.ofSeconds(1));

            // The first of them only while it has something to do, and a moment longer.
            assertThat(names).isIn(List.of("dharma-blocking", "dharma-redis"), List.of("dharma-redis"));
        }
    }

    @Test
    void cluster_whoseMasterIsKilledGetsWhatItMissed() throws Exception {
        try (RedisCluster cluster = RedisCluster.start()) {
            RedisNode second = cluster.masters().get(1);
            assertSurvives(cluster.uris().get(0).toString(), second::kill, () -> {
                second.restart();
                cluster.awaitOk();
            });
        }
    }

    @Test
    void cluster_ofWhichANodeIsGoneTakesWhatItsOthersHave() throws Exception {
        try (RedisCluster cluster = RedisCluster.start()) {
            for (RedisNode master : cluster.masters()) {
                master.ask("CONFIG", "SET", "cluster-require-full-coverage", "no");
            }
            RedisCorrelationStore store = RedisCorrelationStore.builder(
                            cluster.uris().get(0).toString())
                    .build();
            Chains chains = new Chains(1, Chains.now());
            assertThat(RedisStoreContract.await(store.deliver(chains.next().correlated())))
                    .isEqualTo(Delivery.delivered());
            cluster.masters().get(2).kill();

            List<CompletableFuture<Delivery>> deliveries = new ArrayList<>();
            Set<String> written = new HashSet<>();
            for (int i = 0; i < 30; i++) {
                CorrelationChain chain = chains.next();
                written.add("dharma:chain:" + chain.id());
                deliveries.add(store.deliver(chain.correlated()).toCompletableFuture());
            }
            for (CompletableFuture<Delivery> delivery : deliveries) {
                assertThat(RedisStoreContract.await(delivery)).isNotInstanceOf(Delivery.Refused.class);
            }

            for (String key : written) {
                int slot = SlotHash.getSlot(key);
                RedisNode owner = cluster.ownerOf(slot);
                if (owner != cluster.masters().get(2)) {
                    assertThat(owner.ask("EXISTS", key)).as(key).containsExactly("1");
                }
            }
            store.close(Duration.ofSeconds(1));
        }
    }

    @Test
    void replica_thatIsNamedFirstIsPassedOver() throws Exception {
        try (RedisNode master = RedisNode.start();
                RedisNode replica = RedisNode.start("replicaof 127.0.0.1 " + master.port())) {
            RedisCorrelationStore store = RedisCorrelationStore.builder(
                            "redis://127.0.0.1:" + replica.port() + ",127.0.0.1:" + master.port())
                    .build();
            List<CorrelatedHop> hops = new Chains(1, Chains.now()).next().correlated();

            assertThat(RedisStoreContract.await(store.deliver(hops))).isInstanceOf(Delivery.Retry.class);
            assertThat(RedisStoreContract.await(store.deliver(hops))).isEqualTo(Delivery.delivered());

            assertThat(master.ask("KEYS", "dharma:chain:*")).hasSize(1);
            store.close(Duration.ofSeconds(1));
        }
    }

    @Test
    void sentinels_thatNameAnotherMasterAreFollowed() throws Exception {
        try (RedisSentinels sentinels = RedisSentinels.start()) {
            RedisNode former = sentinels.master();
            assertSurvives(
                    sentinels.uri().toString(),
                    () -> {
                        awaitReplica(former);
                        former.kill();
                    },
                    () -> {
                        RedisNode unused = sentinels.awaitMasterOtherThan(former);
                    });
        }
    }

    /** What a replica does not have yet is lost with its master. */
    private static void awaitReplica(RedisNode master) throws IOException {
        assertThat(master.ask("WAIT", "1", "5000")).containsExactly("1");
    }
}
