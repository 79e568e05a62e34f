package io.dharma.tracing.correlation;

import io.opentelemetry.api.trace.SpanKind;

/**
 * What may be added to the times of a called service so that they fit those of its caller. It cannot have begun before
 * its caller did; and where the caller waited for the answer, it cannot have ended after it, other than by tidying up.
 *
 * @param low at least so much
 * @param high at most so much; {@link #UNBOUNDED} if nobody waited
 * @param latest {@code high} and the time that the callee may have gone on for after its answer
 */
record ClockBounds(long low, long high, long latest) {

    static final long UNBOUNDED = Long.MAX_VALUE;

    /** What clocks in one data centre agree to at best. Less is not worth a correction, and says nothing of a clock. */
    static final long TOLERANCE_NANOS = 100_000;

    /** A server's span ends when it has written its answer and tidied up, which its client does not wait for. */
    private static final long TIDYING_UP_NANOS = 1_000_000;

    /** More than that where the whole call took longer, as with everything on a machine that is busy; up to a limit. */
    private static final int TIDYING_UP_SHARE = 20;

    private static final long MAX_TIDYING_UP_NANOS = 50_000_000;

    static ClockBounds of(Hop caller, Hop callee) {
        long low = caller.startEpochNanos() - callee.startEpochNanos();
        boolean call = caller.kind() == SpanKind.CLIENT && callee.kind() == SpanKind.SERVER;
        if (!call) {
            // A message may arrive at any time after it was sent.
            return new ClockBounds(low, UNBOUNDED, UNBOUNDED);
        }
        boolean awaited = caller.outcome() == Outcome.OK && callee.durationNanos() <= caller.durationNanos();
        if (!awaited) {
            // A caller that gave up did not wait for the end, only for longer than it took to begin.
            long high = caller.endEpochNanos() - callee.startEpochNanos();
            return new ClockBounds(low, high, high);
        }
        long high = caller.endEpochNanos() - callee.endEpochNanos();
        return new ClockBounds(low, high, Saturated.add(high, tidyingUp(caller.durationNanos())));
    }

    private static long tidyingUp(long callNanos) {
        long share = Math.min(MAX_TIDYING_UP_NANOS, callNanos / TIDYING_UP_SHARE);
        return Math.max(TIDYING_UP_NANOS, share);
    }

    /** What satisfies both. */
    ClockBounds and(ClockBounds other) {
        return new ClockBounds(Math.max(low, other.low), Math.min(high, other.high), Math.min(latest, other.latest));
    }

    /** Whether there is anything that satisfies them, more or less. */
    boolean isPossible() {
        return loosestLow() <= loosestHigh();
    }

    /** Whether no correction satisfies them, more or less. */
    boolean fitsAsItIs() {
        return loosestLow() <= 0 && loosestHigh() >= 0;
    }

    long loosestLow() {
        return Saturated.subtract(low, TOLERANCE_NANOS);
    }

    long loosestHigh() {
        return latest == UNBOUNDED ? UNBOUNDED : Saturated.add(latest, TOLERANCE_NANOS);
    }

    /** For one call by itself: nothing where it fits; otherwise the middle, as NTP does. */
    long offset() {
        return fitsAsItIs() ? 0 : middle(low, high);
    }

    /** As far as both sides are bounded; what bounds it if only one of them does, and nothing if none does. */
    static long middle(long low, long high) {
        if (high == UNBOUNDED) {
            return low == -UNBOUNDED ? 0 : low;
        }
        return low == -UNBOUNDED ? high : Math.floorDiv(Saturated.add(low, high), 2);
    }
}
