package io.dharma.tracing.correlation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.testsupport.LiveHeap;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class InProcessStoreTest {

    private final InProcessStore store = new InProcessStore();

    private static <T> T now(CompletionStage<T> stage) {
        assertThat(stage.toCompletableFuture()).as("answers at once").isCompleted();
        return stage.toCompletableFuture().join();
    }

    private static CorrelatedHop entry(String chain, int span, @Nullable String user, String service, long startMs) {
        Hop hop = Hops.server(span, 0, service, startMs, startMs + 10);
        return new CorrelatedHop(chain, user, true, hop);
    }

    private static CorrelatedHop inner(String chain, int span, int parent) {
        return new CorrelatedHop(chain, null, false, Hops.internal(span, parent, "shop", 1, 2));
    }

    private static ChainQuery query() {
        return ChainQuery.all();
    }

    private List<String> found(ChainQuery query) {
        return now(store.find(query)).stream().map(ChainSummary::correlationId).toList();
    }

    @Test
    void hops_areFoundByTheIdOfTheirChain() {
        CorrelatedHop first = entry("order-4711", 1, null, "shop", 0);
        CorrelatedHop second = inner("order-4711", 2, 1);
        Delivery delivery = now(store.deliver(List.of(first, entry("order-4712", 3, null, "shop", 0), second)));

        assertThat(delivery).isEqualTo(Delivery.delivered());
        assertThat(now(store.hops("order-4711"))).containsExactly(first.hop(), second.hop());
        assertThat(now(store.hops("order-0"))).isEmpty();
    }

    @Test
    void batchDeliveredTwice_changesNothing() {
        List<CorrelatedHop> batch = List.of(entry("order-4711", 1, "u1", "shop", 0), inner("order-4711", 2, 1));
        now(store.deliver(batch));
        long bytes = store.stats().bytes();
        now(store.deliver(batch));

        assertThat(now(store.hops("order-4711"))).hasSize(2);
        assertThat(found(query().service("shop"))).containsExactly("order-4711");
        assertThat(store.stats().bytes()).isEqualTo(bytes);
    }

    @Test
    void lists_areOfWhatWasAskedForTheNewestFirst() {
        now(store.deliver(List.of(
                entry("a", 1, "u1", "shop", 0),
                entry("b", 2, "u2", "shop", 2_000),
                entry("c", 3, "u1", "stock", 1_000),
                inner("c", 4, 3),
                new CorrelatedHop(
                        "d",
                        null,
                        true,
                        Hops.hop(5, 0, "bank", "charge", -5, 0).failed("X").build()))));

        assertThat(found(query())).startsWith("b", "c", "a").hasSize(4);
        assertThat(found(query().service("shop"))).contains("b", "a").doesNotContain("c");
        assertThat(found(query().userKey("u1"))).containsExactly("c", "a");
        assertThat(found(query().service("shop").userKey("u1"))).containsExactly("a");
        assertThat(found(query().failedOnly())).containsExactly("d");
        assertThat(found(query().limit(1))).containsExactly("b");
        Instant start = now(store.find(query().service("stock"))).get(0).start();
        assertThat(found(query().service("stock").between(start, start.plusNanos(1))))
                .containsExactly("c");
        assertThat(found(query().service("stock").between(start.minusNanos(1), start)))
                .isEmpty();
    }

    @Test
    void manyEntriesOfOneChain_hideNoOther() {
        List<CorrelatedHop> batch = new ArrayList<>();
        batch.add(entry("other", 1, null, "shop", 0));
        for (int i = 2; i < 200; i++) {
            batch.add(entry("same", i, null, "shop", i * 10L));
        }
        now(store.deliver(batch));

        assertThat(found(query().service("shop"))).containsExactly("same", "other");
        assertThat(found(query().limit(2))).containsExactly("same", "other");
    }

    @Test
    void bytes_areWhatTheHeapHoldsOrMore() {
        InProcessStore small = new InProcessStore(100_000, 2 << 20);
        long before = LiveHeap.bytes();
        Random random = new Random(4711);
        for (int i = 0; i < 20_000; i++) {
            String trace =
                    new UUID(random.nextLong(), random.nextLong()).toString().replace("-", "");
            Hop hop = Hop.builder(trace, String.format("%016x", random.nextLong() | 1))
                    .parent(String.format("%016x", random.nextLong() | 1))
                    .service("shop")
                    .operation(("GET /orders/" + i + "/").repeat(i % 2 == 0 ? 1 : 8))
                    .start(Hops.EPOCH + i)
                    .build();
            now(small.deliver(List.of(new CorrelatedHop("order-" + trace, null, true, hop))));
        }

        long held = LiveHeap.bytes() - before;
        assertThat(held).isBetween(1L << 20, 2L << 20);
        assertThat(small.stats().bytes()).isLessThanOrEqualTo(2 << 20);
    }

    @Test
    void room_isMadeByTheChainsWhoseLastHopCameLongestAgo() {
        InProcessStore small = new InProcessStore(2, 1 << 20);
        now(small.deliver(List.of(inner("a", 1, 0), inner("b", 2, 0), inner("a", 3, 1), inner("c", 4, 0))));

        assertThat(now(small.hops("b"))).isEmpty();
        assertThat(now(small.hops("a"))).hasSize(2);
        assertThat(now(small.hops("c"))).hasSize(1);
        assertThat(small.stats().chains()).isEqualTo(2);
        assertThat(small.stats().forgottenHops()).isEqualTo(1);
    }

    @Test
    void bytes_areBoundedHoweverManyHopsCome() {
        InProcessStore small = new InProcessStore(10_000, 64 << 10);
        for (int chain = 0; chain < 1_000; chain++) {
            now(small.deliver(List.of(entry("chain-" + chain, chain + 1, "user-" + chain, "shop", chain))));
            assertThat(small.stats().bytes()).isLessThanOrEqualTo(64 << 10);
        }
        assertThat(now(small.hops("chain-999"))).hasSize(1);
        assertThat(small.stats().chains()).isBetween(50, 150);
        assertThat(small.stats().forgottenHops())
                .isEqualTo(1_000 - small.stats().chains());
    }

    @Test
    void oneChain_takesAQuarterAtMostAndKeepsItsFirstHops() {
        InProcessStore small = new InProcessStore(10_000, 64 << 10);
        now(small.deliver(List.of(entry("other", 1, null, "shop", 0))));
        List<CorrelatedHop> endless = new ArrayList<>();
        IntStream.range(0, 500).forEach(i -> endless.add(inner("endless", i + 2, 1)));
        now(small.deliver(endless));

        List<Hop> kept = now(small.hops("endless"));
        assertThat(kept).hasSizeBetween(20, 60).startsWith(endless.get(0).hop());
        assertThat(now(small.hops("other"))).hasSize(1);
        assertThat(small.stats().forgottenHops()).isEqualTo(500 - kept.size());
    }

    @Test
    void erasure_removesTheChainsOfTheUserWholly() {
        now(store.deliver(List.of(
                entry("a", 1, "u1", "shop", 0),
                inner("a", 2, 1),
                entry("b", 3, "u2", "shop", 0),
                entry("c", 4, "u1", "shop", 0))));

        assertThat(now(store.erase("u1"))).isEqualTo(2);
        assertThat(now(store.erase("u1"))).isZero();
        assertThat(now(store.hops("a"))).isEmpty();
        assertThat(found(query())).containsExactly("b");
        now(store.erase("u2"));
        assertThat(store.stats().bytes()).isZero();
    }

    @Test
    void boundsThatAreNone_areRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new InProcessStore(0, 1))
                .withMessage("maxChains must be at least 1, but is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new InProcessStore(1, -1))
                .withMessage("maxBytes must be at least 1, but is -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> query().limit(0))
                .withMessage("limit must be between 1 and 10000, but is 0");
    }
}
