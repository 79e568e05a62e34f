package io.dharma.tracing.correlation;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** Which tree each hop belongs to while trees are being joined: the classic union-find, with paths cut short. */
final class Trees {

    private final Map<ChainHop, ChainHop> towardsRoot = new HashMap<>();

    Trees(Collection<ChainHop> hops) {
        for (ChainHop hop : hops) {
            ChainHop parent = hop.up();
            towardsRoot.put(hop, parent == null ? hop : parent);
        }
    }

    ChainHop rootOf(ChainHop hop) {
        ChainHop root = hop;
        while (next(root) != root) {
            root = next(root);
        }
        ChainHop at = hop;
        while (at != root) {
            ChainHop next = next(at);
            towardsRoot.put(at, root);
            at = next;
        }
        return root;
    }

    /** Hangs a root under a hop of another tree. */
    void join(ChainHop root, ChainHop parent) {
        towardsRoot.put(root, rootOf(parent));
    }

    private ChainHop next(ChainHop hop) {
        return towardsRoot.getOrDefault(hop, hop);
    }
}
