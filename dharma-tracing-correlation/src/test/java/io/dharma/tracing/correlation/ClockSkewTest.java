package io.dharma.tracing.correlation;

import static io.dharma.tracing.correlation.Hops.chain;
import static io.dharma.tracing.correlation.Hops.client;
import static io.dharma.tracing.correlation.Hops.find;
import static io.dharma.tracing.correlation.Hops.hop;
import static io.dharma.tracing.correlation.Hops.internal;
import static io.dharma.tracing.correlation.Hops.server;
import static io.dharma.tracing.correlation.Hops.span;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.opentelemetry.api.trace.SpanKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ClockSkewTest {

    private static final long TOLERANCE = 100_000;

    @Test
    void timesThatFit_areLeftAlone() {
        RequestChain chain = chain(client(1, 0, "web", 0, 100), server(2, 1, "stock", 1, 60));

        assertThat(chain.clockOffsets()).isEmpty();
        assertThat(span(find(chain, 2))).isEqualTo("1.0..60.0");
    }

    @Test
    void serverThatSeemsToBeginBeforeItsClient_isMovedIntoItsMiddle() {
        RequestChain chain = chain(client(1, 0, "web", 0, 100), server(2, 1, "stock", -5_000, -4_920));

        assertThat(span(find(chain, 2))).isEqualTo("10.0..90.0");
        assertThat(find(chain, 2).clockOffsetNanos()).isEqualTo(5_010 * Hops.MS);
        assertThat(chain.clockOffsets())
                .containsExactly(new ClockOffset("web", "stock", 5_010 * Hops.MS, 1, true))
                .extracting(ClockOffset::toString)
                .containsExactly("clock of stock corrected by +5.01 s against web (1 call)");
    }

    @Test
    void severalCalls_narrowTheOffsetDown() {
        // The clock of stock is 40 ms ahead. The first call allows -60..-30, the second -41..-39.
        RequestChain chain = chain(
                internal(1, 0, "root", 0, 200),
                client(2, 1, "web", 0, 50),
                server(3, 2, "stock", 60, 80),
                client(4, 1, "web", 100, 150),
                server(5, 4, "stock", 141, 189));

        assertThat(chain.clockOffsets()).containsExactly(new ClockOffset("web", "stock", -40 * Hops.MS, 2, true));
        assertThat(span(find(chain, 3))).isEqualTo("20.0..40.0");
        assertThat(span(find(chain, 5))).isEqualTo("101.0..149.0");
    }

    @Test
    void whatTheMovedHopCalled_movesAlong() {
        RequestChain chain = chain(
                client(1, 0, "web", 0, 100),
                server(2, 1, "stock", 1_010, 1_090),
                internal(3, 2, "own", 1_020, 1_080),
                hop(4, 3, "stock", "call", 1_030, 1_070).kind(SpanKind.CLIENT).build(),
                server(5, 4, "bank", 35, 65));

        assertThat(span(find(chain, 2))).isEqualTo("10.0..90.0");
        assertThat(span(find(chain, 4))).isEqualTo("30.0..70.0");
        assertThat(span(find(chain, 5))).isEqualTo("35.0..65.0");
        assertThat(find(chain, 5).clockOffsetNanos()).isZero();
    }

    @Test
    void instancesWithClocksOfTheirOwn_areCorrectedEachByItself() {
        RequestChain chain = chain(
                internal(1, 0, "root", 0, 400),
                client(2, 1, "web", 0, 100),
                server(3, 2, "stock", 10, 90),
                client(4, 1, "web", 100, 200),
                server(5, 4, "stock", 1_110, 1_190),
                client(6, 1, "web", 200, 300),
                server(7, 6, "stock", -790, -710));

        assertThat(span(find(chain, 3))).isEqualTo("10.0..90.0");
        assertThat(span(find(chain, 5))).isEqualTo("110.0..190.0");
        assertThat(span(find(chain, 7))).isEqualTo("210.0..290.0");
        assertThat(chain.clockOffsets()).singleElement().satisfies(offset -> {
            assertThat(offset.uniform()).isFalse();
            assertThat(offset.calls()).isEqualTo(3);
            assertThat(offset.toString()).endsWith("(3 calls, each by itself)");
        });
    }

    @Test
    void clientThatGaveUp_saysNothingOfItsServersEnd() {
        Hop gaveUp = hop(1, 0, "web", "call", 0, 100)
                .kind(SpanKind.CLIENT)
                .failed("java.net.SocketTimeoutException")
                .build();

        RequestChain chain = chain(gaveUp, server(2, 1, "stock", 50, 130), server(3, 1, "stock", 10, 500));

        assertThat(chain.clockOffsets()).isEmpty();
    }

    @Test
    void serverThatTookLongerThanItsClientWaited_isOnlyMovedToItsBegin() {
        RequestChain chain = chain(client(1, 0, "web", 0, 100), server(2, 1, "stock", 1_000, 1_300));

        // Its begin may have been anywhere within the call.
        assertThat(span(find(chain, 2))).isEqualTo("50.0..350.0");
    }

    @Test
    void messageThatSeemsToArriveBeforeItWasSent_isMovedToThatMoment() {
        RequestChain chain = chain(
                hop(1, 0, "web", "send", 100, 101).kind(SpanKind.PRODUCER).build(),
                hop(2, 1, "mail", "receive", 80, 95).kind(SpanKind.CONSUMER).build());

        assertThat(span(find(chain, 2))).isEqualTo("100.0..115.0");
    }

    @Test
    void messageThatArrivesLate_isLeftAlone() {
        RequestChain chain = chain(
                hop(1, 0, "web", "send", 100, 101).kind(SpanKind.PRODUCER).build(),
                hop(2, 1, "mail", "receive", 60_000, 60_010)
                        .kind(SpanKind.CONSUMER)
                        .build());

        assertThat(chain.clockOffsets()).isEmpty();
    }

    @Test
    void lessThanATenthOfAMillisecond_isNoOffset() {
        Hop server = hop(2, 1, "stock", "serve", 0, 100)
                .kind(SpanKind.SERVER)
                .start(Hops.EPOCH - 90_000)
                .build();

        RequestChain chain = chain(client(1, 0, "web", 0, 100), server);

        assertThat(chain.clockOffsets()).isEmpty();
        assertThat(chain.criticalPath().orElseThrow().certainty()).isEqualTo(Certainty.EXACT);
    }

    @Test
    void serverThatMerelyTidiesUpAfterItsAnswer_isLeftAlone() {
        Hop call = client(1, 0, "web", 0, 10);
        Hop tidy = hop(2, 1, "stock", "serve", 1, 1)
                .kind(SpanKind.SERVER)
                .duration(9_300_000)
                .build();
        Hop late = hop(2, 1, "stock", "serve", 2, 12).kind(SpanKind.SERVER).build();

        RequestChain chain = chain(call, tidy);

        assertThat(chain.clockOffsets()).isEmpty();
        assertThat(chain.criticalPath().orElseThrow().certainty()).isEqualTo(Certainty.EXACT);
        assertThat(span(find(chain(call, late), 2))).isEqualTo("0.0..10.0");
    }

    @Test
    void serverOfALongCall_hasMoreTimeToTidyUp() {
        assertThat(chain(client(1, 0, "web", 0, 1_000), server(2, 1, "stock", 60, 1_049))
                        .clockOffsets())
                .isEmpty();
        assertThat(chain(client(1, 0, "web", 0, 60_000), server(2, 1, "stock", 60, 60_059))
                        .clockOffsets())
                .hasSize(1);
    }

    @Test
    void clockOfTheRootsService_isRightByDefinition() {
        // stock, which is 5 s behind, calls web back.
        RequestChain chain = chain(
                client(1, 0, "web", 0, 100),
                server(2, 1, "stock", -4_995, -4_960),
                client(3, 2, "stock", -4_990, -4_970),
                server(4, 3, "web", 12, 28));

        assertThat(find(chain, 4).clockOffsetNanos()).isZero();
        assertThat(span(find(chain, 2))).isEqualTo("5.0..40.0");
        assertThat(chain.clockOffsets())
                .containsExactly(
                        new ClockOffset("stock", "web", -5_000 * Hops.MS, 1, true),
                        new ClockOffset("web", "stock", 5_000 * Hops.MS, 1, true));
    }

    @Test
    void serviceThatIsCalledByTwo_hasOneClock() {
        // bank is 1 s ahead; the call of stock narrows it down to 4 ms, that of mail to 20 ms.
        RequestChain chain = chain(
                server(1, 0, "web", 0, 400),
                client(2, 1, "web", 0, 100),
                server(3, 2, "stock", 10, 90),
                client(4, 3, "stock", 20, 80),
                server(5, 4, "bank", 1_022, 1_078),
                client(6, 1, "web", 200, 300),
                server(7, 6, "mail", 210, 290),
                client(8, 7, "mail", 220, 280),
                server(9, 8, "bank", 1_225, 1_265));

        assertThat(find(chain, 5).clockOffsetNanos()).isEqualTo(-1_000 * Hops.MS);
        assertThat(find(chain, 9).clockOffsetNanos()).isEqualTo(-1_000 * Hops.MS);
        assertThat(chain.clockOffsets()).extracting(ClockOffset::caller).containsExactly("mail", "stock");
    }

    @Test
    void offsetsThatContradictEachOtherInARound_areThoseOfEachCall() {
        // As stock sees it bank is 1 s ahead, as web sees it 2 s: one of them has several instances, nobody knows
        // which.
        RequestChain chain = chain(
                server(1, 0, "web", 0, 400),
                client(2, 1, "web", 0, 100),
                server(3, 2, "stock", 10, 90),
                client(4, 3, "stock", 20, 80),
                server(5, 4, "bank", 1_030, 1_070),
                client(6, 1, "web", 200, 300),
                server(7, 6, "bank", 2_210, 2_290));

        assertThat(span(find(chain, 3))).isEqualTo("10.0..90.0");
        assertThat(span(find(chain, 5))).isEqualTo("30.0..70.0");
        assertThat(span(find(chain, 7))).isEqualTo("210.0..290.0");
    }

    @Test
    void serviceOfSeveralClocks_takesNothingFromTheOthers() {
        RequestChain chain = chain(
                server(1, 0, "web", 0, 400),
                client(2, 1, "web", 0, 100),
                server(3, 2, "stock", 1_010, 1_090),
                client(4, 1, "web", 100, 200),
                server(5, 4, "stock", 110, 190),
                client(6, 1, "web", 200, 300),
                server(7, 6, "bank", 2_205, 2_295),
                client(8, 1, "web", 300, 400),
                server(9, 8, "bank", 2_302, 2_380));

        assertThat(span(find(chain, 3))).isEqualTo("10.0..90.0");
        assertThat(span(find(chain, 5))).isEqualTo("110.0..190.0");
        assertThat(find(chain, 7).clockOffsetNanos()).isEqualTo(find(chain, 9).clockOffsetNanos());
        assertThat(chain.clockOffsets())
                .extracting(ClockOffset::callee, ClockOffset::uniform)
                .containsExactly(tuple("bank", true), tuple("stock", false));
    }

    @Test
    @Timeout(30)
    void moreServicesThanAnybodyHas_areCorrectedInTime() {
        List<Hop> hops = new ArrayList<>(List.of(server(1, 0, "web", 0, 1_000_000)));
        for (int i = 2; i <= 100_000; i += 2) {
            hops.add(client(i, i - 1, "s" + (i - 2), 1_000L * i % 77_777, 1_000L * i % 77_777 + 1_000));
            hops.add(server(i + 1, i, "s" + i, 2_000L * i % 77_777, 2_000L * i % 77_777 + 900));
        }

        RequestChain chain = RequestChain.of("c", hops);

        ChainHop deepest = find(chain, 99_999);
        assertThat(deepest.startEpochNanos())
                .isGreaterThanOrEqualTo(deepest.parent().orElseThrow().startEpochNanos());
    }

    @Test
    void timesAtTheEndsOfTheirRange_doNoHarm() {
        Hop.Builder early = hop(1, 0, "web", "call", 0, 0).kind(SpanKind.CLIENT).start(0);
        Hop.Builder late =
                hop(2, 1, "stock", "serve", 0, 0).kind(SpanKind.SERVER).start(Long.MAX_VALUE);
        Hop.Builder back = hop(3, 2, "web", "serve", 0, 0).kind(SpanKind.SERVER).start(Long.MAX_VALUE - 5);

        RequestChain chain = chain(early.build(), late.build(), back.build());

        assertThat(find(chain, 2).startEpochNanos()).isZero();
    }

    @Test
    void hopWithoutItsParent_hasTheOffsetOfItsService() {
        RequestChain chain = chain(
                client(1, 0, "web", 0, 100),
                server(2, 1, "stock", 1_010, 1_090),
                hop(3, 77, "stock", "lost", 1_020, 1_030).build());

        assertThat(span(find(chain, 3))).isEqualTo("20.0..30.0");
        assertThat(find(chain, 3).parent()).contains(find(chain, 2));
    }

    /** Calls that really lie within each other, seen by clocks that are off by up to a minute. */
    @Test
    void anyClocks_areMadeOneInWhichEachCallLiesWithinItsCaller() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            long[] clocks = random.longs(5, -60_000, 60_000).toArray();
            List<Hop> hops = new ArrayList<>();
            grow(random, hops, clocks, 0, 0, 1_000_000);

            RequestChain chain = RequestChain.of("c", hops);

            for (ChainHop hop : chain.hops()) {
                hop.parent().ifPresent(parent -> {
                    assertThat(hop.startEpochNanos()).isGreaterThanOrEqualTo(parent.startEpochNanos() - TOLERANCE);
                    assertThat(hop.endEpochNanos()).isLessThanOrEqualTo(parent.endEpochNanos() + tidyingUp(parent));
                });
            }
            assertThat(chain.roots().get(0).clockOffsetNanos()).isZero();
            assertThat(chain.hops())
                    .as("seed " + seed)
                    .extracting(hop -> hop.hop().service() + hop.clockOffsetNanos())
                    .extracting(String::valueOf)
                    .satisfies(each -> assertThat(new HashSet<>(each)).hasSameSizeAs(chain.services()));
            assertThat(chain.clockOffsets()).as("seed " + seed).allMatch(ClockOffset::uniform);
            CriticalPath path = chain.criticalPath().orElseThrow();
            CriticalPathTest.assertSound(path);
        }
    }

    private static long tidyingUp(ChainHop caller) {
        return Math.max(Hops.MS, Math.min(50 * Hops.MS, caller.durationNanos() / 20)) + TOLERANCE;
    }

    /** A server of some service that makes a few calls, one after another. */
    private static void grow(Random random, List<Hop> hops, long[] clocks, int parent, long from, long to) {
        int service = random.nextInt(clocks.length);
        int own = hops.size() + 1;
        hops.add(skewed(own, parent, service, SpanKind.SERVER, from, to, clocks));
        long step = (to - from) / 10;
        for (long at = from + step; hops.size() < 40 && step > 2 && at < to - 3 * step; at += 3 * step) {
            int call = hops.size() + 1;
            hops.add(skewed(call, own, service, SpanKind.CLIENT, at, at + 2 * step, clocks));
            grow(
                    random,
                    hops,
                    clocks,
                    call,
                    at + random.nextInt((int) step),
                    at + 2 * step - random.nextInt((int) step));
        }
    }

    private static Hop skewed(int number, int parent, int service, SpanKind kind, long from, long to, long[] clocks) {
        return hop(number, parent, "s" + service, "o", from + clocks[service], to + clocks[service])
                .kind(kind)
                .build();
    }
}
