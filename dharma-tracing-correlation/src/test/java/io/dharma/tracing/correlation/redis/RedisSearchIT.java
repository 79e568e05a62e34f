package io.dharma.tracing.correlation.redis;

import static io.dharma.tracing.correlation.redis.RedisStoreContract.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.correlation.ChainQuery;
import io.dharma.tracing.correlation.ChainSummary;
import io.dharma.tracing.correlation.CorrelatedHop;
import io.dharma.tracing.correlation.Hop;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.backends.RedisNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/** What it costs Redis to look for chains, in its own words. */
@ExtendWith(LeakCheck.class)
@TestInstance(Lifecycle.PER_CLASS)
class RedisSearchIT {

    private static final long HOUR_NANOS = TimeUnit.HOURS.toNanos(1);

    private RedisNode redis;
    private RedisCorrelationStore store;
    private int hops;

    @BeforeAll
    void start() throws IOException {
        redis = RedisNode.start("appendonly no");
    }

    @AfterAll
    void stop() {
        redis.close();
    }

    @BeforeEach
    void open() throws IOException {
        redis.ask("FLUSHALL");
        store = RedisCorrelationStore.builder(redis.uri().toString())
                .keepFailedFor(Duration.ofDays(365))
                .timeout(Duration.ofSeconds(10))
                .build();
    }

    @AfterEach
    void close() {
        store.close(Duration.ofSeconds(1));
    }

    private CorrelatedHop entry(String chain, String service, long start) {
        hops++;
        Hop hop = Hop.builder("0af7651916cd43dd8448eb211c80319c", String.format(Locale.ROOT, "%016x", hops))
                .service(service)
                .operation("GET /")
                .start(start)
                .build();
        return new CorrelatedHop(chain, null, true, hop);
    }

    private void write(List<CorrelatedHop> batch) throws Exception {
        assertThat(await(store.deliver(batch))).isEqualTo(Delivery.delivered());
    }

    private long stat(String name) throws IOException {
        return redis.ask("INFO", "stats")
                .get(0)
                .lines()
                .filter(line -> line.startsWith(name + ":"))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1)))
                .sum();
    }

    @Test
    void search_overAYearOfEmptyHoursTakesFewRoundTrips() throws Exception {
        long now = Chains.now();
        write(List.of(
                entry("of-last-winter", "shop", now - 364 * 24 * HOUR_NANOS),
                entry("of-last-week", "shop", now - 7 * 24 * HOUR_NANOS)));
        assertThat(await(store.hops("nobody-knows"))).as("connected").isEmpty();

        for (ChainQuery query : List.of(ChainQuery.all(), ChainQuery.all().service("shop"))) {
            long before = stat("total_reads_processed");
            List<ChainSummary> found = await(store.find(query));
            long reads = stat("total_reads_processed") - before;

            assertThat(found).extracting(ChainSummary::correlationId).containsExactly("of-last-week", "of-last-winter");
            assertThat(reads).isLessThan(250);
        }
    }

    @Test
    void search_inManyServicesReadsLittleMoreThanItLists() throws Exception {
        int services = 100;
        int each = 100;
        // So far ahead of Redis's clock that what it has got by now is known to be older.
        long start = Chains.now() + TimeUnit.SECONDS.toNanos(20);
        List<CorrelatedHop> batch = new ArrayList<>();
        for (int i = 0; i < services * each; i++) {
            batch.add(entry("order-" + i, "service-" + i % services, start + i));
        }
        for (int from = 0; from < batch.size(); from += 2_000) {
            write(batch.subList(from, from + 2_000));
        }
        assertThat(await(store.hops("nobody-knows"))).as("connected").isEmpty();
        long before = stat("total_net_output_bytes");

        List<ChainSummary> found = await(store.find(ChainQuery.all().limit(10)));

        long bytes = stat("total_net_output_bytes") - before;
        assertThat(found).hasSize(10);
        assertThat(found.get(0).correlationId()).isEqualTo("order-" + (services * each - 1));
        assertThat(bytes).isLessThan(100L * services * each / 5);
    }
}
