package io.dharma.tracing.correlation;

import static io.dharma.tracing.correlation.Hops.chain;
import static io.dharma.tracing.correlation.Hops.client;
import static io.dharma.tracing.correlation.Hops.find;
import static io.dharma.tracing.correlation.Hops.hop;
import static io.dharma.tracing.correlation.Hops.internal;
import static io.dharma.tracing.correlation.Hops.server;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class RequestChainTest {

    @Test
    void hops_becomeATreeWhateverTheirOrder() {
        List<Hop> hops = new ArrayList<>(List.of(
                server(1, 0, "web", 0, 100),
                client(2, 1, "web", 10, 60),
                server(3, 2, "stock", 20, 50),
                internal(4, 1, "render", 70, 90)));
        for (int seed = 0; seed < 20; seed++) {
            Collections.shuffle(hops, new Random(seed));

            RequestChain chain = RequestChain.of("c", hops);

            assertThat(chain.hops())
                    .extracting(each -> each.hop().spanId())
                    .containsExactly(Hops.span(1), Hops.span(2), Hops.span(3), Hops.span(4));
            assertThat(chain.hops()).extracting(ChainHop::depth).containsExactly(0, 1, 2, 1);
            assertThat(chain.roots()).containsExactly(find(chain, 1));
            assertThat(find(chain, 1).children()).containsExactly(find(chain, 2), find(chain, 4));
            assertThat(chain.services()).containsExactly("web", "stock", "shop");
            assertThat(chain.durationNanos()).isEqualTo(100 * Hops.MS);
            assertThat(chain.isComplete()).isTrue();
            assertThat(chain.clockOffsets()).isEmpty();
        }
    }

    @Test
    void order_makesNoOtherChainOfAnyHops() {
        for (int seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            List<Hop> hops = anyHops(random);
            String once = ChainRenderer.json().render(RequestChain.of("c", hops));

            Collections.shuffle(hops, random);

            assertThat(ChainRenderer.json().render(RequestChain.of("c", hops)))
                    .as("seed " + seed)
                    .isEqualTo(once);
        }
    }

    /** With replays, circles, gaps, links to anything, and clocks that nothing fits. */
    private static List<Hop> anyHops(Random random) {
        List<Hop> hops = new ArrayList<>();
        int count = 2 + random.nextInt(12);
        List<SpanKind> kinds = List.of(SpanKind.values());
        for (int i = 1; i <= count; i++) {
            Hop.Builder hop = Hop.builder(anyTrace(random), Hops.span(1 + random.nextInt(count)))
                    .parent(random.nextInt(5) == 0 ? null : Hops.span(1 + random.nextInt(count + 1)))
                    .nested(random.nextBoolean())
                    .service("s" + random.nextInt(3))
                    .operation("o" + random.nextInt(3))
                    .kind(kinds.get(random.nextInt(kinds.size())))
                    .start(Hops.EPOCH + random.nextInt(40) * Hops.MS)
                    .duration(random.nextInt(20) * Hops.MS);
            if (random.nextInt(4) == 0) {
                hop.links(List.of(new HopId(anyTrace(random), Hops.span(1 + random.nextInt(count)))));
            }
            hops.add(random.nextInt(4) == 0 ? hop.failed("E").build() : hop.build());
        }
        return hops;
    }

    private static String anyTrace(Random random) {
        return (random.nextInt(4) == 0 ? "2" : "1").repeat(32);
    }

    @Test
    void linksThatNameEachOther_leaveTheEarlierOneOnTop() {
        Hop one = Hop.builder("1".repeat(32), Hops.span(1))
                .links(List.of(new HopId("2".repeat(32), Hops.span(2))))
                .service("a")
                .operation("a")
                .start(Hops.EPOCH)
                .build();
        Hop two = Hop.builder("2".repeat(32), Hops.span(2))
                .links(List.of(one.id()))
                .service("b")
                .operation("b")
                .start(Hops.EPOCH + 5 * Hops.MS)
                .build();

        assertThat(chain(one, two).roots()).extracting(ChainHop::hop).containsExactly(one);
        assertThat(chain(two, one).roots()).extracting(ChainHop::hop).containsExactly(one);
    }

    @Test
    void replayWithOtherLinks_isTheSameInAnyOrder() {
        Hop linked = hop(1, 0, "s", "o", 0, 1).links(List.of(Hops.id(5))).build();
        Hop bare = hop(1, 0, "s", "o", 0, 1).build();

        assertThat(find(chain(linked, bare), 1).hop()).isEqualTo(linked);
        assertThat(find(chain(bare, linked), 1).hop()).isEqualTo(linked);
    }

    @Test
    void waitEdges_areAddedToTheSameHops() {
        RequestChain chain = chain(internal(1, 0, "a", 0, 9), internal(2, 1, "b", 1, 2), internal(3, 1, "c", 3, 4));
        WaitEdge one = new WaitEdge(Hops.id(1), Hops.id(2));
        WaitEdge other = new WaitEdge(Hops.id(1), Hops.id(77));

        RequestChain known = chain.withWaitEdges(List.of(one)).withWaitEdges(List.of(one, other));

        assertThat(known.waitEdges()).containsExactly(one, other);
        assertThat(known.hops()).isEqualTo(chain.hops());
        assertThat(known.roots()).isEqualTo(chain.roots());
        assertThat(known.correlationId()).isEqualTo("order-4711");
        assertThat(chain.waitEdges()).isEmpty();
        assertThat(chain.withWaitEdges(List.of())).isSameAs(chain);
        assertThat(CriticalPath.of(known, find(chain, 1)).certainty()).isEqualTo(Certainty.EXACT);
    }

    @Test
    void chainWithoutHops_isEmpty() {
        RequestChain chain = chain();

        assertThat(chain.hops()).isEmpty();
        assertThat(chain.criticalPath()).isEmpty();
        assertThat(chain.durationNanos()).isZero();
        assertThat(chain.toString()).startsWith("chain order-4711\n0 hops in 0 services");
    }

    @Test
    void replayedHop_countsOnceAndTheLatestEndWins() {
        Hop early = internal(1, 0, "a", 0, 10);
        Hop late = internal(1, 0, "a", 0, 30);
        Hop failed = hop(1, 0, "shop", "a", 0, 30).failed("X").build();

        for (List<Hop> order : List.of(
                List.of(early, late, failed, early),
                List.of(failed, early, late, early),
                List.of(late, failed, early, early))) {
            RequestChain chain = RequestChain.of("c", order);

            assertThat(chain.hops()).extracting(ChainHop::hop).containsExactly(failed);
            assertThat(chain.replays()).isEqualTo(3);
        }
    }

    @Test
    void hopsOfOneSpanIdInTwoTraces_areTwo() {
        Hop other = Hop.builder("1".repeat(32), Hops.span(1))
                .service("a")
                .operation("b")
                .start(Hops.EPOCH)
                .build();

        RequestChain chain = chain(internal(1, 0, "a", 0, 10), other);

        assertThat(chain.hops()).hasSize(2);
        assertThat(chain.roots()).hasSize(2);
        assertThat(chain.replays()).isZero();
    }

    @Test
    void hopWhoseParentIsMissing_hangsUnderTheInnermostOneThatItHappenedWithin() {
        RequestChain chain = chain(
                internal(1, 0, "root", 0, 100),
                internal(2, 1, "outer", 10, 60),
                internal(3, 2, "inner", 20, 50),
                internal(5, 2, "sibling", 40, 45),
                internal(4, 99, "lost", 30, 42));

        ChainHop lost = find(chain, 4);
        assertThat(lost.parent()).contains(find(chain, 3));
        assertThat(lost.placement()).isEqualTo(Placement.BY_TIME);
        assertThat(chain.isComplete()).isFalse();
    }

    @Test
    void hopWhoseParentIsMissingAndThatIsWithinNothing_isARoot() {
        RequestChain chain = chain(internal(1, 0, "root", 0, 100), internal(4, 99, "lost", 90, 120));

        assertThat(find(chain, 4).parent()).isEmpty();
        assertThat(find(chain, 4).placement()).isEqualTo(Placement.ORPHANED);
        assertThat(chain.roots()).hasSize(2);
    }

    @Test
    void chain_beginsWithWhatCalledItselfARoot() {
        RequestChain chain = chain(internal(4, 99, "lost", 0, 50), internal(1, 0, "root", 10, 100));

        assertThat(chain.roots().get(0)).isEqualTo(find(chain, 4));
        assertThat(chain.root()).contains(find(chain, 1));
        assertThat(chain.criticalPath().orElseThrow().root()).isEqualTo(find(chain, 1));
        assertThat(chain(internal(4, 99, "lost", 0, 50)).root()).isPresent();
    }

    @Test
    void placementByTime_isThatOfASearchThroughAll() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            List<Hop> hops = new ArrayList<>();
            int count = 1 + random.nextInt(40);
            for (int i = 1; i <= count; i++) {
                int from = random.nextInt(100_000);
                hops.add(
                        internal(i, random.nextInt(4) == 0 ? 0 : 1_000 + i, "o", from, from + random.nextInt(100_000)));
            }

            RequestChain chain = RequestChain.of("c", hops);

            for (ChainHop hop : chain.hops()) {
                Optional<ChainHop> innermost = chain.hops().stream()
                        .filter(other -> other != hop
                                && other.startEpochNanos() <= hop.startEpochNanos()
                                && other.endEpochNanos() >= hop.endEpochNanos())
                        .max(ChainHop.BY_START);
                boolean lost = hop.hop().parent().isPresent();
                assertThat(hop.parent()).as("seed " + seed).isEqualTo(lost ? innermost : Optional.empty());
            }
        }
    }

    @Test
    void hopsWithOneMissingParent_areNotPlacedUnderTheirOwnDescendants() {
        // All three happened at the same time, so that each encloses the others.
        RequestChain chain = chain(
                internal(1, 98, "a", 0, 10),
                internal(2, 1, "b", 0, 10),
                internal(3, 99, "c", 0, 10),
                internal(4, 3, "d", 0, 10));

        assertThat(chain.hops()).hasSize(4);
        assertThat(chain.roots()).hasSize(1);
    }

    @Test
    void messageInATraceOfItsOwn_hangsUnderWhatItsLinkNames() {
        Hop sent = hop(2, 1, "web", "send", 10, 12).kind(SpanKind.PRODUCER).build();
        Hop received = Hop.builder("2".repeat(32), Hops.span(7))
                .links(List.of(new HopId("3".repeat(32), Hops.span(1)), sent.id()))
                .service("mail")
                .operation("receive")
                .kind(SpanKind.CONSUMER)
                .start(Hops.EPOCH + 50 * Hops.MS)
                .build();

        RequestChain chain = chain(server(1, 0, "web", 0, 20), sent, received);

        ChainHop placed = chain.find(received.id()).orElseThrow();
        assertThat(placed.parent()).contains(find(chain, 2));
        assertThat(placed.placement()).isEqualTo(Placement.LINKED);
        assertThat(chain.isComplete()).isTrue();
    }

    @Test
    void rootsThatLinkToEachOther_formNoCircle() {
        Hop one = hop(1, 0, "a", "one", 0, 10)
                .links(List.of(Hops.id(2), Hops.id(1)))
                .build();
        Hop two = hop(2, 0, "a", "two", 0, 10).links(List.of(Hops.id(1))).build();

        assertThat(chain(one, two).hops()).hasSize(2);
        assertThat(chain(one, two).roots()).hasSize(1);
    }

    @Test
    @Timeout(10)
    void hopsThatNameEachOtherAsParents_becomeATreeWithTheEarliestOnTop() {
        RequestChain chain = chain(
                internal(1, 3, "a", 20, 30),
                internal(2, 1, "b", 10, 40),
                internal(3, 2, "c", 30, 35),
                internal(4, 4, "self", 50, 60),
                internal(5, 1, "hangs on", 22, 25));

        assertThat(chain.hops()).hasSize(5);
        assertThat(chain.roots()).containsExactly(find(chain, 2), find(chain, 4));
        assertThat(find(chain, 2).placement()).isEqualTo(Placement.OUT_OF_CIRCLE);
        assertThat(find(chain, 4).placement()).isEqualTo(Placement.OUT_OF_CIRCLE);
        assertThat(find(chain, 5).parent()).contains(find(chain, 1));
        assertThat(chain.isComplete()).isFalse();
    }

    @Test
    void ownTime_isWhatNoChildCovers() {
        RequestChain chain = chain(
                internal(1, 0, "root", 0, 100),
                internal(2, 1, "a", 10, 40),
                internal(3, 1, "b", 30, 50),
                internal(4, 1, "c", 35, 38),
                internal(5, 1, "outlives", 90, 150));

        assertThat(find(chain, 1).ownNanos()).isEqualTo(50 * Hops.MS);
        assertThat(find(chain, 2).ownNanos()).isEqualTo(30 * Hops.MS);
    }

    @Test
    @Timeout(60)
    void anyGarbage_becomesATreeWithEachHopOnce() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            List<Hop> hops = garbage(random, 1 + random.nextInt(60));

            RequestChain chain = RequestChain.of("c", hops);

            Set<HopId> expected = new HashSet<>();
            hops.forEach(hop -> expected.add(hop.id()));
            assertThat(chain.hops()).as("seed " + seed).hasSameSizeAs(expected).doesNotHaveDuplicates();
            int seen = 0;
            for (ChainHop hop : chain.hops()) {
                assertThat(hop.index()).isEqualTo(seen++);
                hop.parent().ifPresent(parent -> assertThat(parent.index()).isLessThan(hop.index()));
                assertThat(hop.children()).allMatch(child -> child.parent().orElseThrow() == hop);
            }
            for (ChainHop hop : chain.hops()) {
                CriticalPathTest.assertSound(CriticalPath.of(chain, hop));
            }
            assertThat(chain.toString()).isNotEmpty();
        }
    }

    /** Of few ids, so that there are replays, circles and missing parents; times from everywhere. */
    static List<Hop> garbage(Random random, int count) {
        SpanKind[] kinds = SpanKind.values();
        List<Hop> hops = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean extreme = random.nextInt(20) == 0;
            Hop.Builder hop = Hop.builder(
                            random.nextInt(5) == 0 ? "1".repeat(32) : Hops.TRACE, Hops.span(1 + random.nextInt(count)))
                    .parent(random.nextInt(8) == 0 ? null : Hops.span(1 + random.nextInt(count + 3)))
                    .service("s" + random.nextInt(4))
                    .operation("o" + random.nextInt(4))
                    .kind(kinds[random.nextInt(kinds.length)])
                    .start(extreme ? random.nextLong(Long.MAX_VALUE / 2) : Hops.EPOCH + random.nextInt(50) * Hops.MS)
                    .duration(extreme ? random.nextLong(Long.MAX_VALUE / 2) : random.nextInt(50) * Hops.MS);
            if (random.nextInt(4) == 0) {
                hop.links(List.of(Hops.id(1 + random.nextInt(count))));
            }
            if (random.nextInt(4) == 0) {
                hop.failed(null);
            }
            hops.add(hop.build());
        }
        return hops;
    }

    @Test
    void tenThousandHops_takeWellUnderASecond() {
        Random random = new Random(1);
        List<Hop> healthy = new ArrayList<>();
        List<Hop> lost = new ArrayList<>();
        for (int i = 1; i <= 10_000; i++) {
            int parent = i == 1 ? 0 : 1 + random.nextInt(i - 1);
            healthy.add(internal(i, parent, "o", i, 30_000 - i));
            lost.add(
                    internal(i, i == 1 ? 0 : 20_000 + i, "o", random.nextInt(10_000), 10_000 + random.nextInt(10_000)));
        }
        for (List<Hop> hops : List.of(healthy, lost, garbage(random, 10_000))) {
            RequestChain.of("warm", hops).criticalPath();
            long start = System.nanoTime();
            RequestChain.of("c", hops).criticalPath();
            Duration taken = Duration.ofNanos(System.nanoTime() - start);

            System.out.println("10,000 hops with critical path: " + taken.toMillis() + " ms");
            assertThat(taken).isLessThan(Duration.ofSeconds(1));
        }
    }

    @Test
    void chain_asTextIsItsWaterfall() {
        RequestChain chain = chain(internal(1, 0, "a", 0, 10));

        assertThat(chain.toString()).isEqualTo(ChainRenderer.text(100).render(chain));
    }
}
