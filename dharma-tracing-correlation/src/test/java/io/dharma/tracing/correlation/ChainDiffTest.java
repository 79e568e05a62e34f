package io.dharma.tracing.correlation;

import static io.dharma.tracing.correlation.Hops.chain;
import static io.dharma.tracing.correlation.Hops.hop;
import static io.dharma.tracing.correlation.Hops.internal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.dharma.tracing.correlation.HopChange.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ChainDiffTest {

    @Test
    void chainAgainstItself_isNoDifference() {
        ChainDiff diff = ExampleChains.order().diff(ExampleChains.order());

        assertThat(diff.isEmpty()).isTrue();
        assertThat(diff.toString()).endsWith("no difference\n");
    }

    @Test
    void change_isNamedByWhatHappened() {
        RequestChain before = chain(
                internal(1, 0, "root", 0, 100),
                internal(2, 1, "slower", 0, 10),
                internal(3, 1, "faster", 10, 40),
                internal(4, 1, "gone", 40, 50),
                internal(5, 1, "breaks", 50, 60),
                hop(6, 1, "shop", "mends", 60, 70).failed("OldException").build(),
                internal(7, 1, "same", 70, 80));
        RequestChain after = chain(
                internal(11, 0, "root", 0, 105),
                internal(12, 11, "slower", 0, 25),
                internal(13, 11, "faster", 25, 35),
                hop(15, 11, "shop", "breaks", 50, 60).failed("NewException").build(),
                internal(16, 11, "mends", 60, 70),
                internal(17, 11, "same", 70, 80),
                internal(18, 11, "new", 80, 90));

        ChainDiff diff = ChainDiff.between(before, after);

        assertThat(diff.changes())
                .extracting(
                        change -> change.kind() + " " + change.either().hop().operation())
                .containsExactly(
                        "FAILED breaks", "RECOVERED mends", "SLOWER slower", "FASTER faster", "NEW new", "GONE gone");
        ChainRendererTest.assertGolden("diff.txt", diff.toString());
    }

    @Test
    void hopsOfOneName_areComparedByTheirPlace() {
        RequestChain before =
                chain(internal(1, 0, "root", 0, 100), internal(2, 1, "query", 0, 10), internal(3, 1, "query", 10, 20));
        RequestChain after = chain(
                internal(1, 0, "root", 0, 100),
                internal(5, 1, "query", 0, 10),
                internal(6, 1, "query", 10, 40),
                internal(7, 1, "query", 40, 50));

        assertThat(before.diff(after).changes())
                .extracting(HopChange::toString)
                .containsExactly("SLOWER shop query 30.0 ms", "NEW shop query 10.0 ms");
    }

    @Test
    void whatHangsUnderANewHop_isNewEvenIfItsNameIsKnown() {
        RequestChain before = chain(internal(1, 0, "root", 0, 100), internal(2, 1, "query", 0, 10));
        RequestChain after =
                chain(internal(1, 0, "root", 0, 100), internal(2, 1, "retry", 0, 10), internal(3, 2, "query", 0, 10));

        assertThat(before.diff(after).changes())
                .extracting(HopChange::kind)
                .containsExactly(Kind.NEW, Kind.NEW, Kind.GONE);
    }

    @Test
    void parentOfASlowerHop_showsThatItIsNotItsOwn() {
        RequestChain before = chain(internal(1, 0, "root", 0, 100), internal(2, 1, "query", 10, 20));
        RequestChain after = chain(internal(1, 0, "root", 0, 200), internal(2, 1, "query", 10, 120));

        ChainDiff diff = before.diff(after);

        assertThat(diff.changes()).extracting(HopChange::deltaNanos).containsExactly(100 * Hops.MS, 100 * Hops.MS);
        assertThat(diff.changes()).extracting(HopChange::ownDeltaNanos).containsExactly(0L, 100 * Hops.MS);
        assertThat(diff.toString()).contains("slower    shop root  +100 ms (own +0.00 us)");
    }

    @Test
    void smallDifference_isNone() {
        RequestChain before = chain(internal(1, 0, "root", 0, 100));

        assertThat(before.diff(chain(internal(1, 0, "root", 0, 109))).isEmpty()).isTrue();
        assertThat(before.diff(chain(internal(1, 0, "root", 0, 110))).isEmpty()).isFalse();
        assertThat(ChainDiff.between(before, chain(internal(1, 0, "root", 0, 101)), 0, Duration.ZERO)
                        .isEmpty())
                .isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> ChainDiff.between(before, before, -1, Duration.ZERO));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChainDiff.between(before, before, Double.NaN, Duration.ZERO));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChainDiff.between(before, before, 0, Duration.ofNanos(-1)));
    }

    @Test
    void text_fitsItsWidthAndIsSafe() {
        String text = ExampleChains.order().diff(ExampleChains.hostile()).toText(60);

        assertThat(text.lines()).allSatisfy(line -> assertThat(Columns.of(line)).isLessThanOrEqualTo(60));
        assertThat(text.replace("\n", "")).doesNotContainPattern("\\p{Cntrl}");
    }

    @Test
    @Timeout(20)
    void deepChains_areComparedWithoutAStack() {
        List<Hop> hops = new ArrayList<>();
        for (int i = 1; i <= 50_000; i++) {
            hops.add(internal(i, i - 1, "o", i, 200_000 - i));
        }

        assertThat(RequestChain.of("a", hops).diff(RequestChain.of("b", hops)).isEmpty())
                .isTrue();
        assertThat(RequestChain.of("a", hops).diff(chain()).changes()).hasSize(50_000);
    }
}
