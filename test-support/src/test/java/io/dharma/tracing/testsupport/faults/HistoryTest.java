package io.dharma.tracing.testsupport.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The checker is checked with histories that are wrong. */
class HistoryTest {

    private final History history = new History();

    private static Account account(long delivered, long spooled, long dropped, long failed) {
        return new Account(delivered, spooled, Map.of("QUEUE_FULL", dropped), failed, 2);
    }

    private void emitted(int count) {
        for (int i = 0; i < count; i++) {
            history.emitted("e" + i);
        }
    }

    private void delivered(int count) {
        for (int i = 0; i < count; i++) {
            history.delivered("e" + i);
        }
    }

    @Test
    void history_isRightWhenAllArrivedOnce() {
        emitted(10);
        delivered(10);

        assertThatCode(() -> history.check(account(10, 0, 0, 0))).doesNotThrowAnyException();
        assertThat(history.missing()).isEmpty();
    }

    @Test
    void history_isRightWhenWhatIsMissingWasSpooledOrDropped() {
        emitted(10);
        delivered(6);

        assertThat(history.violations(account(6, 3, 1, 0))).isEmpty();
        assertThat(history.missing()).containsExactly("e6", "e7", "e8", "e9");
    }

    @Test
    void history_isRightWhenAFailedDeliveryArrivedTwiceOrInSpiteOfBeingDropped() {
        emitted(10);
        delivered(10);
        history.deliveredAll(List.of("e3", "e4"));

        assertThat(history.violations(account(10, 0, 0, 1))).isEmpty();
        assertThat(history.violations(account(8, 0, 2, 1))).isEmpty();
    }

    @Test
    void loss_thatNobodyCountedIsNamed() {
        emitted(10);
        delivered(7);

        assertThatThrownBy(() -> history.check(account(9, 0, 1, 5)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("lost silently: 3 did not arrive and only 1")
                .hasMessageContaining("e7, e8, e9")
                .hasMessageContaining("believed to be delivered: 9, but only 7 arrived")
                .hasMessageContaining("10 emitted, 7 arrived, 0 duplicates");
    }

    @Test
    void books_thatDoNotBalanceAreNamed() {
        emitted(10);
        delivered(10);

        assertThat(history.violations(account(9, 0, 0, 0)))
                .containsExactly("the books do not balance: 10 emitted, 9 accounted for");
    }

    @Test
    void drop_thatArrivedWithoutAFailedDeliveryIsNamed() {
        emitted(10);
        delivered(10);

        assertThat(history.violations(account(7, 0, 3, 1)))
                .containsExactly("lost in the books alone: 3 were spooled or dropped, but only 0 did not arrive");
    }

    @Test
    void record_thatNobodyEmittedIsNamed() {
        emitted(2);
        delivered(2);
        history.delivered("ghost");

        assertThat(history.violations(account(2, 0, 0, 0)))
                .containsExactly("invented: 1 arrived that nobody emitted: ghost");
    }

    @Test
    void duplicates_withoutAFailedDeliveryAreNamed() {
        emitted(10);
        delivered(10);
        history.deliveredAll(List.of("e1", "e1", "e5"));

        assertThat(history.violations(account(10, 0, 0, 1)))
                .containsExactly("arrived again without a reason: 3 duplicates, but 1 failed deliveries of at most 2"
                        + " explain 2: e1 x3, e5 x2");
        assertThat(history.violations(account(10, 0, 0, 2))).isEmpty();
    }

    @Test
    void offenders_areNamedUpToFive() {
        emitted(9);

        assertThat(history.violations(account(9, 0, 0, 0)))
                .anyMatch(violation -> violation.endsWith("e0, e1, e2, e3, e4, ..."));
    }

    @Test
    void id_thatIsNotUniqueIsRefused() {
        emitted(1);

        assertThatIllegalArgumentException().isThrownBy(() -> history.emitted("e0"));
    }
}
