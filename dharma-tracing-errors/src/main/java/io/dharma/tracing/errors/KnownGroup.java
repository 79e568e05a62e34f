package io.dharma.tracing.errors;

import io.dharma.tracing.errors.fingerprint.Explanation;
import io.dharma.tracing.errors.fingerprint.TraceFrame;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What this process knows of one group, as it grows: counts, users, releases, samples, state, and the last events. For one
 * thread at a time; the {@link GroupRegistry} sees to that.
 */
final class KnownGroup {

    private static final int MAX_EVENTS = 50;
    private static final int MAX_TITLE = 300;

    private ErrorGroup facts;
    private final DistinctUsers users = new DistinctUsers();
    private final Deque<ErrorEvent> events = new ArrayDeque<>();
    private long quotaMinute = Long.MIN_VALUE;
    private int keptInMinute;

    /** Counts that another process, or this one before it was restarted, found. */
    private long usersBefore;

    private boolean changed = true;

    KnownGroup(ErrorEvent first) {
        this.facts = factsOf(first);
    }

    /** Of what was kept before. */
    KnownGroup(ErrorGroup known) {
        this.facts = known;
        this.usersBefore = known.affectedUsers();
        this.changed = false;
    }

    private static ErrorGroup factsOf(ErrorEvent event) {
        Explanation why = event.fingerprint().explanation();
        TraceFrame frame = why.frame();
        return new ErrorGroup(
                event.group(),
                event.fingerprint().family(),
                null,
                event.type(),
                frame == null ? null : frame.toString(),
                title(event),
                event.severity(),
                event.category(),
                GroupState.NEW,
                event.time(),
                event.time(),
                event.time(),
                0,
                0,
                List.of(),
                List.of());
    }

    private static String title(ErrorEvent event) {
        Explanation why = event.fingerprint().explanation();
        String message = why.message().isEmpty() ? event.message().orElse("") : why.message();
        String title = message.isEmpty() ? event.type() : event.type() + ": " + message;
        String line = title.lines().findFirst().orElse(title);
        return line.length() <= MAX_TITLE ? line : line.substring(0, MAX_TITLE);
    }

    /** Counts one more. */
    void add(ErrorEvent event) {
        event.userKey().ifPresent(users::add);
        facts = new ErrorGroup(
                facts.id(),
                facts.family(),
                facts.predecessor(),
                facts.type(),
                facts.culprit(),
                facts.title(),
                facts.severity().compareTo(event.severity()) < 0 ? event.severity() : facts.severity(),
                facts.category(),
                facts.state(),
                facts.stateSince(),
                earlier(facts.firstSeen(), event.time()),
                later(facts.lastSeen(), event.time()),
                facts.count() + 1,
                users.estimate() + usersBefore,
                releases(event.service().version()),
                samples(event));
    }

    private List<String> releases(@Nullable String release) {
        if (release == null || facts.releases().contains(release)) {
            return facts.releases();
        }
        changed = true;
        List<String> more = new ArrayList<>(facts.releases());
        more.add(release);
        return more;
    }

    /** The first ones, then one a minute: they are for looking at, and each changes the group. */
    private List<SampleTrace> samples(ErrorEvent event) {
        List<SampleTrace> samples = facts.samples();
        boolean isFound = event.traceId().isPresent() || event.correlationId().isPresent();
        boolean isDue = samples.size() < ErrorGroup.MAX_SAMPLES
                || samples.get(samples.size() - 1)
                        .time()
                        .plus(Duration.ofMinutes(1))
                        .isBefore(event.time());
        if (!isFound || !isDue) {
            return samples;
        }
        changed = true;
        List<SampleTrace> more = new ArrayList<>(samples);
        more.add(new SampleTrace(
                event.time(),
                event.traceId().orElse(null),
                event.correlationId().orElse(null)));
        return more;
    }

    /** Counts some that are known by nothing else. */
    void add(long occurrences, Instant at) {
        facts = facts.counted(facts.count() + occurrences, facts.affectedUsers())
                .seen(at);
    }

    /** Whether one more event of this minute may be kept. */
    boolean takeQuota(long minute, int perMinute) {
        if (minute != quotaMinute) {
            quotaMinute = minute;
            keptInMinute = 0;
        }
        return keptInMinute++ < perMinute;
    }

    /** Keeps an event, and returns by how many bytes what is kept has grown. */
    long keep(ErrorEvent event) {
        events.addLast(event);
        long grown = ErrorRecordSize.of(event);
        return events.size() > MAX_EVENTS ? grown - forgetOldest() : grown;
    }

    /** Forgets the oldest event, and returns how many bytes it took. */
    long forgetOldest() {
        return ErrorRecordSize.of(events.removeFirst());
    }

    /** The events that are kept, the oldest first. */
    Deque<ErrorEvent> events() {
        return events;
    }

    /** Puts it into another state. */
    void enter(GroupState state, Instant since) {
        facts = facts.in(state, since);
        changed = true;
    }

    /** Adds what others know of the same group. What they counted they counted elsewhere. */
    void learn(ErrorGroup others) {
        long own = facts.count();
        long ownUsers = facts.affectedUsers();
        facts = facts.and(others).counted(own, ownUsers);
    }

    /**
     * Adds what an earlier process knew, and counted, of a group that this one has met again before it could read that. The
     * state is the earlier one's, unless that says that it is over.
     */
    void goOnFrom(ErrorGroup before) {
        long count = facts.count() + before.count();
        usersBefore = before.affectedUsers();
        facts = facts.and(before).counted(count, users.estimate() + usersBefore);
        boolean cameBack =
                before.state() == GroupState.RESOLVED && facts.lastSeen().isAfter(before.stateSince());
        facts = cameBack
                ? facts.in(GroupState.REGRESSED, facts.lastSeen())
                : facts.in(before.state(), before.stateSince());
        changed = true;
    }

    /** It is the group that this one was in another release, and goes on in its state. */
    void follow(ErrorGroup predecessor) {
        facts = facts.after(predecessor);
        changed = true;
    }

    ErrorGroup facts() {
        return facts;
    }

    /** Whether others have to be told; from then on they have been. */
    boolean takeChanged() {
        boolean was = changed;
        changed = false;
        return was;
    }

    /** They could not be told after all. */
    void stillChanged() {
        changed = true;
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isBefore(other) ? other : one;
    }
}
