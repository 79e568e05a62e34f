package io.dharma.tracing.correlation;

import static io.dharma.tracing.correlation.Timeline.NONE;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One walk along the critical path, from the root's end to its begin. It has a place, which is a hop and a moment in it,
 * and goes on in one of three ways: into a hop that was waited for, at its end; or, from the begin of a hop, into the one
 * that it is known to have begun after; or up into its parent. No hop is waited for twice and the moment never gets later,
 * so that it comes to an end with any data.
 */
final class CriticalWalk {

    private final Timeline time;
    private final List<CriticalPath.Segment> backwards = new ArrayList<>();
    private final boolean[] entered;
    /** For each hop, how many of its children by end are done with: what ended too late once, always does. */
    private final int[] passed;

    /** For each hop that was entered: the earliest begin among its first so many children by end. */
    private final long[] @Nullable [] earliest;

    private final Set<ChainHop> path = new LinkedHashSet<>();
    private int at;
    private long moment;
    private boolean guessed;

    CriticalWalk(RequestChain chain, ChainHop root) {
        this.time = new Timeline(chain, root);
        this.entered = new boolean[time.size];
        this.passed = new int[time.size];
        this.earliest = new long[time.size][];
        this.guessed = time.isGuessed();
    }

    CriticalPath path() {
        moment = time.end(0);
        enter(0);
        while (at != NONE) {
            int awaited = lastAwaited();
            if (awaited == NONE) {
                leave();
            } else {
                goBackTo(time.end(awaited));
                enter(awaited);
            }
        }
        Collections.reverse(backwards);
        long[] slack = new SlackWalk(time, entered).slack();
        return new CriticalPath(time.root, backwards, guessed ? Certainty.INFERRED : Certainty.EXACT, path, slack);
    }

    private void enter(int hop) {
        at = hop;
        entered[hop] = true;
        path.add(time.hop(hop));
    }

    /** What lies between is time that the hop took itself. */
    private void goBackTo(long earlier) {
        if (earlier < moment) {
            append(new CriticalPath.Segment(time.hop(at), earlier, moment));
            moment = earlier;
        }
    }

    private void append(CriticalPath.Segment segment) {
        int last = backwards.size() - 1;
        if (last >= 0 && backwards.get(last).hop() == segment.hop()) {
            // A hop that took no time lies between.
            backwards.set(
                    last,
                    new CriticalPath.Segment(
                            segment.hop(),
                            segment.startEpochNanos(),
                            backwards.get(last).endEpochNanos()));
        } else {
            backwards.add(segment);
        }
    }

    private int lastAwaited() {
        int[] joins = time.joins(at);
        return joins == null ? lastFinished() : lastJoined(joins);
    }

    private int lastJoined(int[] joins) {
        // Its end is when it had them all, even if the clocks say that one of them ended later.
        boolean atItsEnd = moment == time.end(at);
        while (passed[at] < joins.length && !wasJoined(joins[passed[at]], atItsEnd)) {
            passed[at]++;
        }
        if (passed[at] == joins.length) {
            return NONE;
        }
        int found = joins[passed[at]];
        guessed |= !time.mayReachTo(found, moment);
        return found;
    }

    private boolean wasJoined(int hop, boolean late) {
        return !entered[hop] && (late ? time.start(hop) <= moment : time.mayReachTo(hop, moment));
    }

    private int lastFinished() {
        int[] children = time.childrenByEnd(at);
        while (passed[at] < children.length && isOutOfQuestion(children[passed[at]])) {
            passed[at]++;
        }
        if (passed[at] == children.length) {
            return NONE;
        }
        int found = children[passed[at]];
        guessed |= !isKnown(children, passed[at]);
        return found;
    }

    private boolean isOutOfQuestion(int child) {
        return entered[child] || !time.mayReachTo(child, moment);
    }

    /** Whether it is known that the one found was waited for. Of a call's server sides at once only one need have been. */
    private boolean isKnown(int[] children, int found) {
        int child = children[found];
        return time.isNested(child) || (time.isServerSide(child) && !isOneOfSeveral(children, found));
    }

    /** Whether a sibling ran between the found one's begin and this moment, so that it might be the one waited for. */
    private boolean isOneOfSeveral(int[] children, int found) {
        boolean endedLater = found > 0 && earliestOfFirst(children, found) < moment;
        boolean endedBefore =
                found + 1 < children.length && time.end(children[found + 1]) > time.start(children[found]);
        return endedLater || endedBefore;
    }

    private long earliestOfFirst(int[] children, int count) {
        long[] known = earliest[at];
        if (known == null) {
            known = new long[children.length];
            long least = Long.MAX_VALUE;
            for (int i = 0; i < children.length; i++) {
                least = Math.min(least, time.start(children[i]));
                known[i] = least;
            }
            earliest[at] = known;
        }
        return known[count - 1];
    }

    private void leave() {
        int left = at;
        goBackTo(time.start(left));
        int above = aboveAtThisMoment(left);
        if (above == NONE) {
            at = NONE;
            return;
        }
        enter(above);
        int predecessor = predecessor(left);
        if (predecessor != NONE) {
            guessed |= !time.mayReachTo(predecessor, moment);
            goBackTo(time.end(predecessor));
            enter(predecessor);
        }
    }

    /** The parent; or, where that did not live to see this hop begin, the first above it that did. */
    private int aboveAtThisMoment(int hop) {
        int above = time.parent(hop);
        while (above > 0 && time.end(above) < moment) {
            above = time.parent(above);
        }
        return above;
    }

    /** Of what it is known to have begun after, the last to end; if that is later than its parent's begin. */
    private int predecessor(int hop) {
        int[] known = time.predecessors(hop);
        if (known == null) {
            return NONE;
        }
        for (int awaited : known) {
            if (!entered[awaited] && time.start(awaited) <= moment && time.end(awaited) >= time.start(at)) {
                return awaited;
            }
        }
        return NONE;
    }
}
