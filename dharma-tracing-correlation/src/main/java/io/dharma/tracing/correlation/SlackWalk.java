package io.dharma.tracing.correlation;

import static io.dharma.tracing.correlation.Timeline.NONE;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The slack of every hop. Within one parent: what the parent waited for in turn has none of its own, and what ended
 * meanwhile has time until the end of what was waited for then. On top of that comes the slack of the parent.
 */
final class SlackWalk {

    private static final long NOT_AWAITED = -1;

    private final Timeline time;
    private final boolean[] onPath;
    private final long[] slack;

    SlackWalk(Timeline time, boolean[] onPath) {
        this.time = time;
        this.onPath = onPath;
        this.slack = new long[time.size];
    }

    /** For each hop in nanoseconds, negative for those that nobody waited for. */
    long[] slack() {
        Arrays.fill(slack, NOT_AWAITED);
        slack[0] = 0;
        for (int hop = 0; hop < time.size; hop++) {
            if (onPath[hop]) {
                slack[hop] = 0;
            }
            childrenOf(hop);
        }
        return slack;
    }

    private void childrenOf(int hop) {
        int[] children = time.childrenByEnd(hop);
        if (children.length == 0 || slack[hop] == NOT_AWAITED) {
            return;
        }
        BitSet joins = setOf(time.joins(hop));
        int awaited = NONE;
        long moment = time.end(hop);
        long until = moment;
        for (int child : children) {
            long end = time.end(child);
            if (end > time.end(hop) || (joins != null && !joins.get(child))) {
                continue;
            }
            if (end <= moment && !isPassedOver(child, awaited)) {
                until = end;
                awaited = child;
                moment = time.start(child);
            }
            slack[child] = Saturated.add(slack[hop], Saturated.subtract(until, end));
            if (child != awaited && awaited != NONE && end <= time.start(awaited)) {
                // Known not to have been what the awaited one began after; so it was waited for at the very end.
                slack[child] = Saturated.add(slack[hop], Saturated.subtract(time.end(hop), end));
            }
        }
    }

    /** Whether what the next one began after is known, and is something else. */
    private boolean isPassedOver(int child, int next) {
        int[] known = next == NONE ? null : time.predecessors(next);
        return known != null && Arrays.stream(known).noneMatch(hop -> hop == child);
    }

    private static @Nullable BitSet setOf(int @Nullable [] hops) {
        return hops == null ? null : Arrays.stream(hops).collect(BitSet::new, BitSet::set, BitSet::or);
    }
}
