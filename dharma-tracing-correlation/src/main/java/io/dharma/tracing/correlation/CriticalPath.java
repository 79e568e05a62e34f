package io.dharma.tracing.correlation;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What a hop spent its time on: the sequence of stretches, each in one hop, that would have had to be shorter for the
 * whole to be. Immutable; any thread.
 *
 * <p>Found backwards from the end: a hop ended when its own work had, and that went on when the last child to finish
 * before had finished; so the path enters that child at its end, leaves it at its beginning, and looks in the parent for
 * what finished last before that. This is the rule of the last finishing child of Zhang et al., "CRISP: Critical Path
 * Analysis of Large-Scale Microservice Architectures" (USENIX ATC 2022), which Jaeger has as well. Here it does not
 * recurse. What ends in the very nanosecond in which the next begins counts as before it, and so does what overlaps it by
 * no more than 0.1 ms and a tenth of its own time. A child that outlives its parent was not waited for, unless it is the
 * server side of its parent's call: that one the parent waited for until it ended itself.
 *
 * <p>The times alone do not say that anybody waited: a child that ended in time may have been a job in the background, and
 * of several at once the last to finish need not be the one that was waited for (<a
 * href="https://github.com/jaegertracing/jaeger-ui/issues/2371">a case where it was not</a>). The path is {@link
 * Certainty#EXACT} where it leads only through hops that are known to have held up what called them: by being {@link
 * Hop#nested} in it, or as the server side of its call. For all others a {@link WaitEdge} replaces the guess.
 *
 * <p>Slack is the total float of the critical path method (Kelley and Walker, 1959).
 */
public final class CriticalPath {

    private final ChainHop root;
    private final List<Segment> segments;
    private final Certainty certainty;
    private final Set<ChainHop> hops;
    private final long[] slack;

    CriticalPath(ChainHop root, List<Segment> segments, Certainty certainty, Set<ChainHop> hops, long[] slack) {
        this.root = root;
        this.segments = List.copyOf(segments);
        this.certainty = certainty;
        this.hops = Collections.unmodifiableSet(new LinkedHashSet<>(hops));
        this.slack = slack;
    }

    /**
     * A stretch of time in which one hop, and none that it waited for, was what took time.
     *
     * @param hop which
     * @param startEpochNanos from when, by the clock of the chain's root
     * @param endEpochNanos until when, later than {@code startEpochNanos}
     */
    public record Segment(ChainHop hop, long startEpochNanos, long endEpochNanos) {

        /** How long it is; always positive. */
        public long durationNanos() {
            return endEpochNanos - startEpochNanos;
        }
    }

    /**
     * What this hop spent its time on. Takes time in proportion to the number of hops under it, and those are sorted once;
     * no stack. What is missing elsewhere in the chain does not matter.
     *
     * @param chain whose hop it is, and who knows who waited for whom
     * @param root any hop of it
     * @throws IllegalArgumentException if the hop is not one of this chain's
     */
    public static CriticalPath of(RequestChain chain, ChainHop root) {
        Objects.requireNonNull(root, "root");
        List<ChainHop> hops = chain.hops();
        if (root.index() >= hops.size() || hops.get(root.index()) != root) {
            throw new IllegalArgumentException("root must be a hop of this chain, but is one of another: " + root);
        }
        return new CriticalWalk(chain, root).path();
    }

    /** The hop whose time it accounts for. */
    public ChainHop root() {
        return root;
    }

    /** The stretches, the first one first. They do not overlap, and lie within the root. */
    public List<Segment> segments() {
        return segments;
    }

    /** How much of it is known. */
    public Certainty certainty() {
        return certainty;
    }

    /** The hops that it leads through, the last one first, those that took no time among them. */
    public Set<ChainHop> hops() {
        return hops;
    }

    /** Whether it leads through that hop. */
    public boolean contains(ChainHop hop) {
        return hops.contains(hop);
    }

    /** The sum of its stretches: how long the root took. */
    public long durationNanos() {
        return segments.stream().mapToLong(Segment::durationNanos).sum();
    }

    /**
     * How much longer a hop could have taken without its making the root's end later: nothing for those on the path.
     * Empty for what the root did not wait for, which could have taken any time.
     */
    public Optional<Duration> slack(ChainHop hop) {
        int place = hop.index() - root.index();
        return place < 0 || place >= slack.length || !hop.isUnder(root) || slack[place] < 0
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(slack[place]));
    }

    /** One line for each stretch. */
    @Override
    public String toString() {
        StringBuilder text =
                new StringBuilder("critical path, ").append(certainty).append(":\n");
        for (Segment segment : segments) {
            text.append("  +")
                    .append(Texts.duration(segment.startEpochNanos() - root.startEpochNanos()))
                    .append("  ")
                    .append(Texts.duration(segment.durationNanos()))
                    .append("  ")
                    .append(segment.hop())
                    .append('\n');
        }
        return text.toString();
    }
}
