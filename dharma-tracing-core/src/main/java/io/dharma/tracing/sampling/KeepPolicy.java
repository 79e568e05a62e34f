package io.dharma.tracing.sampling;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which traces are exported though the sampler dropped them: those that failed, and those whose local root was slow.
 *
 * <p>This is decided <em>per process</em>. What is kept is this process's part of the trace; another service of the
 * same trace keeps its own part only if it failed or was slow there, too. Kept spans carry {@link KeepReason#ATTRIBUTE}
 * and no sampling probability, because they are no random sample.
 *
 * <p>Keeping has a price: every block of a dropped trace is recorded until all that are running have ended, within the
 * two bounds below. A trace that finds no room is not kept, and that is counted.
 *
 * <p>Immutable; start from {@link #nothing()}.
 *
 * @param errors whether traces with a failed block are kept
 * @param slowerThan traces are kept whose local root took longer than this; null if being slow is no reason
 * @param maxTraces how many undecided traces may wait at a time
 * @param maxBytes how much heap their blocks may take together, by estimate
 */
public record KeepPolicy(boolean errors, @Nullable Duration slowerThan, int maxTraces, long maxBytes) {

    /** How many undecided traces may wait if not said otherwise. */
    public static final int DEFAULT_MAX_TRACES = 1_000;

    /** How much heap they may take if not said otherwise: 4 MiB. */
    public static final long DEFAULT_MAX_BYTES = 4L * 1024 * 1024;

    private static final Duration LONGEST = Duration.ofDays(1);
    private static final KeepPolicy NOTHING = new KeepPolicy(false, null, DEFAULT_MAX_TRACES, DEFAULT_MAX_BYTES);

    /** @throws IllegalArgumentException if a bound is not positive or the duration not from 0 to one day */
    public KeepPolicy {
        if (slowerThan != null && (slowerThan.isNegative() || slowerThan.compareTo(LONGEST) > 0)) {
            throw new IllegalArgumentException(
                    "traces can be kept that are slower than 0 s up to 24 h, but not than " + slowerThan);
        }
        requirePositive("traces", maxTraces);
        requirePositive("bytes", maxBytes);
    }

    /** Keeps nothing beyond what the sampler chose. */
    public static KeepPolicy nothing() {
        return NOTHING;
    }

    /** Also keeps traces in which a block failed. */
    public KeepPolicy andErrors() {
        return new KeepPolicy(true, slowerThan, maxTraces, maxBytes);
    }

    /** Also keeps traces whose local root took longer than this. */
    public KeepPolicy andSlowerThan(Duration duration) {
        return new KeepPolicy(errors, duration, maxTraces, maxBytes);
    }

    /** Lets at most so many undecided traces wait, taking at most so much heap. */
    public KeepPolicy within(int traces, long bytes) {
        return new KeepPolicy(errors, slowerThan, traces, bytes);
    }

    /** Whether there is anything to keep; if not, dropped blocks need not be recorded. */
    public boolean keepsAnything() {
        return errors || slowerThan != null;
    }

    /**
     * Why a dropped trace is kept, asked when one of its spans ends; null if it is not. A failure is the stronger reason.
     *
     * @param failed whether any block of the trace failed in this process
     * @param rootNanos how long the local root took
     */
    public @Nullable KeepReason reasonFor(boolean failed, long rootNanos) {
        if (errors && failed) {
            return KeepReason.ERROR;
        }
        return slowerThan != null && rootNanos > slowerThan.toNanos() ? KeepReason.SLOW : null;
    }

    private static void requirePositive(String what, long bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("the most " + what + " to keep must be positive, but is " + bound);
        }
    }
}
