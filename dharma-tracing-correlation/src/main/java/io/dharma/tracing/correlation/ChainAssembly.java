package io.dharma.tracing.correlation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes a tree out of the hops that came. In this order: one hop for each id, under the parent that it names; circles
 * opened; links followed; clocks made one, as far as calls tell; hops without their parent placed by time; siblings
 * sorted and all numbered. Nothing of it recurses, since chains may be deep.
 */
final class ChainAssembly {

    /** Of two hops of one id, what to keep; of all they are, so that the order in which they came does not matter. */
    private static final Comparator<Hop> BETTER = Comparator.comparingLong(Hop::endEpochNanos)
            .thenComparing(Hop::outcome)
            .thenComparingLong(Hop::durationNanos)
            .thenComparing(Hop::nested)
            .thenComparing(hop -> hop.parent().map(HopId::spanId).orElse(""))
            .thenComparing(hop -> hop.errorType().orElse(""))
            .thenComparing(hop -> hop.links().size())
            .thenComparing(hop -> hop.links().toString())
            .thenComparing(Hop::kind)
            .thenComparing(Hop::service)
            .thenComparing(Hop::operation);

    private final Map<HopId, ChainHop> byId = new HashMap<>();

    /** By begin as recorded, so that nothing depends on the order in which they came. */
    private final List<ChainHop> all;

    private final List<ChainHop> ordered;
    private final ClockSkew clocks;
    private final int replays;

    ChainAssembly(Collection<Hop> hops) {
        keepBest(hops);
        this.replays = hops.size() - byId.size();
        this.all = byId.values().stream().sorted(ChainHop.BY_START).toList();
        all.forEach(this::placeAsRecorded);
        openCircles();
        followLinks();
        this.clocks = new ClockSkew(fromTheTop());
        clocks.correct();
        new PlacementByTime(all).placeOrphans();
        joinFamilies();
        this.ordered = number();
    }

    List<ChainHop> inOrder() {
        return ordered;
    }

    List<ClockOffset> clockOffsets() {
        return clocks.offsets();
    }

    int replays() {
        return replays;
    }

    private void keepBest(Collection<Hop> hops) {
        Map<HopId, Hop> best = new HashMap<>();
        for (Hop hop : hops) {
            best.merge(hop.id(), hop, (one, other) -> BETTER.compare(one, other) >= 0 ? one : other);
        }
        best.forEach((id, hop) -> byId.put(id, new ChainHop(hop)));
    }

    private void placeAsRecorded(ChainHop hop) {
        HopId named = hop.hop().parent().orElse(null);
        ChainHop parent = named == null ? null : byId.get(named);
        hop.placeUnder(parent, named != null && parent == null ? Placement.ORPHANED : Placement.RECORDED);
    }

    /**
     * Walks up from every hop until it meets one that is known to lead to a root. Meeting one of the same walk instead
     * means a circle.
     */
    private void openCircles() {
        Map<ChainHop, ChainHop> walkOf = new HashMap<>();
        for (ChainHop start : all) {
            ChainHop at = start;
            while (at != null && walkOf.putIfAbsent(at, start) == null) {
                at = at.up();
            }
            if (at != null && walkOf.get(at) == start) {
                earliestOfCircle(at).placeUnder(null, Placement.OUT_OF_CIRCLE);
            }
        }
    }

    private static ChainHop earliestOfCircle(ChainHop member) {
        ChainHop earliest = member;
        for (ChainHop at = member.up(); at != null && at != member; at = at.up()) {
            if (ChainHop.BY_START.compare(at, earliest) < 0) {
                earliest = at;
            }
        }
        return earliest;
    }

    /**
     * A message is often received in a trace of its own, with a link to what sent it. The latest first, so that of two that
     * name each other the earlier one stays on top.
     */
    private void followLinks() {
        Trees trees = new Trees(all);
        for (int i = all.size() - 1; i >= 0; i--) {
            ChainHop hop = all.get(i);
            ChainHop linked =
                    hop.up() == null && hop.placement() == Placement.RECORDED ? firstLinked(hop, trees) : null;
            if (linked != null) {
                hop.placeUnder(linked, Placement.LINKED);
                trees.join(hop, linked);
            }
        }
    }

    private @Nullable ChainHop firstLinked(ChainHop hop, Trees trees) {
        for (HopId link : hop.hop().links()) {
            ChainHop linked = byId.get(link);
            if (linked != null && trees.rootOf(linked) != hop) {
                return linked;
            }
        }
        return null;
    }

    /** All hops, each after what it hangs under; first those of roots that called themselves one. */
    private List<ChainHop> fromTheTop() {
        Map<ChainHop, List<ChainHop>> under = new HashMap<>();
        List<ChainHop> found = new ArrayList<>(all.size());
        for (ChainHop hop : all) {
            ChainHop parent = hop.up();
            if (parent == null) {
                found.add(hop);
            } else {
                under.computeIfAbsent(parent, key -> new ArrayList<>(2)).add(hop);
            }
        }
        found.sort(Comparator.comparing(root -> root.placement() != Placement.RECORDED));
        for (int i = 0; i < found.size(); i++) {
            found.addAll(under.getOrDefault(found.get(i), List.of()));
        }
        return found;
    }

    private void joinFamilies() {
        for (ChainHop hop : all) {
            ChainHop parent = hop.up();
            if (parent != null) {
                parent.adopt(hop);
            }
        }
        all.forEach(ChainHop::sortChildren);
    }

    /** The order in which a tree is printed, and for each hop where its own part of that ends. */
    private List<ChainHop> number() {
        List<ChainHop> order = new ArrayList<>(all.size());
        Deque<ChainHop> left = new ArrayDeque<>();
        ChainHop[] roots = all.stream()
                .filter(hop -> hop.up() == null)
                .sorted(ChainHop.BY_START)
                .toArray(ChainHop[]::new);
        pushReversed(Arrays.asList(roots), left);
        while (!left.isEmpty()) {
            ChainHop hop = left.pop();
            hop.numbered(order.size());
            order.add(hop);
            pushReversed(hop.children(), left);
        }
        for (int i = order.size() - 1; i >= 0; i--) {
            ChainHop parent = order.get(i).up();
            if (parent != null) {
                parent.reachesTo(Math.max(parent.last(), order.get(i).last()));
            }
        }
        return order;
    }

    private static void pushReversed(List<ChainHop> hops, Deque<ChainHop> onto) {
        for (int i = hops.size() - 1; i >= 0; i--) {
            onto.push(hops.get(i));
        }
    }
}
