package io.dharma.tracing.correlation;

import io.dharma.tracing.spi.Printable;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How two chains of the same kind differ, such as the request of yesterday and that of today. Immutable.
 *
 * <p>Two hops are the same step if service and operation are, their parents are the same step, and they are the n-th of
 * that name under those. What hangs under a hop that is in one chain only is in that chain only, too.
 */
public final class ChainDiff {

    private static final double DEFAULT_SHARE = 0.1;
    private static final Duration DEFAULT_LEAST = Duration.ofMillis(1);

    private final RequestChain before;
    private final RequestChain after;
    private final List<HopChange> changes;

    private ChainDiff(RequestChain before, RequestChain after, List<HopChange> changes) {
        this.before = before;
        this.after = after;
        this.changes = List.copyOf(changes);
    }

    /** {@link #between(RequestChain, RequestChain, double, Duration)}, from a tenth and a millisecond on. */
    public static ChainDiff between(RequestChain before, RequestChain after) {
        return between(before, after, DEFAULT_SHARE, DEFAULT_LEAST);
    }

    /**
     * What differs. Takes time in proportion to the number of hops, and no stack.
     *
     * @param share how much slower or faster a hop must be to count, as a part of what it took before: 0.1 is a tenth
     * @param least and how much at least
     * @throws IllegalArgumentException if one of them is negative
     */
    public static ChainDiff between(RequestChain before, RequestChain after, double share, Duration least) {
        Objects.requireNonNull(before, "before");
        Objects.requireNonNull(after, "after");
        if (!(share >= 0)) {
            throw new IllegalArgumentException("share must be at least 0, but is " + share);
        }
        if (least.isNegative()) {
            throw new IllegalArgumentException("least must be at least 0, but is " + least);
        }
        return new ChainDiff(before, after, new Comparison(share, least.toNanos()).compare(before, after));
    }

    /** The earlier chain. */
    public RequestChain before() {
        return before;
    }

    /** The later chain. */
    public RequestChain after() {
        return after;
    }

    /**
     * What changed: what fails first, then what took longer, each by how much. A hop that fails and is slower is in it
     * twice.
     */
    public List<HopChange> changes() {
        return changes;
    }

    /** Whether nothing changed. */
    public boolean isEmpty() {
        return changes.isEmpty();
    }

    /** A line for each change, at most so wide, safe to print. */
    public String toText(int width) {
        StringBuilder text = new StringBuilder();
        long delta = after.durationNanos() - before.durationNanos();
        append(
                text,
                width,
                "chain " + Printable.escape(before.correlationId()) + " -> " + Printable.escape(after.correlationId()));
        append(
                text,
                width,
                Texts.duration(before.durationNanos()) + " -> " + Texts.duration(after.durationNanos()) + " ("
                        + signed(delta) + "), " + before.hops().size() + " -> "
                        + after.hops().size() + " hops");
        if (changes.isEmpty()) {
            append(text, width, "no difference");
        }
        changes.forEach(change -> append(text, width, line(change)));
        return text.toString();
    }

    private static void append(StringBuilder text, int width, String line) {
        text.append(Columns.fit(line, width)).append('\n');
    }

    private static String line(HopChange change) {
        ChainHop hop = change.either();
        String what = String.format(Locale.ROOT, "%-9s ", change.kind().name().toLowerCase(Locale.ROOT));
        String name = Printable.escape(hop.hop().service() + " " + hop.hop().operation());
        return what
                + switch (change.kind()) {
                    case NEW, GONE -> name + "  " + Texts.duration(hop.durationNanos());
                    case FAILED, RECOVERED ->
                        name
                                + failing(change)
                                        .hop()
                                        .errorType()
                                        .map(type -> "  " + Printable.escape(type))
                                        .orElse("");
                    case SLOWER, FASTER ->
                        name + "  " + signed(change.deltaNanos()) + " (own " + signed(change.ownDeltaNanos()) + ")";
                };
    }

    private static ChainHop failing(HopChange change) {
        return change.kind() == HopChange.Kind.RECOVERED ? change.before().orElseThrow() : change.either();
    }

    private static String signed(long nanos) {
        return (nanos < 0 ? "" : "+") + Texts.duration(nanos);
    }

    /** {@link #toText} in 100 columns. */
    @Override
    public String toString() {
        return toText(100);
    }

    private static final class Comparison {

        private static final Comparator<HopChange> BY_WEIGHT = Comparator.comparing(HopChange::kind)
                .thenComparing(Comparator.<HopChange>comparingLong(change -> Math.abs(change.deltaNanos()))
                        .reversed());

        private final double share;
        private final long least;
        private final List<HopChange> changes = new ArrayList<>();
        private final Deque<Siblings> left = new ArrayDeque<>();

        Comparison(double share, long least) {
            this.share = share;
            this.least = least;
        }

        private record Siblings(List<ChainHop> before, List<ChainHop> after) {}

        private record Step(String service, String operation) {

            static Step of(ChainHop hop) {
                return new Step(hop.hop().service(), hop.hop().operation());
            }
        }

        List<HopChange> compare(RequestChain before, RequestChain after) {
            left.add(new Siblings(before.roots(), after.roots()));
            while (!left.isEmpty()) {
                Siblings next = left.remove();
                compare(next.before(), next.after());
            }
            changes.sort(BY_WEIGHT);
            return changes;
        }

        private void compare(List<ChainHop> before, List<ChainHop> after) {
            Map<Step, Deque<ChainHop>> earlier = new LinkedHashMap<>();
            before.forEach(hop -> earlier.computeIfAbsent(Step.of(hop), step -> new ArrayDeque<>(1))
                    .add(hop));
            for (ChainHop hop : after) {
                Deque<ChainHop> same = earlier.get(Step.of(hop));
                compare(same == null ? null : same.poll(), hop);
            }
            earlier.values().forEach(hops -> hops.forEach(hop -> compare(hop, null)));
        }

        private void compare(@Nullable ChainHop before, @Nullable ChainHop after) {
            left.add(new Siblings(
                    before == null ? List.of() : before.children(), after == null ? List.of() : after.children()));
            if (before == null) {
                add(HopChange.Kind.NEW, null, after);
            } else if (after == null) {
                add(HopChange.Kind.GONE, before, null);
            } else {
                compareSame(before, after);
            }
        }

        private void compareSame(ChainHop before, ChainHop after) {
            if (before.failed() != after.failed()) {
                add(after.failed() ? HopChange.Kind.FAILED : HopChange.Kind.RECOVERED, before, after);
            }
            long delta = after.durationNanos() - before.durationNanos();
            if (delta != 0 && Math.abs(delta) >= least && Math.abs(delta) >= share * before.durationNanos()) {
                add(delta > 0 ? HopChange.Kind.SLOWER : HopChange.Kind.FASTER, before, after);
            }
        }

        private void add(HopChange.Kind kind, @Nullable ChainHop before, @Nullable ChainHop after) {
            changes.add(new HopChange(kind, before, after));
        }
    }
}
