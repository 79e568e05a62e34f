package io.dharma.tracing.correlation;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What became of one hop from one chain to a later one. Immutable. */
public final class HopChange {

    private final Kind kind;
    private final @Nullable ChainHop before;
    private final @Nullable ChainHop after;

    HopChange(Kind kind, @Nullable ChainHop before, @Nullable ChainHop after) {
        this.kind = kind;
        this.before = before;
        this.after = after;
    }

    /** Of what sort a change is, in the order in which they matter. */
    public enum Kind {
        /** It failed in the later chain only. */
        FAILED,
        /** It failed in the earlier chain only. */
        RECOVERED,
        /** It took longer. */
        SLOWER,
        /** It took less long. */
        FASTER,
        /** It is in the later chain only. */
        NEW,
        /** It is in the earlier chain only. */
        GONE
    }

    /** What happened. */
    public Kind kind() {
        return kind;
    }

    /** The hop of the earlier chain; empty for a new one. */
    public Optional<ChainHop> before() {
        return Optional.ofNullable(before);
    }

    /** The hop of the later chain; empty for one that is gone. */
    public Optional<ChainHop> after() {
        return Optional.ofNullable(after);
    }

    /** How much longer it took: negative if less long, all of its duration if it is new, minus that if it is gone. */
    public long deltaNanos() {
        return (after == null ? 0 : after.durationNanos()) - (before == null ? 0 : before.durationNanos());
    }

    /** The part of {@link #deltaNanos} that is its own and not that of hops under it. */
    public long ownDeltaNanos() {
        return (after == null ? 0 : after.ownNanos()) - (before == null ? 0 : before.ownNanos());
    }

    /** The hop of the later chain, or of the earlier one if it is gone. */
    ChainHop either() {
        return after != null ? after : Objects.requireNonNull(before);
    }

    /** One line, safe to print. */
    @Override
    public String toString() {
        return kind + " " + either();
    }
}
