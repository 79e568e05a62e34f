package io.dharma.tracing.correlation;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One offset for the clock of each service, such that all calls between all services fit. The clock of the root's service
 * is right by definition. Then one service after another, in the order in which the chain came to them, has the clock of
 * the one that called it if that fits, or that of the root; otherwise the middle of what is possible.
 *
 * <p>A service with several instances may have several clocks, and a hop does not say whose it was. Such a service has
 * calls that no offset satisfies, and is given none; nor is what was called by such services only.
 */
final class ServiceClocks {

    /** Those of a larger chain are given none: to make bounds tight takes the cube of their number, here 2 ms. */
    private static final int MAX_SERVICES = 128;

    private static final int NONE = -1;

    private final Map<String, Integer> numbers = new LinkedHashMap<>();
    private final Map<Pair, ClockBounds> between = new LinkedHashMap<>();

    /** For each service, which one called it first. */
    private final Map<Integer, Integer> callers = new HashMap<>();

    private final BitSet roots = new BitSet();

    /** @param hops each after what it hangs under, those of the chain's root first */
    ServiceClocks(List<ChainHop> hops) {
        for (ChainHop hop : hops) {
            ChainHop caller = hop.up();
            if (caller == null) {
                takeRoot(hop);
            } else {
                takeCall(caller, hop);
            }
        }
    }

    private void takeRoot(ChainHop root) {
        int service = number(root);
        // Of what nobody knows what called it, neither does anybody know the clock, unless nothing else is there.
        if (root.placement() != Placement.ORPHANED || service == 0) {
            roots.set(service);
        }
    }

    private void takeCall(ChainHop caller, ChainHop callee) {
        int from = number(caller);
        int to = number(callee);
        if (ClockSkew.isCrossing(caller.hop(), callee.hop())) {
            between.merge(new Pair(from, to), ClockBounds.of(caller.hop(), callee.hop()), ClockBounds::and);
            callers.putIfAbsent(to, from);
        }
    }

    private int number(ChainHop hop) {
        Integer known = numbers.putIfAbsent(hop.hop().service(), numbers.size());
        return known == null ? numbers.size() - 1 : known;
    }

    private record Pair(int caller, int callee) {

        boolean isOneService() {
            return caller == callee;
        }
    }

    /** By the names of services: those of which there is one clock. */
    Map<String, Long> offsets() {
        if (between.values().stream().allMatch(ClockBounds::fitsAsItIs)) {
            Map<String, Long> none = new HashMap<>();
            numbers.keySet().forEach(service -> none.put(service, 0L));
            return none;
        }
        int[] services = withOneClock();
        return services.length > MAX_SERVICES ? Map.of() : new Solution(services).byName();
    }

    /** In the order in which the chain came to them. */
    private int[] withOneClock() {
        BitSet several = new BitSet();
        between.forEach((pair, bounds) -> {
            if (pair.isOneService() ? !bounds.fitsAsItIs() : !bounds.isPossible()) {
                several.set(pair.callee());
            }
        });
        BitSet found = new BitSet();
        found.or(roots);
        found.andNot(several);
        int before;
        do {
            before = found.cardinality();
            for (Pair pair : between.keySet()) {
                boolean related = found.get(pair.caller()) || found.get(pair.callee());
                if (related && !several.get(pair.caller()) && !several.get(pair.callee())) {
                    found.set(pair.caller());
                    found.set(pair.callee());
                }
            }
        } while (found.cardinality() > before && before <= MAX_SERVICES);
        return found.stream().toArray();
    }

    /** The offsets of some services, by their place among those. */
    private final class Solution {

        private final int[] services;
        private final Differences measured;
        private final Differences possible;
        private final long[] offsets;

        Solution(int[] services) {
            this.services = services;
            this.measured = new Differences(services.length);
            this.possible = new Differences(services.length);
            this.offsets = new long[services.length];
            between.forEach(this::take);
        }

        private void take(Pair pair, ClockBounds bounds) {
            int caller = place(pair.caller());
            int callee = place(pair.callee());
            if (caller != NONE && callee != NONE && caller != callee) {
                measured.bound(caller, callee, bounds.low(), bounds.high());
                possible.bound(caller, callee, bounds.loosestLow(), bounds.loosestHigh());
            }
        }

        private int place(int service) {
            return Math.max(NONE, Arrays.binarySearch(services, service));
        }

        Map<String, Long> byName() {
            if (!possible.close()) {
                return Map.of();
            }
            List<String> names = List.copyOf(numbers.keySet());
            Map<String, Long> byName = new HashMap<>();
            for (int place = 0; place < services.length; place++) {
                offsets[place] = choose(place);
                byName.put(names.get(services[place]), offsets[place]);
            }
            return byName;
        }

        private long choose(int place) {
            long low = atLeast(possible, place);
            long high = atMost(possible, place);
            int caller = place(callers.getOrDefault(services[place], NONE));
            if (caller != NONE && caller < place && low <= offsets[caller] && offsets[caller] <= high) {
                return offsets[caller];
            }
            if (low <= 0 && high >= 0) {
                return 0;
            }
            long middle = ClockBounds.middle(atLeast(measured, place), atMost(measured, place));
            return Math.max(low, Math.min(high, middle));
        }

        /** As far as those before it say. */
        private long atLeast(Differences bounds, int place) {
            long least = -ClockBounds.UNBOUNDED;
            for (int before = 0; before < place; before++) {
                long bound = bounds.atLeast(before, place);
                if (bound != -ClockBounds.UNBOUNDED) {
                    least = Math.max(least, Saturated.add(offsets[before], bound));
                }
            }
            return least;
        }

        private long atMost(Differences bounds, int place) {
            long most = ClockBounds.UNBOUNDED;
            for (int before = 0; before < place; before++) {
                long bound = bounds.atMost(before, place);
                if (bound != ClockBounds.UNBOUNDED) {
                    most = Math.min(most, Saturated.add(offsets[before], bound));
                }
            }
            return most;
        }
    }
}
