package io.dharma.tracing.correlation;

import io.dharma.tracing.spi.Printable;
import io.opentelemetry.api.trace.SpanKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A hop in its place: under its parent, with all clocks made one. Immutable once its {@link RequestChain} is there.
 * Equal to itself only.
 */
public final class ChainHop {

    /** By begin; a hop before those that began within it at the same moment; ids so that there is one order. */
    static final Comparator<ChainHop> BY_START = Comparator.comparingLong(ChainHop::startEpochNanos)
            .thenComparing(Comparator.comparingLong(ChainHop::endEpochNanos).reversed())
            .thenComparing(chainHop -> chainHop.hop.traceId())
            .thenComparing(chainHop -> chainHop.hop.spanId());

    private final Hop hop;
    private final List<ChainHop> children = new ArrayList<>(2);
    private @Nullable ChainHop parent;
    private Placement placement = Placement.RECORDED;
    private long clockOffsetNanos;
    private int depth;
    private int index;
    private int last;

    ChainHop(Hop hop) {
        this.hop = hop;
    }

    /** The hop as it was recorded. */
    public Hop hop() {
        return hop;
    }

    /** What it hangs under; empty for a root. */
    public Optional<ChainHop> parent() {
        return Optional.ofNullable(parent);
    }

    /** What hangs under it, by corrected begin. */
    public List<ChainHop> children() {
        return Collections.unmodifiableList(children);
    }

    /** Why it is where it is. */
    public Placement placement() {
        return placement;
    }

    /** How many hops are above it: 0 for a root. */
    public int depth() {
        return depth;
    }

    /** What was added to its times, which came by the clock of another machine; 0 where they fit. */
    public long clockOffsetNanos() {
        return clockOffsetNanos;
    }

    /** When it began by the clock of its chain's root, in nanoseconds since 1970. */
    public long startEpochNanos() {
        return Saturated.add(hop.startEpochNanos(), clockOffsetNanos);
    }

    /** When it ended by the clock of its chain's root, in nanoseconds since 1970. */
    public long endEpochNanos() {
        return Saturated.add(startEpochNanos(), hop.durationNanos());
    }

    /** How long it took. */
    public long durationNanos() {
        return hop.durationNanos();
    }

    /** How much of that no child of it was running. Takes time in proportion to the number of children. */
    public long ownNanos() {
        long own = durationNanos();
        long coveredTo = startEpochNanos();
        for (ChainHop child : children) {
            long from = Math.max(coveredTo, child.startEpochNanos());
            long to = Math.min(endEpochNanos(), child.endEpochNanos());
            if (to > from) {
                own -= to - from;
                coveredTo = to;
            }
        }
        return own;
    }

    /** Whether it failed. */
    public boolean failed() {
        return hop.outcome() == Outcome.ERROR;
    }

    /** Whether its place, or its times as seen from what it hangs under, are a guess. */
    boolean guessed() {
        boolean moved = parent != null && clockOffsetNanos != parent.clockOffsetNanos;
        return moved || (placement != Placement.RECORDED && placement != Placement.LINKED);
    }

    /** Whether what it hangs under could do nothing else meanwhile. */
    boolean nested() {
        return hop.nested() && placement == Placement.RECORDED;
    }

    /** Whether it is what was done at the other end of its parent's call. */
    boolean isServerSide() {
        return parent != null && parent.hop.kind() == SpanKind.CLIENT && hop.kind() == SpanKind.SERVER;
    }

    @Nullable
    ChainHop up() {
        return parent;
    }

    /** Its place in the order of {@link RequestChain#hops()}. */
    int index() {
        return index;
    }

    /** Whether that is it or one above it. */
    boolean isUnder(ChainHop other) {
        return other.index <= index && index <= other.last;
    }

    void placeUnder(@Nullable ChainHop other, Placement reason) {
        this.parent = other;
        this.placement = reason;
    }

    void correctBy(long nanos) {
        this.clockOffsetNanos = nanos;
    }

    void adopt(ChainHop child) {
        children.add(child);
    }

    void sortChildren() {
        if (children.size() > 1) {
            children.sort(BY_START);
        }
    }

    void numbered(int number) {
        this.index = number;
        this.last = number;
        this.depth = parent == null ? 0 : parent.depth + 1;
    }

    void reachesTo(int number) {
        this.last = number;
    }

    int last() {
        return last;
    }

    /** Service, operation and duration, safe to print. */
    @Override
    public String toString() {
        return Printable.escape(hop.service() + " " + hop.operation()) + " " + Texts.duration(durationNanos());
    }
}
