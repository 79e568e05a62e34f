package io.dharma.tracing.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.testsupport.ManualClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EpochAnchorTest {

    private final ManualClock clock = ManualClock.create();
    private final EpochAnchor anchor = new EpochAnchor(clock);

    private long now() {
        long nanoTime = clock.nanoTime();
        return nanoTime + anchor.offsetAt(nanoTime);
    }

    @Test
    void offset_turnsMonotonicTimeIntoTheWalls() {
        for (int i = 0; i < 50; i++) {
            clock.advance(Duration.ofMillis(137));
            assertThat(now()).isEqualTo(clock.now());
        }
    }

    @Test
    void stepOfTheWallClock_isSeenAfterASecond() {
        clock.jump(Duration.ofHours(1));
        assertThat(clock.now() - now()).isEqualTo(Duration.ofHours(1).toNanos());

        clock.advance(Duration.ofSeconds(1));
        assertThat(now()).isEqualTo(clock.now());

        clock.jump(Duration.ofDays(-3));
        clock.advance(Duration.ofSeconds(1));
        assertThat(now()).isEqualTo(clock.now());
    }

    @Test
    void readingFromBeforeTheLastComparison_stillHasAnOffset() {
        long earlier = clock.nanoTime();
        clock.advance(Duration.ofSeconds(5));
        long offset = anchor.offsetAt(clock.nanoTime());

        assertThat(anchor.offsetAt(earlier)).isEqualTo(offset);
    }
}
