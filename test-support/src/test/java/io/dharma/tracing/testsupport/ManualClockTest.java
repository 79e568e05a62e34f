package io.dharma.tracing.testsupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ManualClockTest {

    private final ManualClock clock = ManualClock.startingAt(Instant.ofEpochSecond(1_000));

    @Test
    void clock_standsStillUntilItIsTurned() {
        assertThat(clock.now()).isEqualTo(1_000_000_000_000L);

        clock.advance(Duration.ofMillis(3));

        assertThat(clock.now()).isEqualTo(1_000_003_000_000L);
        assertThat(clock.nanoTime()).isEqualTo(3_000_000L);
    }

    @Test
    void jump_movesTheWallClockAlone() {
        clock.jump(Duration.ofDays(-1));

        assertThat(clock.now()).isNegative();
        assertThat(clock.nanoTime()).isZero();
    }

    @Test
    void advance_refusesToTurnBack() {
        assertThatIllegalArgumentException().isThrownBy(() -> clock.advance(Duration.ofNanos(-1)));
    }
}
