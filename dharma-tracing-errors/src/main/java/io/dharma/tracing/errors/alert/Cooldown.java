package io.dharma.tracing.errors.alert;

/**
 * Makes one alarm of one spike: a level is told again only when it was not reached for a while. Counted in steps that were
 * watched, not by the clock, so a clock that jumps neither repeats an alarm nor silences one.
 */
final class Cooldown {

    private static final long NEVER = Long.MIN_VALUE;

    private long warnReached = NEVER;
    private long pageReached = NEVER;

    /** Takes in what a step reached; says what to tell of it now. */
    SpikeLevel alarm(SpikeLevel reached, long step, int cooldownSteps) {
        boolean warns = reached.isAtLeast(SpikeLevel.WARN) && isOver(warnReached, step, cooldownSteps);
        boolean pages = reached == SpikeLevel.PAGE && isOver(pageReached, step, cooldownSteps);
        if (reached.isAtLeast(SpikeLevel.WARN)) {
            warnReached = step;
        }
        if (reached == SpikeLevel.PAGE) {
            pageReached = step;
        }
        return pages ? SpikeLevel.PAGE : warns ? SpikeLevel.WARN : SpikeLevel.NONE;
    }

    private static boolean isOver(long last, long step, int cooldownSteps) {
        return last == NEVER || step - last > cooldownSteps;
    }
}
