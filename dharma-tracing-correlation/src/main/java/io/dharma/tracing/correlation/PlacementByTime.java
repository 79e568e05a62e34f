package io.dharma.tracing.correlation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds a place for hops whose parent never came: under the hop of their trace that they happened within, of several the
 * one that began last, since that is the innermost. What happened within no other remains a root.
 */
final class PlacementByTime {

    /** How many unsuitable hops are looked at for each orphan: with bad data every hop of its own tree may be one. */
    private static final int MAX_TRIES = 64;

    private final List<ChainHop> all;
    private final Trees trees;

    PlacementByTime(List<ChainHop> all) {
        this.all = all;
        this.trees = new Trees(all);
    }

    void placeOrphans() {
        List<ChainHop> orphans = all.stream()
                .filter(hop -> hop.placement() == Placement.ORPHANED)
                .sorted(ChainHop.BY_START)
                .toList();
        if (orphans.isEmpty()) {
            return;
        }
        Map<String, Enclosures> traces = traces();
        for (ChainHop orphan : orphans) {
            Enclosures trace = traces.get(orphan.hop().traceId());
            ChainHop parent = trace == null ? null : enclosing(orphan, trace);
            if (parent != null) {
                orphan.placeUnder(parent, Placement.BY_TIME);
                trees.join(orphan, parent);
            }
        }
    }

    private Map<String, Enclosures> traces() {
        Map<String, List<ChainHop>> hopsOf = new HashMap<>();
        all.forEach(hop -> hopsOf.computeIfAbsent(hop.hop().traceId(), id -> new ArrayList<>())
                .add(hop));
        Map<String, Enclosures> traces = new HashMap<>();
        hopsOf.forEach((id, hops) -> traces.put(id, new Enclosures(hops)));
        return traces;
    }

    private @Nullable ChainHop enclosing(ChainHop orphan, Enclosures trace) {
        int before = trace.firstAfter(orphan.startEpochNanos());
        for (int tries = 0; tries < MAX_TRIES; tries++) {
            int found = trace.lastReaching(orphan.endEpochNanos(), before);
            if (found < 0) {
                return null;
            }
            ChainHop candidate = trace.get(found);
            if (trees.rootOf(candidate) != orphan) {
                return candidate;
            }
            before = found;
        }
        return null;
    }

    /** Hops by begin, with a tree of latest ends over them, in which a search takes the logarithm of their number. */
    private static final class Enclosures {

        private final List<ChainHop> byStart;
        private final int leaves;
        private final long[] latestEnd;

        Enclosures(List<ChainHop> hops) {
            this.byStart = new ArrayList<>(hops);
            byStart.sort(ChainHop.BY_START);
            // More leaves than hops, so that the leaf after the last hop is one of the tree.
            this.leaves = Integer.highestOneBit(byStart.size()) << 1;
            this.latestEnd = new long[2 * leaves];
            Arrays.fill(latestEnd, Long.MIN_VALUE);
            for (int i = 0; i < byStart.size(); i++) {
                latestEnd[leaves + i] = byStart.get(i).endEpochNanos();
            }
            for (int i = leaves - 1; i > 0; i--) {
                latestEnd[i] = Math.max(latestEnd[2 * i], latestEnd[2 * i + 1]);
            }
        }

        ChainHop get(int index) {
            return byStart.get(index);
        }

        /** How many began at that moment or before it. */
        int firstAfter(long start) {
            int from = 0;
            int to = byStart.size();
            while (from < to) {
                int middle = (from + to) >>> 1;
                if (byStart.get(middle).startEpochNanos() <= start) {
                    from = middle + 1;
                } else {
                    to = middle;
                }
            }
            return from;
        }

        /** The last of the first {@code limit} hops that ended at that moment or after it; -1 if none did. */
        int lastReaching(long end, int limit) {
            int node = leaves + limit;
            if (limit <= 0) {
                return -1;
            }
            while (node > 1) {
                boolean isRight = (node & 1) == 1;
                if (isRight && latestEnd[node - 1] >= end) {
                    return lastBelow(node - 1, end);
                }
                node >>= 1;
            }
            return -1;
        }

        private int lastBelow(int top, long end) {
            int node = top;
            while (node < leaves) {
                node = latestEnd[2 * node + 1] >= end ? 2 * node + 1 : 2 * node;
            }
            return node - leaves;
        }
    }
}
