package io.dharma.tracing.correlation.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dharma.tracing.correlation.ChainQuery;
import io.dharma.tracing.correlation.ChainSummary;
import io.dharma.tracing.correlation.CorrelatedHop;
import io.dharma.tracing.correlation.Hop;
import io.dharma.tracing.correlation.redis.Chains.CorrelationChain;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.testsupport.backends.RedisNode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RedisCorrelationStoreTest extends RedisStoreContract {

    private RedisNode redis;

    @BeforeAll
    void start() throws IOException {
        redis = RedisNode.start("appendonly no");
    }

    @AfterAll
    void stop() {
        redis.close();
    }

    @Override
    RedisCorrelationStore.Builder builder() {
        return RedisCorrelationStore.builder(redis.uri().toString());
    }

    @Override
    List<RedisNode> masters() {
        return List.of(redis);
    }

    @Test
    void chain_takesAtMost850BytesFor12Hops() throws Exception {
        Chains chains = new Chains(7, Chains.now());
        CorrelationChain ordinary = chains.next();
        CorrelationChain failed = chains.next(null, true);
        RedisCorrelationStore store = builder().build();

        await(store.deliver(ordinary.correlated()));
        await(store.deliver(failed.correlated()));

        assertThat(memoryUsage(ordinary)).isLessThanOrEqualTo(850);
        assertThat(memoryUsage(failed)).isLessThanOrEqualTo(850);
        store.close(Duration.ofSeconds(1));
    }

    @Test
    void index_isCappedAndKeepsThoseThatFailedApart() throws Exception {
        RedisCorrelationStore store = builder().maxIndexEntries(100).build();
        String traceId = "0af7651916cd43dd8448eb211c80319c";
        long now = Chains.now();
        List<CorrelatedHop> batch = new ArrayList<>();
        for (int i = 1; i <= 2_000; i++) {
            Hop.Builder hop = Hop.builder(traceId, String.format("%016x", i))
                    .service("shop")
                    .operation("GET /")
                    .start(now + i);
            batch.add(new CorrelatedHop("order-" + i, "user-1", true, (i == 1 ? hop.failed(null) : hop).build()));
        }

        await(store.deliver(batch));

        assertThat(await(store.find(ChainQuery.all().service("shop").failedOnly())))
                .extracting(ChainSummary::correlationId)
                .containsExactly("order-1");
        List<ChainSummary> all =
                await(store.find(ChainQuery.all().service("shop").limit(10_000)));
        assertThat(all).hasSizeBetween(100, 300);
        assertThat(all.get(0).correlationId()).isEqualTo("order-2000");
        assertThat(await(store.find(ChainQuery.all().userKey("user-1").limit(10_000))))
                .hasSizeBetween(100, 300);
        store.close(Duration.ofSeconds(1));
    }

    // ---- chains that are full

    private void fill(int hops) throws Exception {
        for (int first = 0; first < hops; first += 1_000) {
            assertThat(rejected(hopsOf("endless-chain", first, Math.min(1_000, hops - first))))
                    .isZero();
        }
    }

    /** As if the last batch had been lost between its hops and its indexes. */
    private void deleteIndexes() throws IOException {
        for (String index : redis.ask("KEYS", "dharma:service*")) {
            redis.ask("DEL", index);
        }
    }

    @Test
    void chain_thatIsAlmostFullTakesAsManyHopsAsThereIsRoomFor() throws Exception {
        fill(9_700);

        // In commands of 500, of which the first has 300 hops that are there.
        assertThat(rejected(hopsOf("endless-chain", 9_400, 1_000))).isEqualTo(400);

        assertThat(redis.ask("HLEN", "dharma:chain:endless-chain")).containsExactly("10000");
    }

    @Test
    void hops_thatAFullChainHasAreNotRejectedWhenTheyComeAgainAndCanBeFound() throws Exception {
        fill(10_000);
        deleteIndexes();
        redis.ask("EXPIRE", "dharma:chain:endless-chain", "1000");

        assertThat(rejected(hopsOf("endless-chain", 9_400, 601))).isEqualTo(1);

        assertThat(redis.ask("XLEN", keys("dharma:service:worker:*").get(0))).containsExactly("600");
        assertThat(ttl(redis, "dharma:chain:endless-chain"))
                .as("nothing was added, so it does not live on")
                .isLessThanOrEqualTo(Duration.ofSeconds(1_000));
    }

    @Test
    void hosts_areTriedInTheirOrder() throws Exception {
        RedisCorrelationStore store = RedisCorrelationStore.builder("redis://127.0.0.1:1,localhost:" + redis.port())
                .timeout(Duration.ofSeconds(10))
                .build();
        Chains chains = new Chains(8, Chains.now());
        long before = connections();

        for (int batch = 0; batch < 5; batch++) {
            assertThat(await(store.deliver(chains.next().correlated()))).isEqualTo(Delivery.delivered());
        }

        // Of the store, and of whoever asks.
        assertThat(connections() - before).isEqualTo(2);
        store.close(Duration.ofSeconds(1));
    }

    private long connections() throws IOException {
        return redis.ask("INFO", "stats")
                .get(0)
                .lines()
                .filter(line -> line.startsWith("total_connections_received:"))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1)))
                .sum();
    }

    @Test
    void host_thatNobodyKnowsIsTriedAgainLater() throws Exception {
        RedisCorrelationStore store =
                RedisCorrelationStore.builder("redis://redis.invalid").build();

        assertThat(await(store.deliver(new Chains(8, Chains.now()).next().correlated())))
                .isEqualTo(Delivery.retry("redis.invalid:6379: unknown host"));
        store.close(Duration.ofSeconds(1));
    }

    @Test
    void host_whoseAddressIsLinkLocalIsRefused() throws Exception {
        RedisCorrelationStore store =
                RedisCorrelationStore.builder("redis://169.254.169.254").build();

        assertThat(await(store.deliver(new Chains(8, Chains.now()).next().correlated())))
                .isEqualTo(Delivery.refused("169.254.169.254:6379: the host's address is link-local"));
        store.close(Duration.ofSeconds(1));
    }

    @Test
    void builder_refusesWhatCannotBe() {
        RedisCorrelationStore.Builder builder = RedisCorrelationStore.builder("redis://u:secret@localhost");

        assertThatThrownBy(() -> builder.keyPrefix("a{b}")).hasMessageContaining("keyPrefix");
        assertThatThrownBy(() -> builder.keepFor(Duration.ZERO)).hasMessageContaining("keepFor");
        assertThatThrownBy(() -> builder.keepFailedFor(Duration.ofDays(1_000))).hasMessageContaining("keepFailedFor");
        assertThatThrownBy(() -> builder.maxIndexEntries(1)).hasMessageContaining("maxIndexEntries");
        assertThatThrownBy(() -> builder.timeout(Duration.ZERO)).hasMessageContaining("timeout");
        RedisCorrelationStore store = builder.build();
        assertThat(store.toString())
                .contains("redis://...@localhost:6379", "keepFor=PT24H", "tls=off")
                .doesNotContain("secret");
        store.close(Duration.ofSeconds(1));
    }

    @Test
    void store_withoutLettuceSaysWhatIsMissing() throws Exception {
        URL[] classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("lettuce") && !entry.contains("netty") && !entry.contains("reactor"))
                .map(entry -> url(entry))
                .toArray(URL[]::new);
        try (URLClassLoader withoutLettuce = new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
            Class<?> type = withoutLettuce.loadClass(RedisCorrelationStore.class.getName());
            Object builder = type.getMethod("builder", String.class).invoke(null, "redis://localhost");

            assertThatThrownBy(() -> builder.getClass().getMethod("build").invoke(builder))
                    .cause()
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("Redis needs io.lettuce:lettuce-core on the class path");
        }
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int memoryUsage(CorrelationChain chain) throws IOException {
        return Integer.parseInt(
                redis.ask("MEMORY", "USAGE", "dharma:chain:" + chain.id()).get(0));
    }
}
