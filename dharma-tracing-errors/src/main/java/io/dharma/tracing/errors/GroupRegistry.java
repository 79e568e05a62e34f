package io.dharma.tracing.errors;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All groups that this process knows, with what it keeps of their events, and the counts that nobody was told of yet.
 *
 * <p>Of too many groups those are forgotten that were not seen for longest; of too many events the oldest ones of the groups
 * that have more than one. Counts that are not delivered yet are never forgotten.
 *
 * <p>Any thread. One lock, under which nothing waits and no code of others is called.
 */
final class GroupRegistry {

    /** How many groups are known at once. */
    static final int MAX_GROUPS = 2_000;

    private static final long MAX_EVENT_BYTES = 8L << 20;

    /** How long a new group, or one that came back, stays so. */
    private static final Duration NOVELTY = Duration.ofHours(24);

    /** How long a group escalates after the last alert said so. */
    private static final Duration ESCALATION = Duration.ofHours(1);

    private final ErrorPolicy policy;
    private final ServiceIdentity service;
    private final CountLedger ledger;
    private final RecentMinutes recent = new RecentMinutes();
    private final Map<String, KnownGroup> groups = new LinkedHashMap<>(64, 0.75f, true);
    private final Map<String, Unsettled> unsettled = new HashMap<>();
    private long eventBytes;

    GroupRegistry(ServiceIdentity service, ErrorPolicy policy) {
        this.service = service;
        this.policy = policy;
        this.ledger = new CountLedger(service);
    }

    /** A group that was met for the first time, while others are asked whether they know it. */
    private static final class Unsettled {

        private final Instant since;
        private final List<ErrorGroup> relatives = new ArrayList<>();
        private int asked;

        Unsettled(Instant since, int asked) {
            this.since = since;
            this.asked = asked;
        }

        boolean isDue(Instant givingUp) {
            return asked <= 0 || !since.isAfter(givingUp);
        }
    }

    /**
     * What became of an event.
     *
     * @param kept whether it is to be kept as an event, and not only counted
     * @param first whether its group was met for the first time
     * @param regressed whether its group had been over
     */
    record Recorded(ErrorGroup group, boolean kept, boolean first, boolean regressed) {}

    /**
     * Counts an event, and keeps it unless there were enough of its group in this minute.
     *
     * @param asked how many others will be asked about a group that was met for the first time
     */
    synchronized Recorded record(ErrorEvent event, Instant now, int asked) {
        KnownGroup group = groups.get(event.group());
        boolean first = group == null;
        if (group == null) {
            group = new KnownGroup(event);
            add(event.group(), group);
            unsettled.put(event.group(), new Unsettled(now, asked));
        }
        boolean regressed = regress(group, event.time());
        group.add(event);
        long minute = minuteOf(event.time());
        count(group.facts(), event.operation().orElse(null), minute, minuteOf(now), 1);
        boolean kept = group.takeQuota(minute, policy.eventsPerMinute());
        if (kept) {
            eventBytes += group.keep(event);
            makeRoom();
        }
        return new Recorded(group.facts(), kept, first, regressed);
    }

    private static boolean regress(KnownGroup group, Instant at) {
        ErrorGroup facts = group.facts();
        boolean regresses = facts.state() == GroupState.RESOLVED && at.isAfter(facts.stateSince());
        if (regresses) {
            group.enter(GroupState.REGRESSED, at);
        }
        return regresses;
    }

    /** Counts errors that were not looked at one by one. Empty if the group is not known any more. */
    synchronized Optional<ErrorGroup> count(
            String id, @Nullable String operation, Instant at, Instant now, long occurrences) {
        KnownGroup group = groups.get(id);
        if (group == null) {
            return Optional.empty();
        }
        group.add(occurrences, at);
        count(group.facts(), operation, minuteOf(at), minuteOf(now), occurrences);
        return Optional.of(group.facts());
    }

    private void count(ErrorGroup group, @Nullable String operation, long minute, long now, long occurrences) {
        ledger.add(group.id(), group.family(), operation, minute, now, occurrences);
        recent.add(group.id(), operation, minute, occurrences);
    }

    /**
     * A group as an earlier process left it. What this one has met meanwhile is more.
     *
     * @return whether it was over, and has come back
     */
    synchronized boolean remember(ErrorGroup known) {
        KnownGroup group = groups.get(known.id());
        if (group == null) {
            add(known.id(), new KnownGroup(known));
            return false;
        }
        group.goOnFrom(known);
        unsettled.remove(known.id());
        return group.facts().state() == GroupState.REGRESSED && known.state() == GroupState.RESOLVED;
    }

    /** An event that an earlier process kept. */
    synchronized void remember(ErrorEvent event) {
        KnownGroup group = groups.get(event.group());
        if (group == null) {
            group = new KnownGroup(event);
            add(event.group(), group);
        }
        eventBytes += group.keep(event);
        makeRoom();
    }

    /** What an earlier process counted. */
    synchronized void remember(ErrorCount count) {
        recent.add(count.group(), count.operation(), count.epochMinute(), count.count());
    }

    private void add(String id, KnownGroup group) {
        groups.put(id, group);
        if (groups.size() > MAX_GROUPS) {
            Map.Entry<String, KnownGroup> eldest = groups.entrySet().iterator().next();
            groups.remove(eldest.getKey());
            unsettled.remove(eldest.getKey());
            eldest.getValue().events().forEach(event -> eventBytes -= ErrorRecordSize.of(event));
        }
    }

    private void makeRoom() {
        while (eventBytes > MAX_EVENT_BYTES) {
            Optional<KnownGroup> most = groups.values().stream()
                    .filter(group -> group.events().size() > 1)
                    .max(Comparator.comparingInt(group -> group.events().size()));
            if (most.isEmpty()) {
                return;
            }
            eventBytes -= most.get().forgetOldest();
        }
    }

    // What others know

    /** One of those who were asked about a group that is not settled yet has answered. */
    synchronized void learn(String id, List<ErrorGroup> relatives) {
        Unsettled waiting = unsettled.get(id);
        if (waiting != null) {
            waiting.relatives.addAll(relatives);
            waiting.asked--;
        }
    }

    /**
     * Decides about groups that were met for the first time: known to others after all, the successor of another, or new.
     *
     * @param givingUp those that wait for answers since this time or longer get no more; all that have all answers are
     *     decided about anyway
     * @param isNew told of those that are, without the lock
     * @param regressed told of those that were over, without the lock
     */
    void settle(Instant givingUp, Consumer<ErrorGroup> isNew, Consumer<ErrorGroup> regressed) {
        List<ErrorGroup> news = new ArrayList<>();
        List<ErrorGroup> returns = new ArrayList<>();
        synchronized (this) {
            List<String> due = unsettled.entrySet().stream()
                    .filter(entry -> entry.getValue().isDue(givingUp))
                    .map(Map.Entry::getKey)
                    .toList();
            for (String id : due) {
                settle(id, unsettled.remove(id), news, returns);
            }
        }
        news.forEach(isNew);
        returns.forEach(regressed);
    }

    private void settle(String id, @Nullable Unsettled waited, List<ErrorGroup> news, List<ErrorGroup> returns) {
        KnownGroup group = groups.get(id);
        if (group == null || waited == null) {
            return;
        }
        Optional<ErrorGroup> known = waited.relatives.stream()
                .filter(relative -> relative.id().equals(id))
                .reduce(ErrorGroup::and);
        Optional<ErrorGroup> before = known.isPresent() ? Optional.empty() : predecessor(group.facts(), waited);
        known.ifPresent(others -> returnInState(group, others));
        before.ifPresent(group::follow);
        if (known.isEmpty() && before.isEmpty()) {
            news.add(group.facts());
        } else if (group.facts().state() == GroupState.REGRESSED) {
            returns.add(group.facts());
        }
    }

    /** Others know it, but not that it has just been seen here. */
    private static void returnInState(KnownGroup group, ErrorGroup others) {
        Instant seenHere = group.facts().lastSeen();
        group.enter(others.state(), others.stateSince());
        group.learn(others);
        regress(group, seenHere);
    }

    /** The only group that the family had in the release before, unless this release has it as well. */
    private Optional<ErrorGroup> predecessor(ErrorGroup group, Unsettled waited) {
        List<String> releases = group.releases();
        if (releases.isEmpty()) {
            return Optional.empty();
        }
        String release = releases.get(releases.size() - 1);
        List<ErrorGroup> family = familyOf(group, waited);
        Optional<String> releaseBefore = family.stream()
                .filter(other -> other.releases().stream().anyMatch(name -> !name.equals(release)))
                .max(Comparator.comparing(ErrorGroup::lastSeen))
                .map(latest -> lastOther(latest.releases(), release));
        List<ErrorGroup> candidates = family.stream()
                .filter(other ->
                        releaseBefore.filter(other.releases()::contains).isPresent())
                .toList();
        return candidates.size() == 1 && !candidates.get(0).releases().contains(release)
                ? Optional.of(candidates.get(0))
                : Optional.empty();
    }

    /** Those that were met before. */
    private List<ErrorGroup> familyOf(ErrorGroup group, Unsettled waited) {
        Map<String, ErrorGroup> family = new HashMap<>();
        waited.relatives.forEach(relative -> family.merge(relative.id(), relative, ErrorGroup::and));
        groups.values().stream()
                .map(KnownGroup::facts)
                .filter(other -> other.family().equals(group.family()))
                .forEach(other -> family.merge(other.id(), other, ErrorGroup::and));
        family.remove(group.id());
        return family.values().stream()
                .filter(other -> other.firstSeen().isBefore(group.firstSeen()))
                .toList();
    }

    private static String lastOther(List<String> releases, String release) {
        List<String> others =
                releases.stream().filter(name -> !name.equals(release)).toList();
        return others.get(others.size() - 1);
    }

    // States

    /** Somebody says that it is over. False if it is not known. */
    synchronized boolean resolve(String id, Instant now) {
        KnownGroup group = groups.get(id);
        if (group != null) {
            group.enter(GroupState.RESOLVED, now);
        }
        return group != null;
    }

    /** It happens far more often than it used to. */
    synchronized void escalate(String id, Instant now) {
        KnownGroup group = groups.get(id);
        if (group != null && group.facts().state() != GroupState.RESOLVED) {
            group.enter(GroupState.ESCALATING, now);
        }
    }

    /** States that time ends. */
    synchronized void age(Instant now) {
        for (KnownGroup group : groups.values()) {
            ErrorGroup facts = group.facts();
            Duration inState = Duration.between(facts.stateSince(), now);
            switch (facts.state()) {
                case NEW, REGRESSED -> enterIf(group, inState.compareTo(NOVELTY) > 0, GroupState.ONGOING, now);
                case ESCALATING -> enterIf(group, inState.compareTo(ESCALATION) > 0, GroupState.ONGOING, now);
                case ONGOING ->
                    enterIf(
                            group,
                            Duration.between(facts.lastSeen(), now).compareTo(policy.resolveAfter()) > 0,
                            GroupState.RESOLVED,
                            now);
                case RESOLVED -> {
                    // It stays so until it comes back.
                }
            }
        }
    }

    private static void enterIf(KnownGroup group, boolean isTime, GroupState state, Instant now) {
        if (isTime) {
            group.enter(state, now);
        }
    }

    // What others have to be told

    /**
     * What others do not know yet.
     *
     * @param counts what was counted since they were last told
     * @param groups those that changed, but for those that are not settled; their counts are in {@code counts}, or were
     */
    record News(List<ErrorCount> counts, List<ErrorGroup> groups) {}

    /** Both at once, so that who adds the counts to a group's knows which are in it already. */
    synchronized News takeNews(Instant now) {
        List<ErrorGroup> changed = new ArrayList<>();
        groups.forEach((id, group) -> {
            if (!unsettled.containsKey(id) && group.takeChanged()) {
                changed.add(group.facts());
            }
        });
        return new News(ledger.takeParts(minuteOf(now)), changed);
    }

    /** This group could not be handed over. */
    synchronized void stillChanged(String id) {
        KnownGroup group = groups.get(id);
        if (group != null) {
            group.stillChanged();
        }
    }

    /** These counts could not be handed over. */
    synchronized void keepCount(ErrorCount part) {
        ledger.keep(part);
    }

    // Questions

    /** One group. Looking is not meeting it. */
    synchronized Optional<ErrorGroup> find(String id) {
        return groups().stream().filter(group -> group.id().equals(id)).findFirst();
    }

    /** All groups, those seen last last. */
    synchronized List<ErrorGroup> groups() {
        return groups.values().stream().map(KnownGroup::facts).toList();
    }

    /** All events that are kept, in no order. */
    synchronized List<ErrorEvent> events() {
        return groups.values().stream()
                .flatMap(group -> group.events().stream())
                .toList();
    }

    /** How often errors happened. */
    synchronized List<MinuteRate> rates(RateQuery query) {
        return isOurs(query.service()) ? recent.rates(query) : List.of();
    }

    /** Whether a question is about this service, or all. */
    boolean isOurs(@Nullable String asked) {
        return asked == null || asked.equals(service.name());
    }

    private static long minuteOf(Instant time) {
        return Math.floorDiv(time.getEpochSecond(), 60L);
    }
}
