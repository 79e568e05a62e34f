package io.dharma.tracing.correlation;

import io.dharma.tracing.spi.Printable;

/**
 * How far the clock of one service was from that of a service that called it: the difference of what was added to their
 * times. Immutable.
 *
 * @param caller the service that called
 * @param callee the service that was called
 * @param nanos what was added to the callee's times, as seen from the caller's: positive where the callee's clock is
 *     behind. Where it is not {@code uniform}, the median of what was added
 * @param calls how many calls it was estimated from
 * @param uniform whether one offset fits all calls. Otherwise the callee probably has several instances with clocks of
 *     their own, and each call that did not fit was corrected by itself
 */
public record ClockOffset(String caller, String callee, long nanos, int calls, boolean uniform) {

    /** A sentence, safe to print. */
    @Override
    public String toString() {
        return "clock of " + Printable.escape(callee) + " corrected by " + (nanos < 0 ? "" : "+")
                + Texts.duration(nanos)
                + " against " + Printable.escape(caller) + " (" + (calls == 1 ? "1 call" : calls + " calls")
                + (uniform ? ")" : ", each by itself)");
    }
}
