package io.dharma.tracing.correlation;

import io.opentelemetry.api.trace.SpanKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How the clocks of services differ, from the calls between them. A call bounds the offset of the callee's clock: it
 * cannot have begun before its caller did, and where the caller waited for the answer, it cannot have ended after it.
 * What all calls between two services allow is where they intersect. If that has no offset at all in it, no correction
 * is made; otherwise its middle is taken, as NTP does, which supposes that the way there took as long as the way back.
 */
final class ClockSkew {

    /** What clocks in one data centre agree to at best. Less is not worth a correction, and says nothing of a clock. */
    private static final long TOLERANCE_NANOS = 100_000;

    private static final long UNBOUNDED = Long.MAX_VALUE;

    private final Map<Pair, Calls> calls = new LinkedHashMap<>();

    ClockSkew(List<ChainHop> hops) {
        for (ChainHop hop : hops) {
            ChainHop caller = hop.up();
            if (caller != null && isCrossing(caller.hop(), hop.hop())) {
                calls.computeIfAbsent(Pair.of(caller, hop), pair -> new Calls())
                        .add(Bounds.of(caller.hop(), hop.hop()));
            }
        }
    }

    /** Whether the one may have happened on another machine than the other. */
    private static boolean isCrossing(Hop caller, Hop callee) {
        return !caller.service().equals(callee.service())
                || (caller.kind() == SpanKind.CLIENT && callee.kind() == SpanKind.SERVER)
                || (caller.kind() == SpanKind.PRODUCER && callee.kind() == SpanKind.CONSUMER);
    }

    List<ClockOffset> offsets() {
        List<ClockOffset> offsets = new ArrayList<>();
        calls.forEach((pair, seen) -> {
            if (seen.median() != 0) {
                offsets.add(new ClockOffset(
                        pair.caller(), pair.callee(), seen.median(), seen.bounds.size(), seen.isUniform()));
            }
        });
        return List.copyOf(offsets);
    }

    /**
     * Gives each hop the offset of its parent, and those in another service that of the pair on top. A hop whose parent
     * is unknown has that of its service elsewhere in the chain, if that is one.
     *
     * @param hops each after what it hangs under
     */
    void correct(List<ChainHop> hops) {
        Set<ChainHop> lost = new HashSet<>();
        Map<String, Long> ofServices = new HashMap<>();
        Set<String> severalClocks = new HashSet<>();
        for (ChainHop hop : hops) {
            if (hop.placement() == Placement.ORPHANED || lost.contains(hop.up())) {
                lost.add(hop);
            } else {
                hop.correctBy(offset(hop));
                Long known = ofServices.putIfAbsent(hop.hop().service(), hop.clockOffsetNanos());
                if (known != null && known != hop.clockOffsetNanos()) {
                    severalClocks.add(hop.hop().service());
                }
            }
        }
        ofServices.keySet().removeAll(severalClocks);
        for (ChainHop hop : hops) {
            if (lost.contains(hop)) {
                boolean orphan = hop.up() == null;
                hop.correctBy(orphan ? ofServices.getOrDefault(hop.hop().service(), 0L) : offset(hop));
            }
        }
    }

    private long offset(ChainHop hop) {
        ChainHop caller = hop.up();
        if (caller == null) {
            return 0;
        }
        Calls seen = isCrossing(caller.hop(), hop.hop()) ? calls.get(Pair.of(caller, hop)) : null;
        long added = seen == null ? 0 : seen.offset(Bounds.of(caller.hop(), hop.hop()));
        return Saturated.add(caller.clockOffsetNanos(), added);
    }

    private record Pair(String caller, String callee) {

        static Pair of(ChainHop caller, ChainHop callee) {
            return new Pair(caller.hop().service(), callee.hop().service());
        }
    }

    /** All calls of one service by another. */
    private static final class Calls {

        private final List<Bounds> bounds = new ArrayList<>();
        private Bounds common = new Bounds(-UNBOUNDED, UNBOUNDED);

        void add(Bounds call) {
            bounds.add(call);
            common = common.and(call);
        }

        boolean isUniform() {
            return common.low <= Saturated.add(common.high, TOLERANCE_NANOS);
        }

        long offset(Bounds call) {
            return isUniform() ? common.offset() : call.offset();
        }

        /** Of the corrections that were made; 0 if none was. */
        long median() {
            if (isUniform()) {
                return common.offset();
            }
            long[] made = bounds.stream()
                    .mapToLong(Bounds::offset)
                    .filter(offset -> offset != 0)
                    .sorted()
                    .toArray();
            return made.length == 0 ? 0 : made[made.length / 2];
        }
    }

    /** What may be added to the callee's times. */
    private record Bounds(long low, long high) {

        static Bounds of(Hop caller, Hop callee) {
            long low = caller.startEpochNanos() - callee.startEpochNanos();
            boolean call = caller.kind() == SpanKind.CLIENT && callee.kind() == SpanKind.SERVER;
            if (!call) {
                // A message may arrive at any time after it was sent.
                return new Bounds(low, UNBOUNDED);
            }
            boolean awaited = caller.outcome() == Outcome.OK && callee.durationNanos() <= caller.durationNanos();
            // A caller that gave up did not wait for the end, only for longer than it took to begin.
            return new Bounds(
                    low, caller.endEpochNanos() - (awaited ? callee.endEpochNanos() : callee.startEpochNanos()));
        }

        Bounds and(Bounds other) {
            return new Bounds(Math.max(low, other.low), Math.min(high, other.high));
        }

        long offset() {
            if (low <= TOLERANCE_NANOS && high >= -TOLERANCE_NANOS) {
                return 0;
            }
            return high == UNBOUNDED ? low : Math.floorDiv(Saturated.add(low, high), 2);
        }
    }
}
