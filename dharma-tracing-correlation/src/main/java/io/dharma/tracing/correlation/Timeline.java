package io.dharma.tracing.correlation;

import io.opentelemetry.api.trace.SpanKind;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The hops under a root as numbers, as the search for the critical path needs them: when each began and ended as seen
 * from its parent, its children by end, and who waited for whom. A hop is a number here, its place under the root; the
 * root is 0 and a parent has a smaller one than its children.
 */
final class Timeline {

    static final int NONE = -1;

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
        this.guessed = !chain.isComplete() || hops.stream().anyMatch(ChainHop::guessed);
        takeTimes();
        Map<Integer, Set<Integer>> joined = new HashMap<>();
        Map<Integer, Set<Integer>> preceding = new HashMap<>();
        chain.waitEdges().forEach(edge -> take(chain, edge, joined, preceding));
        this.joins = sortedByEnd(joined);
        this.predecessors = sortedByEnd(preceding);
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
            guessed |= child.startEpochNanos() < starts[parent];
            ends[hop] = Math.max(starts[hop], endSeenFrom(parent, child));
        }
    }

    /** A caller knows when it had its answer, or gave up, whatever the called service did after that. */
    private long endSeenFrom(int parent, ChainHop child) {
        boolean call =
                hops.get(parent).hop().kind() == SpanKind.CLIENT && child.hop().kind() == SpanKind.SERVER;
        return call ? Math.min(child.endEpochNanos(), ends[parent]) : child.endEpochNanos();
    }

    private void take(
            RequestChain chain,
            WaitEdge edge,
            Map<Integer, Set<Integer>> joined,
            Map<Integer, Set<Integer>> preceding) {
        ChainHop waiter = chain.find(edge.waiter()).orElse(null);
        ChainHop awaited = chain.find(edge.awaited()).orElse(null);
        if (waiter == null || awaited == null || !waiter.isUnder(root) || !awaited.isUnder(root)) {
            return;
        }
        // Nobody waits for what called it: such an edge says nothing.
        if (!waiter.isUnder(awaited)) {
            Map<Integer, Set<Integer>> edges = awaited.isUnder(waiter) ? joined : preceding;
            edges.computeIfAbsent(number(waiter), hop -> new HashSet<>()).add(number(awaited));
        }
    }

    private Map<Integer, int[]> sortedByEnd(Map<Integer, Set<Integer>> edges) {
        Map<Integer, int[]> sorted = new HashMap<>();
        edges.forEach((waiter, awaited) -> sorted.put(
                waiter, sortedByEnd(awaited.stream().mapToInt(Integer::intValue).toArray())));
        return sorted;
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
