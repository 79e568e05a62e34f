package io.dharma.tracing.correlation;

import io.opentelemetry.api.trace.SpanKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How the clocks of services differ, from the calls between them: one offset for each service if there is one that fits
 * all calls, see {@link ServiceClocks}; otherwise one for each call, see {@link ClockBounds}. What fits is left alone.
 */
final class ClockSkew {

    private final List<ChainHop> hops;

    /** @param hops each after what it hangs under, those of the chain's root first */
    ClockSkew(List<ChainHop> hops) {
        this.hops = hops;
    }

    /** Whether the one may have happened on another machine than the other. */
    static boolean isCrossing(Hop caller, Hop callee) {
        return !caller.service().equals(callee.service())
                || (caller.kind() == SpanKind.CLIENT && callee.kind() == SpanKind.SERVER)
                || (caller.kind() == SpanKind.PRODUCER && callee.kind() == SpanKind.CONSUMER);
    }

    void correct() {
        Map<String, Long> ofServices = new ServiceClocks(hops).offsets();
        for (ChainHop hop : hops) {
            Long ofService = ofServices.get(hop.hop().service());
            hop.correctBy(ofService != null ? ofService : offsetOfCall(hop, hop.up()));
        }
    }

    /** That of its caller, and on top of that what the call by itself says. */
    private static long offsetOfCall(ChainHop hop, @Nullable ChainHop caller) {
        if (caller == null) {
            return 0;
        }
        boolean crossing = isCrossing(caller.hop(), hop.hop());
        long added = crossing ? ClockBounds.of(caller.hop(), hop.hop()).offset() : 0;
        return Saturated.add(caller.clockOffsetNanos(), added);
    }

    /** What was corrected, by the names of services. */
    List<ClockOffset> offsets() {
        Map<Pair, List<Long>> corrections = new TreeMap<>(Pair.BY_NAME);
        for (ChainHop hop : hops) {
            ChainHop caller = hop.up();
            if (caller != null && isCrossing(caller.hop(), hop.hop())) {
                corrections
                        .computeIfAbsent(Pair.of(caller, hop), pair -> new ArrayList<>())
                        .add(Saturated.subtract(hop.clockOffsetNanos(), caller.clockOffsetNanos()));
            }
        }
        List<ClockOffset> offsets = new ArrayList<>();
        corrections.forEach((pair, made) -> {
            long[] moves = made.stream()
                    .mapToLong(Long::longValue)
                    .filter(offset -> offset != 0)
                    .sorted()
                    .toArray();
            if (moves.length > 0) {
                boolean uniform = made.stream().distinct().count() == 1;
                offsets.add(
                        new ClockOffset(pair.caller(), pair.callee(), moves[moves.length / 2], made.size(), uniform));
            }
        });
        return List.copyOf(offsets);
    }

    private record Pair(String caller, String callee) {

        static final Comparator<Pair> BY_NAME =
                Comparator.comparing(Pair::caller).thenComparing(Pair::callee);

        static Pair of(ChainHop caller, ChainHop callee) {
            return new Pair(caller.hop().service(), callee.hop().service());
        }
    }
}
