package io.dharma.tracing.correlation;

import static io.dharma.tracing.correlation.Hops.background;
import static io.dharma.tracing.correlation.Hops.chain;
import static io.dharma.tracing.correlation.Hops.client;
import static io.dharma.tracing.correlation.Hops.find;
import static io.dharma.tracing.correlation.Hops.hop;
import static io.dharma.tracing.correlation.Hops.id;
import static io.dharma.tracing.correlation.Hops.internal;
import static io.dharma.tracing.correlation.Hops.segments;
import static io.dharma.tracing.correlation.Hops.server;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class CriticalPathTest {

    @Test
    void hopAlone_isItsWholePath() {
        CriticalPath path = pathOf(internal(1, 0, "root", 0, 100));

        assertThat(segments(path)).containsExactly("root 0..100");
        assertThat(path.certainty()).isEqualTo(Certainty.EXACT);
    }

    @Test
    void callsInSequence_alternateWithTheirParent() {
        CriticalPath path = pathOf(
                internal(1, 0, "root", 0, 100),
                internal(2, 1, "a", 10, 30),
                internal(3, 1, "b", 40, 90),
                internal(4, 3, "c", 50, 60));

        assertThat(segments(path))
                .containsExactly(
                        "root 0..10", "a 10..30", "root 30..40", "b 40..50", "c 50..60", "b 60..90", "root 90..100");
        assertThat(path.certainty()).isEqualTo(Certainty.EXACT);
        assertThat(path.durationNanos()).isEqualTo(100 * Hops.MS);
    }

    @Test
    void childThatEndsInTheNanosecondInWhichTheNextBegins_isBeforeIt() {
        CriticalPath path = pathOf(
                internal(1, 0, "root", 0, 100),
                internal(2, 1, "a", 0, 50),
                internal(3, 1, "b", 50, 100),
                internal(4, 3, "within", 50, 100));

        assertThat(segments(path)).containsExactly("a 0..50", "within 50..100");
        assertThat(path.hops()).hasSize(4);
        assertThat(path.certainty()).isEqualTo(Certainty.EXACT);
    }

    @Test
    void siblingsAtOnce_areRepresentedByTheLastToFinishAsAGuess() {
        RequestChain chain = chain(
                internal(1, 0, "root", 0, 100), background(2, 1, "short", 10, 50), background(3, 1, "long", 10, 80));
        CriticalPath path = chain.criticalPath().orElseThrow();

        assertThat(segments(path)).containsExactly("root 0..10", "long 10..80", "root 80..100");
        assertThat(path.certainty()).isEqualTo(Certainty.INFERRED);
        assertThat(path.slack(find(chain, 2))).contains(Duration.ofMillis(30));
        assertThat(path.slack(find(chain, 3))).contains(Duration.ZERO);
        assertThat(path.slack(find(chain, 1))).contains(Duration.ZERO);
    }

    /**
     * jaegertracing/jaeger-ui#2371: {@code gather(foo1 then a pause then foo3, foo2)}. Nothing in the times says that foo3
     * came after foo1 and not after foo2, which ended just as foo3 began. Jaeger's answer is foo2, foo3.
     */
    @Test
    void asynchronousSiblings_areRightWhereItIsKnownWhoWaitedForWhom() {
        List<Hop> hops = List.of(
                internal(1, 0, "main", 0, 500),
                background(2, 1, "get /foo1", 0, 100),
                background(3, 1, "get /foo2", 0, 200),
                background(4, 1, "get /foo3", 200, 500));
        RequestChain known = RequestChain.of("c", hops)
                .withWaitEdges(
                        List.of(new WaitEdge(id(4), id(2)), new WaitEdge(id(1), id(4)), new WaitEdge(id(1), id(3))));

        CriticalPath path = known.criticalPath().orElseThrow();

        assertThat(segments(path)).containsExactly("get /foo1 0..100", "main 100..200", "get /foo3 200..500");
        assertThat(path.certainty()).isEqualTo(Certainty.EXACT);
        assertThat(path.contains(find(known, 3))).isFalse();
        assertThat(path.slack(find(known, 3))).contains(Duration.ofMillis(300));
        assertThat(path.slack(find(known, 2))).contains(Duration.ZERO);
    }

    @Test
    void asynchronousSiblings_areMarkedAsAGuessWhereThatIsNotKnown() {
        CriticalPath path = pathOf(
                internal(1, 0, "main", 0, 500),
                background(2, 1, "get /foo1", 0, 100),
                background(3, 1, "get /foo2", 0, 200),
                background(4, 1, "get /foo3", 200, 500));

        assertThat(segments(path)).containsExactly("get /foo2 0..200", "get /foo3 200..500");
        assertThat(path.certainty()).isEqualTo(Certainty.INFERRED);
    }

    @Test
    void asynchronousSiblings_areRightWhateverTheLastMillisecondIsLike() {
        // As above, but foo2 ends a little after foo3 began, as it does in half of all runs.
        RequestChain chain = RequestChain.of(
                "c",
                List.of(
                        internal(1, 0, "main", 0, 500),
                        background(2, 1, "get /foo1", 0, 100),
                        background(3, 1, "get /foo2", 0, 202),
                        background(4, 1, "get /foo3", 201, 500)),
                List.of(new WaitEdge(id(4), id(2)), new WaitEdge(id(1), id(4)), new WaitEdge(id(1), id(3))));

        CriticalPath path = chain.criticalPath().orElseThrow();

        assertThat(segments(path)).containsExactly("get /foo1 0..100", "main 100..201", "get /foo3 201..500");
        assertThat(path.certainty()).isEqualTo(Certainty.EXACT);
        assertThat(path.slack(find(chain, 3))).contains(Duration.ofMillis(298));
    }

    @Test
    void joinThatIsKnown_decidesWhoWasWaitedFor() {
        RequestChain chain = RequestChain.of(
                "c",
                List.of(
                        internal(1, 0, "root", 0, 100),
                        background(2, 1, "awaited", 10, 50),
                        background(3, 1, "background", 10, 80)),
                List.of(new WaitEdge(id(1), id(2))));

        CriticalPath path = chain.criticalPath().orElseThrow();

        assertThat(segments(path)).containsExactly("root 0..10", "awaited 10..50", "root 50..100");
        assertThat(path.certainty()).isEqualTo(Certainty.EXACT);
        assertThat(path.slack(find(chain, 3))).isEqualTo(Optional.empty());
    }

    @Test
    void joinOfADescendant_leadsThereAndUpAgain() {
        // The task was handed over and outlived what handed it over.
        RequestChain chain = RequestChain.of(
                "c",
                List.of(
                        internal(1, 0, "root", 0, 100),
                        internal(2, 1, "submit", 10, 20),
                        internal(3, 2, "task", 30, 90)),
                List.of(new WaitEdge(id(1), id(3))));

        CriticalPath path = chain.criticalPath().orElseThrow();

        assertThat(segments(path))
                .containsExactly("root 0..10", "submit 10..20", "root 20..30", "task 30..90", "root 90..100");
        assertSound(path);
    }

    @Test
    void predecessorInAnotherSubtree_isFollowed() {
        RequestChain chain = RequestChain.of(
                "c",
                List.of(
                        internal(1, 0, "root", 0, 100),
                        internal(2, 1, "left", 0, 60),
                        internal(3, 2, "signal", 10, 40),
                        internal(4, 1, "right", 50, 100)),
                List.of(new WaitEdge(id(4), id(3))));

        CriticalPath path = chain.criticalPath().orElseThrow();

        assertThat(segments(path)).containsExactly("left 0..10", "signal 10..40", "root 40..50", "right 50..100");
        assertSound(path);
    }

    @Test
    @Timeout(10)
    void edgesThatMakeNoSense_doNoHarm() {
        List<Hop> hops =
                List.of(internal(1, 0, "root", 0, 100), internal(2, 1, "a", 10, 40), internal(3, 1, "b", 50, 90));
        List<WaitEdge> edges = new ArrayList<>();
        for (int waiter = 1; waiter <= 5; waiter++) {
            for (int awaited = 1; awaited <= 5; awaited++) {
                if (waiter != awaited) {
                    edges.add(new WaitEdge(id(waiter), id(awaited)));
                }
            }
        }

        CriticalPath path = RequestChain.of("c", hops, edges).criticalPath().orElseThrow();

        assertThat(segments(path)).containsExactly("root 0..10", "a 10..40", "root 40..50", "b 50..90", "root 90..100");
    }

    @Test
    void childThatOutlivesItsParent_wasNotWaitedFor() {
        RequestChain chain = chain(
                internal(1, 0, "root", 0, 100),
                internal(2, 1, "a", 10, 40),
                hop(3, 1, "mail", "receive", 60, 300).kind(SpanKind.CONSUMER).build());

        CriticalPath path = chain.criticalPath().orElseThrow();

        assertThat(segments(path)).containsExactly("root 0..10", "a 10..40", "root 40..100");
        assertThat(path.slack(find(chain, 3))).isEmpty();
    }

    @Test
    void serverThatWorksOnAfterItsClientGaveUp_wasWaitedForUntilThen() {
        Hop gaveUp = hop(2, 1, "shop", "call", 0, 50)
                .nested(true)
                .kind(SpanKind.CLIENT)
                .failed("timeout")
                .build();

        CriticalPath path = pathOf(internal(1, 0, "root", 0, 100), gaveUp, server(3, 2, "stock", 10, 400));

        assertThat(segments(path)).containsExactly("call 0..10", "serve 3 10..50", "root 50..100");
        assertThat(path.certainty()).isEqualTo(Certainty.EXACT);
    }

    @Test
    void messageWithinItsParent_isAGuess() {
        CriticalPath path = pathOf(
                internal(1, 0, "root", 0, 100),
                hop(2, 1, "mail", "receive", 20, 60).kind(SpanKind.CONSUMER).build());

        assertThat(segments(path)).containsExactly("root 0..20", "receive 20..60", "root 60..100");
        assertThat(path.certainty()).isEqualTo(Certainty.INFERRED);
    }

    @Test
    void childThatNothingSaysWasWaitedFor_isAGuess() {
        // A job in the background looks just like that.
        CriticalPath path = pathOf(internal(1, 0, "main", 0, 500), background(2, 1, "refresh cache", 0, 200));

        assertThat(segments(path)).containsExactly("refresh cache 0..200", "main 200..500");
        assertThat(path.certainty()).isEqualTo(Certainty.INFERRED);
    }

    @Test
    void backgroundWorkBesideNestedOnes_takesNothingFromWhatIsKnown() {
        RequestChain chain = chain(
                internal(1, 0, "root", 0, 100),
                internal(2, 1, "a", 0, 50),
                background(3, 1, "background", 10, 40),
                background(4, 1, "endless", 20, 400),
                internal(5, 1, "b", 60, 100));

        CriticalPath path = chain.criticalPath().orElseThrow();

        assertThat(segments(path)).containsExactly("a 0..50", "root 50..60", "b 60..100");
        assertThat(path.certainty()).isEqualTo(Certainty.EXACT);
        assertThat(path.slack(find(chain, 4))).isEmpty();
        assertSound(path);
    }

    @Test
    void nestedHop_isWhereItsParentWasWhenTheNextBegan() {
        CriticalPath path = pathOf(
                internal(1, 0, "root", 0, 100),
                internal(2, 1, "a", 0, 50),
                background(3, 1, "begun meanwhile", 30, 90));

        assertThat(segments(path)).containsExactly("a 0..30", "begun meanwhile 30..90", "root 90..100");
        assertThat(path.certainty()).isEqualTo(Certainty.INFERRED);
    }

    @Test
    void nestedHopUnderAnotherThanItsParent_isAGuess() {
        Hop lost = hop(2, 77, "shop", "lost", 10, 40).nested(true).build();

        assertThat(pathOf(internal(1, 0, "root", 0, 100), lost).certainty()).isEqualTo(Certainty.INFERRED);
    }

    @Test
    void joinThatIsKnown_needNotNameWhatIsNested() {
        RequestChain chain = RequestChain.of(
                        "c",
                        List.of(
                                internal(1, 0, "root", 0, 100),
                                internal(2, 1, "nested", 0, 20),
                                background(3, 1, "awaited", 10, 60),
                                background(4, 1, "background", 10, 80),
                                internal(5, 1, "later", 85, 95)))
                .withWaitEdges(List.of(new WaitEdge(id(1), id(3))));

        CriticalPath path = chain.criticalPath().orElseThrow();

        assertThat(segments(path))
                .containsExactly("nested 0..10", "awaited 10..60", "root 60..85", "later 85..95", "root 95..100");
        assertThat(path.certainty()).isEqualTo(Certainty.EXACT);
        assertThat(path.slack(find(chain, 4))).isEmpty();
    }

    @Test
    void serverSidesAtOnce_areAGuessAndOneAloneIsNone() {
        assertThat(pathOf(client(1, 0, "web", 0, 100), server(2, 1, "stock", 10, 90))
                        .certainty())
                .isEqualTo(Certainty.EXACT);
        assertThat(pathOf(client(1, 0, "web", 0, 100), server(2, 1, "stock", 10, 90), server(3, 1, "stock", 20, 80))
                        .certainty())
                .isEqualTo(Certainty.INFERRED);
    }

    @Test
    void siblingThatOverlapsByAHair_isOnThePath() {
        Hop first = hop(2, 1, "shop", "first", 0, 0).duration(50_001_000).build();

        CriticalPath path = pathOf(internal(1, 0, "main", 0, 100), first, background(3, 1, "second", 50, 100));

        assertThat(segments(path)).containsExactly("first 0..50", "second 50..100");
        assertThat(path.certainty()).isEqualTo(Certainty.INFERRED);
    }

    @Test
    void overlapByAHair_takesNothingFromWhatIsKnown() {
        Hop first = hop(2, 1, "shop", "first", 0, 0).duration(50_001_000).build();
        Hop second = hop(3, 1, "shop", "second", 50, 50).duration(50_001_000).build();
        RequestChain chain = chain(internal(1, 0, "main", 0, 100), first, second)
                .withWaitEdges(List.of(new WaitEdge(id(3), id(2)), new WaitEdge(id(1), id(3))));

        CriticalPath path = chain.criticalPath().orElseThrow();

        assertThat(segments(path)).containsExactly("first 0..50", "second 50..100");
        assertThat(path.certainty()).isEqualTo(Certainty.EXACT);
        assertSound(path);
    }

    @Test
    void siblingThatOverlapsByALargePartOfItself_isNot() {
        Hop first = hop(2, 1, "shop", "first", 50, 50).duration(90_000).build();
        Hop second = hop(3, 1, "shop", "second", 0, 100)
                .start(Hops.EPOCH + 50_050_000)
                .duration(49_950_000)
                .build();

        CriticalPath path = pathOf(internal(1, 0, "main", 0, 100), first, second);

        assertThat(path.hops()).extracting(each -> each.hop().operation()).containsExactly("main", "second");
    }

    @Test
    void gapElsewhere_takesNothingFromACompleteSubtree() {
        RequestChain chain = chain(
                internal(1, 0, "root", 0, 100),
                internal(2, 1, "complete", 0, 50),
                internal(3, 2, "step", 10, 40),
                internal(4, 77, "lost", 60, 70),
                server(5, 78, "stock", 150, 170));

        assertThat(CriticalPath.of(chain, find(chain, 2)).certainty()).isEqualTo(Certainty.EXACT);
        assertThat(CriticalPath.of(chain, find(chain, 4)).certainty()).isEqualTo(Certainty.EXACT);
        assertThat(CriticalPath.of(chain, find(chain, 1)).certainty()).isEqualTo(Certainty.INFERRED);
    }

    @Test
    void hopWithoutPlace_makesTheTreeOfItsTraceAGuess() {
        RequestChain chain =
                chain(internal(1, 0, "root", 0, 100), internal(2, 1, "step", 0, 50), server(3, 77, "stock", 90, 300));

        assertThat(CriticalPath.of(chain, find(chain, 1)).certainty()).isEqualTo(Certainty.INFERRED);
        assertThat(CriticalPath.of(chain, find(chain, 2)).certainty()).isEqualTo(Certainty.EXACT);
    }

    @Test
    void clockOfAWholeSubtree_takesNothingFromWhatIsKnownWithin() {
        RequestChain chain = chain(
                client(1, 0, "web", 0, 100),
                server(2, 1, "stock", 1_010, 1_090),
                hop(3, 2, "stock", "step", 1_020, 1_030).nested(true).build());

        assertThat(CriticalPath.of(chain, find(chain, 2)).certainty()).isEqualTo(Certainty.EXACT);
    }

    @Test
    @Timeout(30)
    void pathsOfAllHops_takeNoLongerThanTheirHops() {
        List<Hop> hops = new ArrayList<>(List.of(internal(1, 0, "root", 0, 200_000)));
        List<WaitEdge> edges = new ArrayList<>();
        for (int i = 2; i <= 50_000; i++) {
            hops.add(internal(i, 1, "o", i, i + 1));
            edges.add(new WaitEdge(id(1), id(i)));
        }
        RequestChain chain = RequestChain.of("c", hops).withWaitEdges(edges);

        for (ChainHop hop : chain.hops()) {
            assertThat(CriticalPath.of(chain, hop).certainty()).isEqualTo(Certainty.EXACT);
        }
    }

    @Test
    void correctedClocks_makeItAGuess() {
        CriticalPath path = pathOf(client(1, 0, "web", 0, 100), server(2, 1, "stock", 1_010, 1_090));

        assertThat(segments(path)).containsExactly("call 1 0..10", "serve 2 10..90", "call 1 90..100");
        assertThat(path.certainty()).isEqualTo(Certainty.INFERRED);
    }

    @Test
    void missingParents_makeItAGuess() {
        CriticalPath path = pathOf(internal(1, 0, "root", 0, 100), internal(2, 77, "lost", 10, 40));

        assertThat(segments(path)).containsExactly("root 0..10", "lost 10..40", "root 40..100");
        assertThat(path.certainty()).isEqualTo(Certainty.INFERRED);
    }

    @Test
    void hopsWithoutDuration_areOnThePathWithoutASegment() {
        RequestChain chain = chain(
                internal(1, 0, "root", 0, 100),
                internal(2, 1, "mark", 50, 50),
                internal(3, 1, "other", 50, 50),
                internal(4, 3, "deep", 50, 50));
        CriticalPath path = chain.criticalPath().orElseThrow();

        assertThat(segments(path)).containsExactly("root 0..100");
        assertThat(path.hops()).hasSize(4);
        assertThat(path.certainty()).isEqualTo(Certainty.EXACT);
    }

    @Test
    void pathOfAnyHop_accountsForThatHop() {
        RequestChain chain =
                chain(internal(1, 0, "root", 0, 100), internal(2, 1, "a", 10, 60), internal(3, 2, "b", 20, 30));
        CriticalPath path = CriticalPath.of(chain, find(chain, 2));

        assertThat(segments(path)).containsExactly("a 10..20", "b 20..30", "a 30..60");
        assertThat(path.slack(find(chain, 1))).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CriticalPath.of(chain(internal(1, 0, "x", 0, 1)), find(chain, 2)));
        assertThat(path.toString()).startsWith("critical path, EXACT:\n  +0.00 us  10.0 ms  shop a 50.0 ms\n");
    }

    @Test
    @Timeout(30)
    void hundredThousandHopsDeep_doNotOverflow() {
        int depth = 100_000;
        List<Hop> hops = new ArrayList<>();
        for (int i = 1; i <= depth; i++) {
            hops.add(internal(i, i - 1, "o", i, 300_000 - i));
        }
        RequestChain chain = RequestChain.of("c", hops);

        CriticalPath path = chain.criticalPath().orElseThrow();

        assertThat(path.segments()).hasSize(2 * depth - 1);
        assertThat(path.durationNanos()).isEqualTo(find(chain, 1).durationNanos());
        assertThat(path.certainty()).isEqualTo(Certainty.EXACT);
    }

    @Test
    @Timeout(30)
    void hundredThousandChildren_areNoProblem() {
        List<Hop> hops = new ArrayList<>(List.of(internal(1, 0, "root", 0, 200_000)));
        List<WaitEdge> edges = new ArrayList<>();
        for (int i = 2; i <= 100_000; i++) {
            hops.add(internal(i, 1, "o", i, i + 5));
            edges.add(new WaitEdge(id(1), id(i)));
        }

        assertSound(RequestChain.of("c", hops).criticalPath().orElseThrow());
        assertSound(RequestChain.of("c", hops, edges).criticalPath().orElseThrow());
    }

    @Test
    void synchronousTrees_areExactAndAddUpToTheirDuration() {
        for (int seed = 0; seed < 500; seed++) {
            List<Hop> hops = new ArrayList<>();
            growInSequence(new Random(seed), hops, 0, 0, 1 + new Random(seed).nextInt(2_000));
            Collections.shuffle(hops, new Random(seed));
            RequestChain chain = RequestChain.of("c", hops);

            CriticalPath path = chain.criticalPath().orElseThrow();

            assertThat(path.certainty()).as("seed " + seed).isEqualTo(Certainty.EXACT);
            assertThat(path.durationNanos()).isEqualTo(chain.roots().get(0).durationNanos());
            assertThat(path.hops()).hasSize(hops.size());
            assertThat(path.hops())
                    .allSatisfy(hop -> assertThat(path.slack(hop)).contains(Duration.ZERO));
            // In a synchronous tree what is on the path of a hop is what no child of it covers.
            for (ChainHop hop : chain.hops()) {
                long onPath = path.segments().stream()
                        .filter(segment -> segment.hop() == hop)
                        .mapToLong(CriticalPath.Segment::durationNanos)
                        .sum();
                assertThat(onPath).isEqualTo(hop.ownNanos());
            }
            assertSound(path);
        }
    }

    private static int growInSequence(Random random, List<Hop> hops, int parent, long from, long to) {
        int own = hops.size() + 1;
        hops.add(internal(own, parent, "o" + own, from, to));
        long at = from;
        while (hops.size() < 60 && at < to && random.nextInt(4) != 0) {
            long begin = at + random.nextInt((int) (to - at) + 1);
            long end = begin + random.nextInt((int) (to - begin) + 1);
            growInSequence(random, hops, own, begin, end);
            at = end;
        }
        return own;
    }

    @Test
    void anyTreeWithAnyEdges_hasAPathThatIsSound() {
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            int count = 2 + random.nextInt(30);
            List<Hop> hops = new ArrayList<>(List.of(internal(1, 0, "root", 0, 100)));
            List<WaitEdge> edges = new ArrayList<>();
            for (int i = 2; i <= count; i++) {
                int from = random.nextInt(100);
                hops.add(hop(i, 1 + random.nextInt(i - 1), "shop", "o" + i, from, from + random.nextInt(50))
                        .nested(random.nextBoolean())
                        .build());
                int awaited = 1 + random.nextInt(count);
                if (awaited != i && random.nextBoolean()) {
                    edges.add(new WaitEdge(id(i), id(awaited)));
                }
            }

            RequestChain chain = RequestChain.of("c", hops, edges);

            for (ChainHop hop : chain.hops()) {
                CriticalPath path = CriticalPath.of(chain, hop);
                assertSound(path);
                assertThat(path.durationNanos()).as("seed " + seed).isEqualTo(hop.durationNanos());
            }
        }
    }

    /** Delays a hop by its slack and by a little more, and runs the same program again: only the latter makes it longer. */
    @Test
    void slack_isWhatAForkAndJoinCanSpare() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            int stages = 1 + random.nextInt(4);
            long[][] tasks = new long[stages][];
            for (int stage = 0; stage < stages; stage++) {
                tasks[stage] = random.longs(1 + random.nextInt(4), 1, 50).toArray();
            }
            RequestChain chain = forkJoin(tasks);
            CriticalPath path = chain.criticalPath().orElseThrow();
            long total = find(chain, 1).durationNanos();
            int number = 2;
            for (int stage = 0; stage < stages; stage++) {
                for (int task = 0; task < tasks[stage].length; task++) {
                    long slack = path.slack(find(chain, number++)).orElseThrow().toMillis();
                    tasks[stage][task] += slack;
                    assertThat(find(forkJoin(tasks), 1).durationNanos())
                            .as("seed " + seed)
                            .isEqualTo(total);
                    tasks[stage][task] += 1;
                    assertThat(find(forkJoin(tasks), 1).durationNanos()).isGreaterThan(total);
                    tasks[stage][task] -= slack + 1;
                }
            }
        }
    }

    /** Stage by stage: all tasks at once, then a join, then 3 ms of its own. */
    private static RequestChain forkJoin(long[][] tasks) {
        List<Hop> hops = new ArrayList<>();
        int number = 2;
        long at = 0;
        for (long[] stage : tasks) {
            long longest = 0;
            for (long duration : stage) {
                hops.add(background(number++, 1, "task", at, at + duration));
                longest = Math.max(longest, duration);
            }
            at += longest + 3;
        }
        hops.add(internal(1, 0, "root", 0, at));
        return RequestChain.of("c", hops);
    }

    private static CriticalPath pathOf(Hop... hops) {
        CriticalPath path = chain(hops).criticalPath().orElseThrow();
        assertSound(path);
        return path;
    }

    /** What holds for any data. */
    static void assertSound(CriticalPath path) {
        long at = path.root().startEpochNanos();
        for (CriticalPath.Segment segment : path.segments()) {
            assertThat(segment.durationNanos()).isPositive();
            assertThat(segment.startEpochNanos()).isEqualTo(at);
            assertThat(path.contains(segment.hop())).isTrue();
            at = segment.endEpochNanos();
        }
        assertThat(at).isEqualTo(path.root().endEpochNanos());
        assertThat(path.hops()).allSatisfy(hop -> assertThat(path.slack(hop)).contains(Duration.ZERO));
    }
}
