package io.dharma.tracing.errors.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dharma.tracing.errors.ErrorCount;
import io.dharma.tracing.errors.ErrorGroup;
import io.dharma.tracing.errors.ErrorRecord;
import io.dharma.tracing.errors.Failures;
import io.dharma.tracing.errors.MinuteRate;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.backends.RedisNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a cache does in every kind of Redis. */
@ExtendWith(LeakCheck.class)
@TestInstance(Lifecycle.PER_CLASS)
abstract class RedisErrorCacheContract {

    private static final Duration MOMENT = Duration.ofSeconds(1);

    private final Failures failures = new Failures(1);
    private final List<RedisErrorCache> opened = new ArrayList<>();
    private RedisErrorCache cache;
    private RedisErrorCache elsewhere;

    /** Of a server that the class has started; its keys are deleted before each test. */
    abstract RedisErrorCache.Builder builder(String instance);

    /** All that have keys. */
    abstract List<RedisNode> masters() throws IOException;

    @BeforeEach
    void open() throws IOException {
        for (RedisNode master : masters()) {
            master.ask("FLUSHALL");
        }
        cache = open("pod-1");
        elsewhere = open("pod-2");
    }

    /** Patient, since how fast a machine is that does other things as well is not what is tested here. */
    private RedisErrorCache open(String instance) {
        RedisErrorCache one = builder(instance)
                .timeout(Duration.ofSeconds(10))
                .claimWithin(Duration.ofSeconds(30))
                .build();
        opened.add(one);
        return one;
    }

    @AfterEach
    void close() {
        opened.forEach(one -> one.close(MOMENT));
        opened.clear();
    }

    static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static void write(RedisErrorCache to, List<? extends ErrorRecord> records) throws Exception {
        assertThat(await(to.deliver(List.copyOf(records)))).isEqualTo(Delivery.delivered());
    }

    private List<MinuteRate> rates(String group) throws Exception {
        Instant now = Instant.now();
        return await(cache.fleetRate(group, now.minus(Duration.ofHours(1)), now.plus(Duration.ofMinutes(5))));
    }

    private static MinuteRate rate(long minute, long count) {
        return new MinuteRate(Instant.ofEpochSecond(60 * minute), count);
    }

    private List<String> keys(String pattern) throws IOException {
        List<String> keys = new ArrayList<>();
        for (RedisNode master : masters()) {
            keys.addAll(master.ask("KEYS", pattern));
        }
        return keys;
    }

    // ---- counts

    @Test
    void counts_areExactInWhateverOrderAndHoweverOftenTheyCome() throws Exception {
        String group = failures.group();
        long minute = failures.minute();
        List<ErrorCount> counts = new ArrayList<>();
        for (long total = 1; total <= 20; total++) {
            counts.add(failures.count(group, "pod-1", "charge-card", minute, total));
            counts.add(failures.count(group, "pod-1", null, minute, 2 * total));
            counts.add(failures.count(group, "pod-2", "charge-card", minute, 3 * total));
            counts.add(failures.count(group, "pod-1", "charge-card", minute - 1, 4 * total));
        }
        List<ErrorCount> shuffled = new ArrayList<>(counts);
        shuffled.addAll(counts);
        Collections.shuffle(shuffled, new Random(4711));
        for (int from = 0; from < shuffled.size(); from += 10) {
            write(from % 20 == 0 ? cache : elsewhere, shuffled.subList(from, from + 10));
        }

        assertThat(rates(group)).containsExactly(rate(minute - 1, 80), rate(minute, 20 + 40 + 60));
    }

    @Test
    void rates_areThoseOfTheMinutesAskedFor() throws Exception {
        String group = failures.group();
        long minute = failures.minute();
        write(
                cache,
                List.of(
                        failures.count(group, "pod-1", null, minute - 2, 2),
                        failures.count(group, "pod-1", null, minute - 1, 3),
                        failures.count(group, "pod-1", null, minute, 5)));
        Instant begin = Instant.ofEpochSecond(60 * (minute - 1));

        assertThat(await(cache.fleetRate(group, begin.plusSeconds(30), begin.plusSeconds(60))))
                .containsExactly(rate(minute - 1, 3));
        assertThat(await(cache.fleetRate(group, begin, begin.plusSeconds(61))))
                .containsExactly(rate(minute - 1, 3), rate(minute, 5));
        assertThat(await(cache.fleetRate(group, Instant.EPOCH, Instant.ofEpochSecond(1L << 40))))
                .hasSize(3);
        assertThat(await(cache.fleetRate(failures.group(), begin, begin.plusSeconds(600))))
                .isEmpty();
        assertThat(await(cache.fleetRate(group, begin, begin))).isEmpty();
    }

    @Test
    void minutes_thatAreNotKeptAnyMoreTakeNoKey() throws Exception {
        String group = failures.group();
        write(cache, List.of(failures.count(group, "pod-1", null, failures.minute() - 500, 2)));

        assertThat(keys("*")).isEmpty();
    }

    // ---- users

    @Test
    void users_areCountedOnceHoweverManyProcessesSeeThem() throws Exception {
        String group = failures.group();
        List<ErrorRecord> ofOne = new ArrayList<>();
        List<ErrorRecord> ofOther = new ArrayList<>();
        for (int user = 0; user < 300; user++) {
            ofOne.add(failures.event(group, "user-" + user));
            ofOther.add(failures.event(group, "user-" + (user + 100)));
        }
        ofOther.add(failures.event(group, null));
        write(cache, ofOne);
        write(cache, ofOne);
        write(elsewhere, ofOther);

        assertThat(await(cache.affectedUsers(group))).isCloseTo(400L, within(12L));
        assertThat(await(cache.affectedUsers(failures.group()))).isZero();
    }

    // ---- groups

    @Test
    void groups_areWhatAllProcessesKnowTogether() throws Exception {
        String id = failures.group();
        List<ErrorGroup> known =
                Stream.generate(() -> failures.known(id)).limit(12).toList();
        List<CompletionStage<Delivery>> deliveries = new ArrayList<>();
        for (int i = 0; i < known.size(); i++) {
            RedisErrorCache to = i % 2 == 0 ? cache : elsewhere;
            deliveries.add(to.deliver(List.of(failures.change(known.get(i), "pod-" + i))));
        }
        for (CompletionStage<Delivery> delivery : deliveries) {
            assertThat(await(delivery)).isEqualTo(Delivery.delivered());
        }

        ErrorGroup together = known.stream().reduce(ErrorGroup::and).orElseThrow();
        ErrorGroup found = await(cache.group(id)).orElseThrow();
        // Which samples are kept of too many, and in which order releases began in the same second, is not promised.
        assertThat(found)
                .usingRecursiveComparison()
                .ignoringFields("samples", "releases")
                .isEqualTo(together);
        assertThat(new HashSet<>(found.releases())).isEqualTo(new HashSet<>(together.releases()));
        assertThat(found.samples()).hasSize(ErrorGroup.MAX_SAMPLES);
        assertThat(await(elsewhere.group(id))).contains(found);
        assertThat(await(cache.group(failures.group()))).isEmpty();
    }

    @Test
    void group_deliveredAgainIsTheSame() throws Exception {
        ErrorGroup known = failures.known(failures.group());
        write(cache, List.of(failures.change(known, "pod-1")));
        write(cache, List.of(failures.change(known, "pod-1")));
        write(elsewhere, List.of(failures.event(known.id(), "user-1"), failures.event(known.id(), "user-2")));

        ErrorGroup found = await(cache.group(known.id())).orElseThrow();
        assertThat(found).isEqualTo(known.counted(known.count(), Math.max(2, known.affectedUsers())));
    }

    @Test
    void group_ofALaterVersionIsLeftAsItIs() throws Exception {
        ErrorGroup known = failures.known(failures.group());
        write(cache, List.of(failures.change(known, "pod-1")));
        String key = keys("*:state").get(0);
        RedisNode owner = ownerOf(key);
        owner.ask("SET", key, "\u0002 of a version that comes");

        write(cache, List.of(failures.change(failures.known(known.id()), "pod-1")));

        assertThat(await(cache.group(known.id()))).isEmpty();
        assertThat(owner.ask("GET", key)).containsExactly("\u0002 of a version that comes");
    }

    @Test
    void group_thatIsDamagedIsWrittenAnew() throws Exception {
        ErrorGroup known = failures.known(failures.group());
        write(cache, List.of(failures.change(known, "pod-1")));
        String key = keys("*:state").get(0);
        ownerOf(key).ask("SET", key, "\u0001 and then nonsense");

        assertThat(await(cache.group(known.id()))).isEmpty();
        write(cache, List.of(failures.change(known, "pod-1")));

        assertThat(await(cache.group(known.id()))).contains(known);
    }

    private RedisNode ownerOf(String key) throws IOException {
        for (RedisNode master : masters()) {
            if (master.ask("KEYS", "*").contains(key)) {
                return master;
            }
        }
        throw new AssertionError("nobody has " + key);
    }

    // ---- one for all

    @Test
    void group_isNewToOneProcessAndStaysSo() throws Exception {
        String group = failures.group();
        String other = failures.group();

        assertThat(await(elsewhere.isNewInFleet(group))).isTrue();
        assertThat(await(cache.isNewInFleet(group))).isFalse();
        assertThat(await(elsewhere.isNewInFleet(group))).isTrue();
        assertThat(await(cache.isNewInFleet(group))).isFalse();
        assertThat(await(cache.isNewInFleet(other))).isTrue();
        assertThat(await(open("pod-2").isNewInFleet(group))).isTrue();
    }

    @Test
    void alert_isClaimedByOneOfAll() throws Exception {
        List<CompletionStage<Boolean>> claims = new ArrayList<>();
        for (int pod = 0; pod < 10; pod++) {
            RedisErrorCache one = open("pod-" + pod);
            claims.add(one.claimAlert("spike of orders", Duration.ofMinutes(5)));
            claims.add(one.claimAlert("spike of orders", Duration.ofMinutes(5)));
        }
        int granted = 0;
        for (CompletionStage<Boolean> claim : claims) {
            granted += await(claim) ? 1 : 0;
        }

        assertThat(granted).isOne();
        assertThat(await(cache.claimAlert("another", Duration.ofMinutes(5)))).isTrue();
        assertThat(cache.unansweredClaims()).isZero();
    }

    @Test
    void alert_mayBeClaimedAgainAfterItsCooldown() throws Exception {
        assertThat(await(cache.claimAlert("spike", Duration.ofMillis(50)))).isTrue();

        Awaitility.await().until(() -> await(elsewhere.claimAlert("spike", Duration.ofDays(1_000))));

        assertThat(await(cache.claimAlert("spike", Duration.ofMillis(50)))).isFalse();
    }

    // ---- keys

    @Test
    void keys_allHaveATimeToLiveThatNobodyShortens() throws Exception {
        String group = failures.group();
        RedisErrorCache longer = builder("pod-3")
                .timeout(Duration.ofSeconds(10))
                .claimWithin(Duration.ofSeconds(30))
                .keepGroupsFor(Duration.ofDays(60))
                .keepRatesFor(Duration.ofHours(5))
                .build();
        opened.add(longer);
        List<ErrorRecord> all = List.of(
                failures.count(group, "pod-1", null, failures.minute(), 1),
                failures.event(group, "user-1"),
                failures.change(failures.known(group), "pod-1"));
        assertThat(await(longer.isNewInFleet(group))).isTrue();
        write(longer, all);
        write(cache, all);

        List<String> keys = keys("*");
        assertThat(keys).hasSize(4).allMatch(key -> key.startsWith("dharma:errors:{" + group + "}:"));
        for (String key : keys) {
            long least = key.contains(":minute:") ? 5 * 3_600 : 60L * 86_400;
            assertThat(Long.parseLong(ownerOf(key).ask("TTL", key).get(0)))
                    .as(key)
                    .isBetween(least - 100, least);
        }
    }

    @Test
    void group_thatGoesOnIsKept() throws Exception {
        String group = failures.group();
        assertThat(await(cache.isNewInFleet(group))).isTrue();
        write(cache, List.of(failures.change(failures.known(group), "pod-1")));
        for (String key : keys("*")) {
            ownerOf(key).ask("EXPIRE", key, "100");
        }

        write(elsewhere, List.of(failures.event(group, null)));

        for (String key : keys("*")) {
            assertThat(Long.parseLong(ownerOf(key).ask("TTL", key).get(0)))
                    .as(key)
                    .isGreaterThan(1_000);
        }
    }

    @Test
    void groups_withNamesThatNobodyWouldGiveAreKeptApart() throws Exception {
        String hostile = "}{" + "x".repeat(5_000) + "\r\n*\u0000\u20ac";
        write(
                cache,
                List.of(
                        failures.count(hostile, "pod-1", hostile, failures.minute(), 3),
                        failures.count(hostile + "y", "pod-1", hostile, failures.minute(), 4)));
        assertThat(await(cache.claimAlert(hostile, Duration.ofMinutes(1)))).isTrue();

        assertThat(rates(hostile)).containsExactly(rate(failures.minute(), 3));
        assertThat(rates(hostile + "y")).containsExactly(rate(failures.minute(), 4));
        assertThat(keys("*")).hasSize(3).allMatch(key -> key.length() < 200);
    }
}
