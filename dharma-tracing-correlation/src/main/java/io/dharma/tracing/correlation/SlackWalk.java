package io.dharma.tracing.correlation;

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
        Turns turns = new Turns(hop);
        for (int child : children) {
            if (turns.areJoinedBy(child)) {
                slack[child] = Saturated.add(slack[hop], turns.spare(child));
            }
        }
    }

    /** What one parent waited for in turn, from its end on backwards. */
    private final class Turns {

        private final long end;
        private final @Nullable BitSet joins;

        /** What the one whose turn it is is known to have begun after; null if that is not known. */
        private @Nullable BitSet before;

        private long turnBegins;
        private long turnEnds;

        Turns(int parent) {
            this.end = time.end(parent);
            this.joins = setOf(time.joins(parent));
            this.turnBegins = end;
            this.turnEnds = end;
        }

        boolean areJoinedBy(int child) {
            return time.mayReachTo(child, end) && (joins == null || joins.get(child));
        }

        /** How much later it could have ended. Asked for each child, the last to end first. */
        long spare(int child) {
            if (time.mayReachTo(child, turnBegins)) {
                if (before != null && !before.get(child)) {
                    // Not what came before this turn, so that it was waited for at the very end.
                    return untilEnd(child, end);
                }
                turnBegins = time.start(child);
                turnEnds = time.end(child);
                before = setOf(time.predecessors(child));
            }
            return untilEnd(child, turnEnds);
        }

        private long untilEnd(int child, long moment) {
            return Math.max(0, Saturated.subtract(moment, time.end(child)));
        }
    }

    private static @Nullable BitSet setOf(int @Nullable [] hops) {
        return hops == null ? null : Arrays.stream(hops).collect(BitSet::new, BitSet::set, BitSet::or);
    }
}
