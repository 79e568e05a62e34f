package io.dharma.tracing.correlation;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One chain in {@link InProcessStore}, which guards it. */
final class KeptChain {

    /** With its place in the map of all. */
    private static final long OWN_BYTES = 400L;

    private static final int USER_BYTES = 120;

    private final Map<HopId, CorrelatedHop> hops = new LinkedHashMap<>();
    private final Set<String> userKeys = new HashSet<>(2);
    private long bytes;

    KeptChain(String correlationId) {
        this.bytes = OWN_BYTES + correlationId.length();
    }

    /** Adds a hop, or replaces it; returns false if there is no room for one more. */
    boolean add(CorrelatedHop hop, long maxBytes) {
        CorrelatedHop known = hops.get(hop.hop().id());
        long size = (long) HopSize.of(hop) - (known == null ? 0 : HopSize.of(known));
        // The first always fits, so that there is no chain without any.
        if (!hops.isEmpty() && bytes + size > maxBytes) {
            return false;
        }
        hops.put(hop.hop().id(), hop);
        bytes += size;
        if (hop.userKey() != null && userKeys.add(hop.userKey())) {
            bytes += USER_BYTES;
        }
        return true;
    }

    boolean isOf(String userKey) {
        return userKeys.contains(userKey);
    }

    List<Hop> hops() {
        return hops.values().stream().map(CorrelatedHop::hop).toList();
    }

    /** As a list shows the chain; null if it is not wanted. */
    @Nullable
    ChainSummary entry(ChainQuery query) {
        if (query.userKey() != null && !isOf(query.userKey())) {
            return null;
        }
        return hops.values().stream()
                .filter(CorrelatedHop::entry)
                .map(ChainSummary::of)
                .filter(query::matches)
                .reduce(ChainSummary::and)
                .orElse(null);
    }

    int size() {
        return hops.size();
    }

    long bytes() {
        return bytes;
    }
}
