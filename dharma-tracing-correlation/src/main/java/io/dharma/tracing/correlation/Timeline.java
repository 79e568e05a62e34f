package io.dharma.tracing.correlation;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The hops under a root as numbers, as the search for the critical path needs them: when each began and ended as seen
 * from its parent, its children by end, and who waited for whom. A hop is a number here, its place under the root; the
 * root is 0 and a parent has a smaller one than its children.
 */
final class Timeline {

    static final int NONE = -1;

    /** By how much one may seem to end after the next began, or what waited for it ended: callbacks take their time. */
    private static final long MAX_OVERLAP_NANOS = 100_000;

    private static final int[] NOBODY = {};

    final ChainHop root;
    final int size;
    private final List<ChainHop> hops;
    private final int[] parents;
    private final long[] starts;
    private final long[] ends;
    private final int[] @Nullable [] childrenByEnd;
    private final Map<Integer, int[]> joins;
    private final Map<Integer, int[]> predecessors;
    private boolean guessed;

    Timeline(RequestChain chain, ChainHop root) {
        this.root = root;
        this.hops = chain.hops().subList(root.index(), root.last() + 1);
        this.size = hops.size();
        this.parents = new int[size];
        this.starts = new long[size];
        this.ends = new long[size];
        this.childrenByEnd = new int[size][];
        // A hop that is missing nobody knows where may have been anywhere in the tree of its trace.
        this.guessed = (root.up() == null && chain.hasGaps(root.hop().traceId()))
                || hops.stream().skip(1).anyMatch(ChainHop::guessed);
        takeTimes();
        this.joins = new HashMap<>();
        this.predecessors = new HashMap<>();
        hops.forEach(waiter -> takeAwaited(waiter, chain.awaitedBy(waiter)));
    }

    private void takeTimes() {
        parents[0] = NONE;
        starts[0] = root.startEpochNanos();
        ends[0] = root.endEpochNanos();
        for (int hop = 1; hop < size; hop++) {
            ChainHop child = hops.get(hop);
            ChainHop above = child.up();
            int parent = above == null ? 0 : number(above);
            parents[hop] = parent;
            starts[hop] = Math.max(child.startEpochNanos(), starts[parent]);
            guessed |= Saturated.subtract(starts[parent], child.startEpochNanos()) > ClockBounds.TOLERANCE_NANOS;
            ends[hop] = Math.max(starts[hop], endSeenFrom(parent, child));
        }
    }

    /** A caller knows when it had its answer, or gave up, whatever the called service did after that. */
    private long endSeenFrom(int parent, ChainHop child) {
        return child.isServerSide() ? Math.min(child.endEpochNanos(), ends[parent]) : child.endEpochNanos();
    }

    private void takeAwaited(ChainHop waiter, List<ChainHop> awaited) {
        if (awaited.isEmpty()) {
            return;
        }
        int[] within = numbers(awaited, other -> other.isUnder(waiter));
        if (within.length > 0) {
            joins.put(number(waiter), sortedByEnd(withImplied(waiter, within)));
        }
        int[] before = numbers(awaited, other -> other.isUnder(root) && !other.isUnder(waiter));
        if (before.length > 0) {
            predecessors.put(number(waiter), sortedByEnd(before));
        }
    }

    /** The edges need not name what it had to wait for anyway. */
    private int[] withImplied(ChainHop waiter, int[] joined) {
        int[] implied = numbers(waiter.children(), child -> child.nested() || child.isServerSide());
        return IntStream.concat(Arrays.stream(joined), Arrays.stream(implied))
                .distinct()
                .toArray();
    }

    private int[] numbers(List<ChainHop> some, Predicate<ChainHop> wanted) {
        return some.stream().filter(wanted).mapToInt(this::number).toArray();
    }

    int number(ChainHop hop) {
        return hop.index() - root.index();
    }

    ChainHop hop(int number) {
        return hops.get(number);
    }

    int parent(int hop) {
        return parents[hop];
    }

    /** Not before its parent's. */
    long start(int hop) {
        return starts[hop];
    }

    /** Not before its own begin; perhaps after its parent's end. */
    long end(int hop) {
        return ends[hop];
    }

    /** Whether what it hangs under is known to have been held up by it. */
    boolean isNested(int hop) {
        return hops.get(hop).nested();
    }

    /** Whether it is what was done at the other end of its parent's call. */
    boolean isServerSide(int hop) {
        return hops.get(hop).isServerSide();
    }

    /**
     * Whether a hop may be what was waited for until that moment: it was over, but for an overlap so short that both
     * cannot have gone on at once in earnest; or it held up its parent, which was in it then.
     */
    boolean mayReachTo(int hop, long moment) {
        return ends[hop] <= moment || (starts[hop] < moment && (isNested(hop) || ends[hop] - moment <= overlap(hop)));
    }

    /** Of short hops no more than a tenth. */
    private long overlap(int hop) {
        return Math.min(MAX_OVERLAP_NANOS, (ends[hop] - starts[hop]) / 10);
    }

    /** Whether times or places of some hops are no more than likely. */
    boolean isGuessed() {
        return guessed;
    }

    /** The last to end first; of those that end together the last to begin first, so that each comes after its cause. */
    int[] childrenByEnd(int hop) {
        int[] known = childrenByEnd[hop];
        if (known == null) {
            known = sortedByEnd(
                    hops.get(hop).children().stream().mapToInt(this::number).toArray());
            childrenByEnd[hop] = known;
        }
        return known;
    }

    private int[] sortedByEnd(int[] some) {
        if (some.length < 2) {
            return some.length == 0 ? NOBODY : some;
        }
        Comparator<Integer> lastFirst = Comparator.<Integer>comparingLong(this::end)
                .thenComparingLong(this::start)
                .thenComparing(Comparator.naturalOrder());
        return Arrays.stream(some)
                .boxed()
                .sorted(lastFirst.reversed())
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** What it is known to have joined, by end like its children; null if that is not known. */
    int @Nullable [] joins(int hop) {
        return joins.get(hop);
    }

    /** What it is known to have begun after, by end like children; null if that is not known. */
    int @Nullable [] predecessors(int hop) {
        return predecessors.get(hop);
    }
}
