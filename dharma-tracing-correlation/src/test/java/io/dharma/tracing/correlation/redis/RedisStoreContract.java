package io.dharma.tracing.correlation.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.dharma.tracing.correlation.ChainQuery;
import io.dharma.tracing.correlation.ChainSummary;
import io.dharma.tracing.correlation.CorrelatedHop;
import io.dharma.tracing.correlation.CorrelationStore;
import io.dharma.tracing.correlation.Hop;
import io.dharma.tracing.correlation.redis.Chains.CorrelationChain;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.backends.RedisNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a store does in every kind of Redis. */
@ExtendWith(LeakCheck.class)
@TestInstance(Lifecycle.PER_CLASS)
abstract class RedisStoreContract {

    private final Chains chains = new Chains(1, Chains.now());
    private CorrelationStore store;

    /** Of a server that the class has started; its keys are deleted before each test. */
    abstract RedisCorrelationStore.Builder builder();

    /** All that have keys. */
    abstract List<RedisNode> masters() throws IOException;

    @BeforeEach
    void open() throws IOException {
        for (RedisNode master : masters()) {
            master.ask("FLUSHALL");
        }
        store = open(builder());
    }

    /** Patient, since how fast a machine is that does other things as well is not what is tested here. */
    private static CorrelationStore open(RedisCorrelationStore.Builder builder) {
        return builder.timeout(Duration.ofSeconds(10)).build();
    }

    @AfterEach
    void close() {
        store.close(Duration.ofSeconds(1));
    }

    static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private void write(CorrelationChain... written) throws Exception {
        List<CorrelatedHop> batch = new ArrayList<>();
        for (CorrelationChain chain : written) {
            batch.addAll(chain.correlated());
        }
        assertThat(await(store.deliver(batch))).isEqualTo(Delivery.delivered());
    }

    List<String> keys(String pattern) throws IOException {
        List<String> keys = new ArrayList<>();
        for (RedisNode master : masters()) {
            keys.addAll(master.ask("KEYS", pattern));
        }
        return keys;
    }

    /** In one go, since a question of its own for each key takes its time with TLS. */
    private List<String> eachKey(String pattern, String... lua) throws IOException {
        String script =
                "redis.replicate_commands() local said = {} for _, key in ipairs(redis.call('KEYS', ARGV[1])) do "
                        + String.join(" ", lua) + " end return said";
        List<String> said = new ArrayList<>();
        for (RedisNode master : masters()) {
            said.addAll(master.ask("EVAL", script, "0", pattern));
        }
        return said;
    }

    @Test
    void chain_isReadAsItWasWritten() throws Exception {
        CorrelationChain chain = chains.next("user-1", true);
        CorrelationChain other = chains.next();

        write(chain, other);

        assertThat(await(store.hops(chain.id()))).containsExactlyInAnyOrderElementsOf(chain.hops());
        assertThat(await(store.hops(other.id()))).containsExactlyInAnyOrderElementsOf(other.hops());
        assertThat(await(store.hops("nobody-knows-it"))).isEmpty();
    }

    @Test
    void chain_isOneWhereverItsHopsAreWritten() throws Exception {
        CorrelationChain chain = chains.next();
        CorrelationStore elsewhere = open(builder());

        assertThat(await(elsewhere.deliver(chain.correlated().subList(0, 6)))).isEqualTo(Delivery.delivered());
        assertThat(await(store.deliver(chain.correlated().subList(6, 12)))).isEqualTo(Delivery.delivered());

        assertThat(await(elsewhere.hops(chain.id()))).containsExactlyInAnyOrderElementsOf(chain.hops());
        elsewhere.close(Duration.ofSeconds(1));
    }

    @Test
    void batch_changesNothingTheSecondTime() throws Exception {
        CorrelationChain chain = chains.next("user-1", false);

        write(chain);
        List<ChainSummary> once = await(store.find(ChainQuery.all()));
        write(chain);

        assertThat(await(store.hops(chain.id()))).containsExactlyInAnyOrderElementsOf(chain.hops());
        assertThat(await(store.find(ChainQuery.all()))).isEqualTo(once);
    }

    @Test
    void chainThatNeverEnds_takesTenThousandHopsAndNoMore() throws Exception {
        for (int batch = 0; batch < 10; batch++) {
            assertThat(await(store.deliver(hopsOf("endless-chain", batch * 1_000, 1_000))))
                    .isEqualTo(Delivery.delivered());
        }

        assertThat(rejected(hopsOf("endless-chain", 10_000, 1_000))).isEqualTo(1_000);
        assertThat(await(store.hops("endless-chain"))).hasSize(10_000);
    }

    /** How many of these hops were. */
    int rejected(List<CorrelatedHop> batch) throws Exception {
        Delivery delivery = await(store.deliver(batch));
        assertThat(delivery).isInstanceOf(Delivery.Delivered.class);
        return ((Delivery.Delivered) delivery).rejected();
    }

    @Test
    void manyEntriesOfOneChain_hideNoOther() throws Exception {
        CorrelationChain other = chains.next();
        write(other);
        assertThat(await(store.deliver(hopsOf("same-id-again", 0, 500)))).isEqualTo(Delivery.delivered());

        assertThat(await(store.find(ChainQuery.all().limit(2))))
                .extracting(ChainSummary::correlationId)
                .containsExactly("same-id-again", other.id());
    }

    /** Each enters the service anew. */
    static List<CorrelatedHop> hopsOf(String chain, int first, int count) {
        long start = Chains.now();
        List<CorrelatedHop> hops = new ArrayList<>();
        for (int i = first; i < first + count; i++) {
            Hop hop = Hop.builder("0af7651916cd43dd8448eb211c80319c", String.format("%016x", i + 1))
                    .service("worker")
                    .operation("step")
                    .start(start + i)
                    .build();
            hops.add(new CorrelatedHop(chain, null, true, hop));
        }
        return hops;
    }

    @Test
    void erasure_leavesNothingAlsoWhereNamesAreGone() throws Exception {
        write(chains.next("user-1", true), chains.next("user-1", false));
        List<String> unused = eachKey("dharma:name:*", "redis.call('DEL', key)");

        assertThat(await(store.erase("user-1"))).isEqualTo(2);
        assertThat(await(store.find(ChainQuery.all()))).isEmpty();
    }

    @Test
    void indexOfAUser_forgetsWhatIsOlderThanAnyChain() throws Exception {
        write(chains.next("user-1", false));
        String index = keys("dharma:user:*").get(0);
        for (RedisNode master : masters()) {
            if (!master.ask("KEYS", index).isEmpty()) {
                master.ask("DEL", index);
                master.ask("XADD", index, "1-1", "e", "of 1970");
            }
        }

        write(chains.next("user-1", false));

        for (RedisNode master : masters()) {
            if (!master.ask("KEYS", index).isEmpty()) {
                assertThat(master.ask("XRANGE", index, "-", "2")).isEmpty();
                assertThat(Long.parseLong(master.ask("XLEN", index).get(0))).isPositive();
            }
        }
    }

    @Test
    void everyKey_hasATimeToLive() throws Exception {
        write(chains.next("user-1", false), chains.next("user-1", true));

        assertThat(keys("*")).allSatisfy(key -> assertThat(key).startsWith("dharma:"));
        assertThat(keys("dharma:chain:*")).hasSize(2);
        assertThat(eachKey("*", "if redis.call('TTL', key) <= 0 then said[#said + 1] = key end"))
                .as("without a time to live")
                .isEmpty();
    }

    @Test
    void chains_areFoundByServiceNewestFirst() throws Exception {
        CorrelationChain first = chains.next();
        CorrelationChain second = chains.next(null, true);
        CorrelationChain third = chains.next();
        write(third, first, second);

        List<ChainSummary> found = await(store.find(ChainQuery.all().service("service-2")));

        assertThat(found).extracting(ChainSummary::correlationId).containsExactly(third.id(), second.id(), first.id());
        ChainSummary newest = found.get(0);
        Hop entry = third.hops().get(8);
        assertThat(newest)
                .isEqualTo(new ChainSummary(
                        third.id(),
                        "service-2",
                        "operation 8",
                        Instant.ofEpochSecond(0, entry.startEpochNanos()),
                        Duration.ofNanos(entry.durationNanos()),
                        false));
    }

    @Test
    void chains_areFoundInAllServicesWhereNoneIsNamed() throws Exception {
        CorrelationChain chain = chains.next();
        write(chain);

        assertThat(await(store.find(ChainQuery.all())))
                .as("the chain once, as it began")
                .extracting(ChainSummary::service)
                .containsExactly("service-0");
        assertThat(await(store.find(ChainQuery.all().service("service-2")))).hasSize(1);
        assertThat(await(store.find(ChainQuery.all().service("service-9")))).isEmpty();
    }

    @Test
    void chains_areFoundByUser() throws Exception {
        CorrelationChain theirs = chains.next("user-1", false);
        write(theirs, chains.next("user-2", false), chains.next());

        List<ChainSummary> found = await(store.find(ChainQuery.all().userKey("user-1")));

        assertThat(found).hasSize(1).extracting(ChainSummary::correlationId).containsOnly(theirs.id());
        assertThat(await(store.find(ChainQuery.all().userKey("user-1").service("service-1"))))
                .extracting(ChainSummary::operation)
                .containsExactly("operation 4");
        assertThat(await(store.find(ChainQuery.all().userKey("user-3")))).isEmpty();
    }

    @Test
    void chains_areFoundByAUserWhoWasKnownOnlyLater() throws Exception {
        CorrelationChain chain = chains.next();
        CorrelatedHop third = chain.correlated().get(2);
        await(store.deliver(
                List.of(chain.correlated().get(0), new CorrelatedHop(chain.id(), "user-1", false, third.hop()))));

        assertThat(await(store.find(ChainQuery.all().userKey("user-1"))))
                .extracting(ChainSummary::correlationId, ChainSummary::operation)
                .containsExactly(tuple(chain.id(), "operation 2"));
        assertThat(await(store.find(ChainQuery.all()))).hasSize(1);
    }

    @Test
    void chains_thatFailedAreFound() throws Exception {
        CorrelationChain failed = chains.next(null, false);
        Hop entry = failed.hops().get(0);
        Hop.Builder copy = Hop.builder(entry.traceId(), entry.spanId())
                .service("service-0")
                .operation("operation 0")
                .start(entry.startEpochNanos())
                .failed("java.io.IOException");
        write(new CorrelationChain(failed.id(), List.of(new CorrelatedHop(failed.id(), null, true, copy.build()))));
        write(chains.next());

        assertThat(await(store.find(ChainQuery.all().failedOnly())))
                .extracting(ChainSummary::correlationId)
                .containsExactly(failed.id());
        assertThat(await(store.find(ChainQuery.all().service("service-0")))).hasSize(2);
    }

    @Test
    void chains_areFoundWithinTimeAndLimit() throws Exception {
        List<CorrelationChain> written = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            written.add(chains.next());
        }
        write(written.toArray(CorrelationChain[]::new));
        ChainQuery query = ChainQuery.all().service("service-0");
        Instant from = start(written.get(10));
        Instant to = start(written.get(20));

        assertThat(await(store.find(query.between(from, to))))
                .extracting(ChainSummary::correlationId)
                .containsExactlyElementsOf(ids(written.subList(10, 20)));
        assertThat(await(store.find(query.limit(5))))
                .extracting(ChainSummary::correlationId)
                .containsExactlyElementsOf(ids(written.subList(45, 50)));
        assertThat(await(store.find(query.between(to, from)))).isEmpty();
    }

    private static Instant start(CorrelationChain chain) {
        return Instant.ofEpochSecond(0, chain.hops().get(0).startEpochNanos());
    }

    /** The newest first. */
    private static List<String> ids(List<CorrelationChain> chains) {
        return chains.stream()
                .sorted(Comparator.comparing(RedisStoreContract::start).reversed())
                .map(CorrelationChain::id)
                .toList();
    }

    @Test
    void erasure_leavesNothingOfTheUser() throws Exception {
        CorrelationChain theirs = chains.next("user-1", false);
        CorrelationChain failed = chains.next("user-1", true);
        CorrelationChain others = chains.next("user-2", false);
        write(theirs, others, failed);

        assertThat(await(store.erase("user-1"))).isEqualTo(2);

        assertThat(await(store.hops(theirs.id()))).isEmpty();
        assertThat(await(store.hops(failed.id()))).isEmpty();
        assertThat(await(store.find(ChainQuery.all().userKey("user-1")))).isEmpty();
        assertThat(await(store.find(ChainQuery.all())))
                .hasSize(1)
                .extracting(ChainSummary::correlationId)
                .containsOnly(others.id());
        assertThat(await(store.hops(others.id()))).containsExactlyInAnyOrderElementsOf(others.hops());
        assertThat(keys("dharma:user:*")).containsExactly("dharma:user:user-2");
        assertThat(await(store.erase("user-1"))).isZero();
    }

    @Test
    void erasure_reachesServicesThatDidNotKnowTheUser() throws Exception {
        CorrelationChain chain = chains.next();
        List<CorrelatedHop> hops = new ArrayList<>(chain.correlated());
        hops.set(1, new CorrelatedHop(chain.id(), "user-1", false, hops.get(1).hop()));
        write(new CorrelationChain(chain.id(), hops));

        assertThat(await(store.erase("user-1"))).isEqualTo(1);

        assertThat(await(store.find(ChainQuery.all()))).isEmpty();
    }

    RedisNode ownerOf(String key) throws IOException {
        for (RedisNode master : masters()) {
            if (master.ask("KEYS", "*").contains(key)) {
                return master;
            }
        }
        throw new AssertionError("nobody has " + key);
    }

    @Test
    void chain_withAnErrorIsKeptLongerWhateverComesAfterIt() throws Exception {
        CorrelationChain chain = chains.next(null, true);
        String key = "dharma:chain:" + chain.id();
        CorrelationStore elsewhere = open(builder());

        await(store.deliver(chain.correlated().subList(0, 6)));
        RedisNode owner = ownerOf(key);
        assertThat(ttl(owner, key)).isBetween(Duration.ofHours(23), Duration.ofHours(24));
        await(store.deliver(chain.correlated().subList(6, 12)));
        assertThat(ttl(owner, key)).isBetween(Duration.ofDays(6), Duration.ofDays(7));
        await(elsewhere.deliver(chain.correlated().subList(0, 6)));
        assertThat(ttl(owner, key)).isBetween(Duration.ofDays(6), Duration.ofDays(7));

        elsewhere.close(Duration.ofSeconds(1));
    }

    static Duration ttl(RedisNode owner, String key) throws IOException {
        return Duration.ofSeconds(Long.parseLong(owner.ask("TTL", key).get(0)));
    }

    @Test
    void name_thatIsNotKeptAnyMoreIsShownAsUnknown() throws Exception {
        CorrelationChain chain = chains.next(null, true);
        write(chain);
        List<String> unused = eachKey("dharma:name:*", "redis.call('DEL', key)");

        assertThat(await(store.hops(chain.id())))
                .hasSize(Chains.HOPS)
                .allSatisfy(hop -> assertThat(hop.service()).isEqualTo("(unknown)"));
        assertThat(await(store.find(ChainQuery.all().service("service-0")))).isEmpty();
    }

    @Test
    void bytes_thatAreNoneOfOursAreLeftOut() throws Exception {
        CorrelationChain chain = chains.next("user-1", false);
        write(chain);
        List<String> changed = eachKey(
                "dharma:*",
                "local type = redis.call('TYPE', key).ok",
                "if type == 'hash' then redis.call('HSET', key, 'field', 'x', '12345678', '\\2of a later version') end",
                "if type == 'stream' then redis.call('XADD', key, '*', 'a', 'b', 'c', 'd') end",
                "if type == 'set' then redis.call('SADD', key, 'never-seen') end",
                "said[#said + 1] = type");
        assertThat(changed).contains("hash", "stream", "set");

        assertThat(await(store.hops(chain.id()))).containsExactlyInAnyOrderElementsOf(chain.hops());
        assertThat(await(store.find(ChainQuery.all()))).hasSize(1);
        assertThat(await(store.find(ChainQuery.all().userKey("user-1")))).hasSize(1);
        assertThat(await(store.erase("user-1"))).isEqualTo(1);
        assertThat(keys("dharma:user:*")).isEmpty();
    }

    @Test
    void keys_ofAnotherTypeAreReadAsEmpty() throws Exception {
        CorrelationChain chain = chains.next("user-1", false);
        write(chain);
        List<String> unused =
                eachKey("dharma:*", "redis.call('DEL', key)", "redis.call('LPUSH', key, 'something else')");

        assertThat(await(store.hops(chain.id()))).isEmpty();
        assertThat(await(store.find(ChainQuery.all()))).isEmpty();
        assertThat(await(store.find(ChainQuery.all().userKey("user-1")))).isEmpty();
        assertThat(await(store.erase("user-1"))).isZero();
    }
}
