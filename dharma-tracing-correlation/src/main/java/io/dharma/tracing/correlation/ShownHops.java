package io.dharma.tracing.correlation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The part of a chain that is drawn where not all of it can be: hops on the critical path before those that failed, those
 * before what took longest, each with all hops above it.
 */
final class ShownHops {

    private final List<ChainHop> inOrder;
    private final int leftOut;

    private ShownHops(List<ChainHop> inOrder, int leftOut) {
        this.inOrder = inOrder;
        this.leftOut = leftOut;
    }

    static ShownHops of(RequestChain chain, @Nullable CriticalPath path, int limit) {
        List<ChainHop> all = chain.hops();
        if (all.size() <= limit) {
            return new ShownHops(all, 0);
        }
        Set<ChainHop> chosen = new HashSet<>();
        for (ChainHop hop : all.stream().sorted(byWeight(path)).toList()) {
            if (chosen.size() >= limit) {
                break;
            }
            choose(hop, chosen, limit);
        }
        List<ChainHop> inOrder = all.stream().filter(chosen::contains).toList();
        return new ShownHops(inOrder, all.size() - inOrder.size());
    }

    private static Comparator<ChainHop> byWeight(@Nullable CriticalPath path) {
        return Comparator.<ChainHop, Boolean>comparing(hop -> path == null || !path.contains(hop))
                .thenComparing(hop -> !hop.failed())
                .thenComparing(Comparator.comparingLong(ChainHop::durationNanos).reversed())
                .thenComparing(ChainHop::index);
    }

    /** With all above it, or not at all. */
    private static void choose(ChainHop hop, Set<ChainHop> chosen, int limit) {
        List<ChainHop> added = new ArrayList<>();
        ChainHop at = hop;
        while (at != null && !chosen.contains(at)) {
            added.add(at);
            if (chosen.size() + added.size() > limit) {
                return;
            }
            at = at.up();
        }
        chosen.addAll(added);
    }

    /** Each before what hangs under it. */
    List<ChainHop> inOrder() {
        return inOrder;
    }

    int leftOut() {
        return leftOut;
    }
}
