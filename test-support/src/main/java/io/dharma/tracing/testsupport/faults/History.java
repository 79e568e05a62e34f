package io.dharma.tracing.testsupport.faults;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * What went in and what came out, and whether the one explains the other: the last act of every test with faults.
 *
 * <p>The rules, after those that Jepsen has for queues:
 *
 * <ul>
 *   <li>the books balance: emitted = delivered + spooled + dropped, as the sink has it;
 *   <li>nothing is lost silently: what did not arrive is no more than what was spooled or dropped;
 *   <li>nothing is lost in the books alone: what was dropped did not arrive. A record whose delivery failed may have
 *       arrived all the same, so there may be as many of these as failed deliveries had records;
 *   <li>what the sink believes to have delivered did arrive;
 *   <li>nothing is invented: what arrived was emitted;
 *   <li>nothing comes twice without a reason: duplicates are no more than failed deliveries had records.
 * </ul>
 *
 * <p>Recorded from any thread, checked when all is quiet.
 */
public final class History {

    private static final int OFFENDERS_NAMED = 5;

    private final Set<String> emitted = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> delivered = new ConcurrentHashMap<>();

    /** This went in. Ids are unique. */
    public void emitted(String id) {
        if (!emitted.add(id)) {
            throw new IllegalArgumentException(id + " was emitted before");
        }
    }

    /** This came out, again if it did before. */
    public void delivered(String id) {
        delivered.merge(id, 1, Integer::sum);
    }

    /** These came out, in any order, each as often as it is named. */
    public void deliveredAll(Collection<String> ids) {
        ids.forEach(this::delivered);
    }

    public int emittedCount() {
        return emitted.size();
    }

    /** How many different records came out. */
    public int deliveredCount() {
        return delivered.size();
    }

    /** How often something came out that had come out before. */
    public long duplicates() {
        return delivered.values().stream().mapToLong(times -> times - 1L).sum();
    }

    /** What went in and has not come out, sorted. */
    public List<String> missing() {
        return emitted.stream()
                .filter(id -> !delivered.containsKey(id))
                .sorted()
                .toList();
    }

    /** Fails unless every rule holds, and says which does not, with the first ids that break it. */
    public void check(Account account) {
        List<String> violations = violations(account);
        if (!violations.isEmpty()) {
            throw new AssertionError(String.join("\n", violations) + "\n" + this + ", " + account);
        }
    }

    /** The rules that do not hold, in words; none if all is well. */
    public List<String> violations(Account account) {
        List<String> violations = new ArrayList<>();
        checkBooks(account, violations);
        checkLosses(account, violations);
        checkInventions(violations);
        checkDuplicates(account, violations);
        return violations;
    }

    private void checkBooks(Account account, List<String> violations) {
        long accounted = account.delivered() + account.spooled() + account.droppedTotal();
        if (accounted != emitted.size()) {
            violations.add("the books do not balance: " + emitted.size() + " emitted, " + accounted + " accounted for");
        }
    }

    private void checkLosses(Account account, List<String> violations) {
        List<String> missing = missing();
        long explained = account.spooled() + account.droppedTotal();
        if (missing.size() > explained) {
            violations.add("lost silently: " + missing.size() + " did not arrive and only " + explained
                    + " were spooled or dropped: " + first(missing));
        }
        long arrivedAllTheSame = explained - missing.size();
        if (arrivedAllTheSame > account.unacknowledged()) {
            violations.add("lost in the books alone: " + explained + " were spooled or dropped, but only "
                    + missing.size() + " did not arrive");
        }
        long arrived = (long) emitted.size() - missing.size();
        if (arrived < account.delivered()) {
            violations.add("believed to be delivered: " + account.delivered() + ", but only " + arrived
                    + " arrived; missing are " + first(missing));
        }
    }

    private void checkInventions(List<String> violations) {
        List<String> invented = delivered.keySet().stream()
                .filter(id -> !emitted.contains(id))
                .sorted()
                .toList();
        if (!invented.isEmpty()) {
            violations.add("invented: " + invented.size() + " arrived that nobody emitted: " + first(invented));
        }
    }

    private void checkDuplicates(Account account, List<String> violations) {
        if (duplicates() > account.unacknowledged()) {
            Map<String, Integer> twice = new TreeMap<>(delivered);
            twice.values().removeIf(times -> times == 1);
            violations.add("arrived again without a reason: " + duplicates() + " duplicates, but "
                    + account.failedDeliveries() + " failed deliveries of at most " + account.batchSize()
                    + " explain " + account.unacknowledged() + ": "
                    + first(twice.entrySet().stream()
                            .map(entry -> entry.getKey() + " x" + entry.getValue())
                            .toList()));
        }
    }

    private static String first(List<String> offenders) {
        Stream<String> named = offenders.stream().limit(OFFENDERS_NAMED);
        return named.collect(joining(", ")) + (offenders.size() > OFFENDERS_NAMED ? ", ..." : "");
    }

    @Override
    public String toString() {
        return emittedCount() + " emitted, " + deliveredCount() + " arrived, " + duplicates() + " duplicates";
    }
}
