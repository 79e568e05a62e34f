package io.dharma.tracing.errors;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One error, as a developer would say: all failures of the same fingerprint. Immutable; any thread.
 *
 * @param id the group of its {@link io.dharma.tracing.errors.fingerprint.Fingerprint}
 * @param family the fingerprint's family
 * @param predecessor the group that this one was in the release before, by another line of the same method; null if there is
 *     none
 * @param type the class of what was thrown
 * @param culprit where, as in a stack trace; null where the trace does not say
 * @param title type and message for a person, without what varies and without secrets
 * @param severity the worst seen
 * @param category what kind of trouble
 * @param state where it stands
 * @param stateSince since when
 * @param firstSeen the first occurrence
 * @param lastSeen the latest one
 * @param count how often it happened
 * @param affectedUsers how many users it happened to; exact up to 256, then within some percent
 * @param releases in which versions of the service it happened, in the order of the first occurrence; at most
 *     {@value #MAX_RELEASES}, of which the first and the latest are kept
 * @param samples some of its requests, the newest last; at most {@value #MAX_SAMPLES}
 */
public record ErrorGroup(
        String id,
        String family,
        @Nullable String predecessor,
        String type,
        @Nullable String culprit,
        String title,
        Severity severity,
        Category category,
        GroupState state,
        Instant stateSince,
        Instant firstSeen,
        Instant lastSeen,
        long count,
        long affectedUsers,
        List<String> releases,
        List<SampleTrace> samples) {

    /** How many releases are kept. */
    public static final int MAX_RELEASES = 20;

    /** How many requests are kept. */
    public static final int MAX_SAMPLES = 5;

    public ErrorGroup {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(family, "family");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(title, "title");
        Objects.requireNonNull(severity, "severity");
        Objects.requireNonNull(category, "category");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(stateSince, "stateSince");
        Objects.requireNonNull(firstSeen, "firstSeen");
        Objects.requireNonNull(lastSeen, "lastSeen");
        releases = firstAndLatest(releases);
        samples = List.copyOf(samples.subList(Math.max(0, samples.size() - MAX_SAMPLES), samples.size()));
    }

    /** In which release it was introduced is the most telling one of all. */
    private static List<String> firstAndLatest(List<String> releases) {
        if (releases.size() <= MAX_RELEASES) {
            return List.copyOf(releases);
        }
        List<String> kept = new ArrayList<>(MAX_RELEASES);
        kept.add(releases.get(0));
        kept.addAll(releases.subList(releases.size() - MAX_RELEASES + 1, releases.size()));
        return List.copyOf(kept);
    }

    /**
     * The same group as two processes, or one at two times, know it: seen from the first to the last occurrence, by the
     * state that is newer, with the worse severity and the releases and samples of both. Counts and users are the larger
     * ones, since the two may have counted the same occurrences; who knows better replaces them: {@link #counted}. Whatever
     * the order, and however often the same is added, the result is the same, except for which samples and releases are
     * kept of too many.
     *
     * @throws IllegalArgumentException if it is another group
     */
    public ErrorGroup and(ErrorGroup other) {
        if (!id.equals(other.id)) {
            throw new IllegalArgumentException("are not the same group: " + id + " and " + other.id);
        }
        boolean isLater = firstSeen.isAfter(other.firstSeen);
        ErrorGroup earlier = isLater ? other : this;
        ErrorGroup later = isLater ? this : other;
        ErrorGroup stated = stateSince.isBefore(other.stateSince) ? other : this;
        return new ErrorGroup(
                id,
                family,
                earlier.predecessor == null ? later.predecessor : earlier.predecessor,
                type,
                earlier.culprit,
                earlier.title,
                severity.compareTo(other.severity) < 0 ? other.severity : severity,
                earlier.category,
                stated.state,
                stated.stateSince,
                earlier.firstSeen,
                lastSeen.isBefore(other.lastSeen) ? other.lastSeen : lastSeen,
                Math.max(count, other.count),
                Math.max(affectedUsers, other.affectedUsers),
                joined(earlier.releases, later.releases),
                joinedSamples(other));
    }

    private static List<String> joined(List<String> first, List<String> second) {
        Set<String> all = new LinkedHashSet<>(first);
        all.addAll(second);
        return List.copyOf(all);
    }

    private List<SampleTrace> joinedSamples(ErrorGroup other) {
        Set<SampleTrace> all = new LinkedHashSet<>(samples);
        all.addAll(other.samples);
        return all.stream().sorted(Comparator.comparing(SampleTrace::time)).toList();
    }

    /** The same with counts from somebody who knows better. */
    public ErrorGroup counted(long occurrences, long users) {
        return changed(predecessor, state, stateSince, firstSeen, lastSeen, occurrences, users);
    }

    /** The same in another state. */
    public ErrorGroup in(GroupState newState, Instant since) {
        return changed(predecessor, newState, since, firstSeen, lastSeen, count, affectedUsers);
    }

    /** The same, having been seen at this time as well. */
    ErrorGroup seen(Instant at) {
        Instant first = at.isBefore(firstSeen) ? at : firstSeen;
        Instant last = at.isAfter(lastSeen) ? at : lastSeen;
        return changed(predecessor, state, stateSince, first, last, count, affectedUsers);
    }

    /** The same as the successor of another group, in whose state it goes on: it is not new, but has come back if that was over. */
    ErrorGroup after(ErrorGroup before) {
        boolean cameBack = before.state == GroupState.RESOLVED;
        return changed(
                before.id,
                cameBack ? GroupState.REGRESSED : before.state,
                cameBack ? firstSeen : before.stateSince,
                firstSeen,
                lastSeen,
                count,
                affectedUsers);
    }

    private ErrorGroup changed(
            @Nullable String newPredecessor,
            GroupState newState,
            Instant since,
            Instant first,
            Instant last,
            long occurrences,
            long users) {
        return new ErrorGroup(
                id,
                family,
                newPredecessor,
                type,
                culprit,
                title,
                severity,
                category,
                newState,
                since,
                first,
                last,
                occurrences,
                users,
                releases,
                samples);
    }
}
