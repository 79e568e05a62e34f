package io.dharma.tracing.pipeline;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Keeps us from hammering a receiver that is not well.
 *
 * <p>Closed while all is well. After three failures in a row it opens: nothing is tried for about a second, then one
 * attempt goes through (half open), whose outcome closes it or opens it again. The wait does not grow with the
 * length of the outage: one small request a second hurts nobody, and a receiver that is back is noticed within two
 * seconds. A receiver that asks for time gets it, and one that refuses us is left alone for five minutes.
 *
 * <p>The states are one dull object each and the outer class only holds the current one. Times are
 * {@link System#nanoTime()}'s, given by the caller. One thread at a time.
 */
final class CircuitBreaker {

    static final int FAILURES_TO_OPEN = 3;
    static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(5);

    /** Half of it fixed and all of it again at random: 0.5 to 1.5 seconds. */
    private static final long OPEN_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** At hand, since that all is well must be noticed even when the heap is full. */
    private static final State WELL = new Closed(0);

    private final RandomGenerator random;
    private State state = WELL;

    CircuitBreaker(RandomGenerator random) {
        this.random = random;
    }

    /** May an attempt start now? Asked only with one at hand: half open, the permit is given once. */
    boolean tryAcquire(long now) {
        if (state.nanosUntilPermit(now) > 0) {
            return false;
        }
        state = state.acquired();
        return true;
    }

    /** 0 when an attempt may start, {@link Worker#FOREVER} when the outcome of one has to be waited for. */
    long nanosUntilPermit(long now) {
        return state.nanosUntilPermit(now);
    }

    /** Should an attempt's outcome never have been said, as the heap was full, nobody waits for it. */
    void nothingIsUnderWay(long now) {
        if (state instanceof HalfOpen lost) {
            state = new Open(now, lost.health());
        }
    }

    /** The receiver answered as one that is well. */
    void succeeded() {
        state = WELL;
    }

    /** The receiver is there, whatever it thinks of what it was sent. */
    void answered() {
        state = state.answered();
    }

    /** No answer, or "not now". */
    void failed(long now) {
        state = state.failed(now + OPEN_NANOS / 2 + random.nextLong(OPEN_NANOS));
    }

    /** The receiver wants to be left alone for so long. */
    void askedToWait(long now, long nanos) {
        state = new Open(now + nanos, SinkState.DEGRADED);
    }

    /** The receiver will not have anything from us. */
    void refused(long now) {
        state = new Open(now + PAUSE_NANOS, SinkState.PAUSED);
    }

    SinkState health() {
        return state.health();
    }

    private sealed interface State {

        long nanosUntilPermit(long now);

        State acquired();

        State answered();

        /** @param retryAt when to try again, should this failure open the breaker */
        State failed(long retryAt);

        SinkState health();
    }

    private record Closed(int failures) implements State {

        @Override
        public long nanosUntilPermit(long now) {
            return 0;
        }

        @Override
        public State acquired() {
            return this;
        }

        @Override
        public State answered() {
            return WELL;
        }

        @Override
        public State failed(long retryAt) {
            return failures + 1 < FAILURES_TO_OPEN ? new Closed(failures + 1) : new Open(retryAt, SinkState.DEGRADED);
        }

        @Override
        public SinkState health() {
            return SinkState.HEALTHY;
        }
    }

    private record Open(long until, SinkState health) implements State {

        @Override
        public long nanosUntilPermit(long now) {
            return Math.max(0, until - now);
        }

        @Override
        public State acquired() {
            return new HalfOpen(health);
        }

        /** An attempt that started before it opened: says nothing new. */
        @Override
        public State answered() {
            return this;
        }

        /** As little as an answer does. */
        @Override
        public State failed(long retryAt) {
            return this;
        }
    }

    /** @param health that of the state before: an attempt under way changes nothing yet */
    private record HalfOpen(SinkState health) implements State {

        @Override
        public long nanosUntilPermit(long now) {
            return Worker.FOREVER;
        }

        @Override
        public State acquired() {
            return this;
        }

        @Override
        public State answered() {
            return WELL;
        }

        @Override
        public State failed(long retryAt) {
            return new Open(retryAt, SinkState.DEGRADED);
        }
    }
}
