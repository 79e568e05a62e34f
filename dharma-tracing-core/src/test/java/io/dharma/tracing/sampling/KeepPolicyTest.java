package io.dharma.tracing.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class KeepPolicyTest {

    private static final Duration LIMIT = Duration.ofMillis(500);
    private static final long FAST = LIMIT.toNanos();
    private static final long SLOW = LIMIT.toNanos() + 1;

    @Test
    void nothing_keepsNothing() {
        assertThat(KeepPolicy.nothing().keepsAnything()).isFalse();
        assertThat(KeepPolicy.nothing().reasonFor(true, Long.MAX_VALUE)).isNull();
    }

    @Test
    void errors_areKept() {
        KeepPolicy policy = KeepPolicy.nothing().andErrors();

        assertThat(policy.keepsAnything()).isTrue();
        assertThat(policy.reasonFor(true, FAST)).isEqualTo(KeepReason.ERROR);
        assertThat(policy.reasonFor(false, SLOW)).isNull();
    }

    @Test
    void slowRoots_areKept() {
        KeepPolicy policy = KeepPolicy.nothing().andSlowerThan(LIMIT);

        assertThat(policy.keepsAnything()).isTrue();
        assertThat(policy.reasonFor(false, SLOW)).isEqualTo(KeepReason.SLOW);
        assertThat(policy.reasonFor(false, FAST)).isNull();
        assertThat(policy.reasonFor(true, FAST)).isNull();
    }

    @Test
    void failure_isTheStrongerReason() {
        KeepPolicy policy = KeepPolicy.nothing().andErrors().andSlowerThan(LIMIT);

        assertThat(policy.reasonFor(true, SLOW)).isEqualTo(KeepReason.ERROR);
    }

    @Test
    void bounds_areKeptApartFromTheReasons() {
        KeepPolicy policy = KeepPolicy.nothing().within(10, 1_000).andErrors();

        assertThat(policy).isEqualTo(new KeepPolicy(true, null, 10, 1_000));
    }

    @Test
    void impossibleSettings_areRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeepPolicy.nothing().andSlowerThan(Duration.ofMillis(-1)))
                .withMessageContaining("PT-0.001S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeepPolicy.nothing().andSlowerThan(Duration.ofDays(2)))
                .withMessageContaining("PT48H");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeepPolicy.nothing().within(0, 1))
                .withMessage("the most traces to keep must be positive, but is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeepPolicy.nothing().within(1, 0))
                .withMessage("the most bytes to keep must be positive, but is 0");
    }

    @Test
    void reasons_areWrittenAsDocumented() {
        assertThat(KeepReason.ATTRIBUTE.getKey()).isEqualTo("dharma.sampling.kept");
        assertThat(KeepReason.ERROR.value()).isEqualTo("error");
        assertThat(KeepReason.SLOW.value()).isEqualTo("slow");
    }
}
