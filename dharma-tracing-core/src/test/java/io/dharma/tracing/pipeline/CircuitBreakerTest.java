package io.dharma.tracing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    /** System.nanoTime() may be anything, and may overflow. */
    private final long start = Long.MAX_VALUE - SECOND / 4;

    private final CircuitBreaker breaker = new CircuitBreaker(new SplittableRandom(1));

    @Test
    void closed_permitsAnything() {
        assertThat(breaker.tryAcquire(start)).isTrue();
        assertThat(breaker.tryAcquire(start)).isTrue();
        assertThat(breaker.health()).isEqualTo(SinkState.HEALTHY);
    }

    @Test
    void threeFailuresInARow_openIt() {
        breaker.failed(start);
        breaker.failed(start);
        breaker.succeeded();
        breaker.failed(start);
        breaker.failed(start);
        assertThat(breaker.tryAcquire(start)).isTrue();

        breaker.failed(start);

        assertThat(breaker.tryAcquire(start)).isFalse();
        assertThat(breaker.health()).isEqualTo(SinkState.DEGRADED);
    }

    @Test
    void open_permitsOneProbeWithinTwoSeconds() {
        open();
        assertThat(breaker.nanosUntilPermit(start)).isBetween(SECOND / 2, SECOND * 3 / 2);

        long later = start + 2 * SECOND;

        assertThat(breaker.nanosUntilPermit(later)).isZero();
        assertThat(breaker.tryAcquire(later)).isTrue();
        assertThat(breaker.tryAcquire(later)).isFalse();
        assertThat(breaker.nanosUntilPermit(later)).isEqualTo(Worker.FOREVER);
    }

    /** The probe's outcome is known to nobody: it must not be waited for. */
    @Test
    void probeWhoseOutcomeWasNeverSaid_isFollowedByAnother() {
        breaker.refused(start);
        long later = start + CircuitBreaker.PAUSE_NANOS;
        assertThat(breaker.tryAcquire(later)).isTrue();
        assertThat(breaker.tryAcquire(later)).isFalse();

        breaker.nothingIsUnderWay(later);

        assertThat(breaker.health()).isEqualTo(SinkState.PAUSED);
        assertThat(breaker.tryAcquire(later)).isTrue();
    }

    @Test
    void probe_closesItOrOpensItAgain() {
        open();
        long later = start + 2 * SECOND;
        breaker.tryAcquire(later);
        breaker.failed(later);
        assertThat(breaker.tryAcquire(later)).isFalse();

        long muchLater = later + 2 * SECOND;
        assertThat(breaker.tryAcquire(muchLater)).isTrue();
        breaker.succeeded();

        assertThat(breaker.health()).isEqualTo(SinkState.HEALTHY);
        assertThat(breaker.tryAcquire(muchLater)).isTrue();
        assertThat(breaker.tryAcquire(muchLater)).isTrue();
    }

    @Test
    void answer_thatIsNoSuccessClosesItAfterAProbeButEndsNoPause() {
        breaker.refused(start);
        breaker.answered();
        assertThat(breaker.tryAcquire(start)).isFalse();

        long later = start + CircuitBreaker.PAUSE_NANOS;
        breaker.tryAcquire(later);
        breaker.answered();

        assertThat(breaker.tryAcquire(later)).isTrue();
        assertThat(breaker.tryAcquire(later)).isTrue();
    }

    @Test
    void failuresWhileOpen_doNotProlongIt() {
        open();
        long wait = breaker.nanosUntilPermit(start);

        breaker.failed(start + SECOND / 4);

        assertThat(breaker.nanosUntilPermit(start)).isEqualTo(wait);
    }

    @Test
    void refused_pausesForFiveMinutesAndStaysPausedDuringTheProbe() {
        breaker.refused(start);

        assertThat(breaker.health()).isEqualTo(SinkState.PAUSED);
        assertThat(breaker.nanosUntilPermit(start)).isEqualTo(300 * SECOND);
        assertThat(breaker.tryAcquire(start + 299 * SECOND)).isFalse();
        assertThat(breaker.tryAcquire(start + 300 * SECOND)).isTrue();
        assertThat(breaker.health()).isEqualTo(SinkState.PAUSED);
    }

    @Test
    void askedToWait_opensAtOnceForThatLong() {
        breaker.askedToWait(start, 7 * SECOND);

        assertThat(breaker.nanosUntilPermit(start)).isEqualTo(7 * SECOND);
        assertThat(breaker.health()).isEqualTo(SinkState.DEGRADED);
    }

    private void open() {
        for (int i = 0; i < CircuitBreaker.FAILURES_TO_OPEN; i++) {
            breaker.failed(start);
        }
    }
}
