package io.dharma.tracing.errors;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What errors of some time have in common. Immutable; any thread.
 *
 * @param together groups that happen in the same minutes, the closest first
 * @param ofReleases groups that began with a release
 * @param ofOneHost groups that hit one host only, of several that had errors
 * @param ofOneLabel groups all of whose events have one value of a label, of several that it has, such as one tenant
 */
public record ErrorPatterns(
        List<Together> together, List<OfRelease> ofReleases, List<OfOne> ofOneHost, List<OfOne> ofOneLabel) {

    private static final int MIN_MINUTES = 3;
    private static final double MIN_SIMILARITY = 0.6;
    private static final int MIN_EVENTS = 3;
    private static final int MAX_GROUPS = 200;

    public ErrorPatterns {
        together = List.copyOf(together);
        ofReleases = List.copyOf(ofReleases);
        ofOneHost = List.copyOf(ofOneHost);
        ofOneLabel = List.copyOf(ofOneLabel);
    }

    /**
     * Two groups that happen in the same minutes.
     *
     * @param minutes in how many both happened, at least 3
     * @param similarity what part that is of the minutes in which at least one did (Jaccard's index), between 0.6 and 1
     */
    public record Together(ErrorGroup one, ErrorGroup other, int minutes, double similarity) {}

    /**
     * A group that began with a release: none before had it, though there were errors.
     *
     * @param release the version of the service
     */
    public record OfRelease(ErrorGroup group, String release) {}

    /**
     * A group all of whose events, at least 3, have something in common that others do not have.
     *
     * @param key what: {@code host.name}, or the label
     * @param value its value
     */
    public record OfOne(ErrorGroup group, String key, String value) {}

    static ErrorPatterns in(
            List<ErrorGroup> groups, List<ErrorEvent> events, Function<String, List<MinuteRate>> rates) {
        return new ErrorPatterns(
                together(groups, rates), ofReleases(groups), ofOneHost(groups, events), ofOneLabel(groups, events));
    }

    private static List<Together> together(List<ErrorGroup> groups, Function<String, List<MinuteRate>> rates) {
        List<ErrorGroup> looked = groups.subList(0, Math.min(groups.size(), MAX_GROUPS));
        Map<String, Set<Instant>> minutes = new HashMap<>();
        looked.forEach(group -> minutes.put(
                group.id(),
                rates.apply(group.id()).stream().map(MinuteRate::minute).collect(Collectors.toSet())));
        List<Together> pairs = new ArrayList<>();
        for (int i = 0; i < looked.size(); i++) {
            for (int j = i + 1; j < looked.size(); j++) {
                pair(looked.get(i), looked.get(j), minutes).ifPresent(pairs::add);
            }
        }
        pairs.sort(Comparator.comparingDouble(Together::similarity)
                .thenComparingInt(Together::minutes)
                .reversed());
        return pairs;
    }

    private static Optional<Together> pair(ErrorGroup one, ErrorGroup other, Map<String, Set<Instant>> minutes) {
        Set<Instant> both = new HashSet<>(minutes.getOrDefault(one.id(), Set.of()));
        Set<Instant> any = new HashSet<>(both);
        any.addAll(minutes.getOrDefault(other.id(), Set.of()));
        both.retainAll(minutes.getOrDefault(other.id(), Set.of()));
        double similarity = any.isEmpty() ? 0 : (double) both.size() / any.size();
        return both.size() >= MIN_MINUTES && similarity >= MIN_SIMILARITY
                ? Optional.of(new Together(one, other, both.size(), similarity))
                : Optional.empty();
    }

    private static List<OfRelease> ofReleases(List<ErrorGroup> groups) {
        Set<String> releases = new HashSet<>();
        groups.forEach(group -> releases.addAll(group.releases()));
        if (releases.size() < 2) {
            return List.of();
        }
        List<OfRelease> found = new ArrayList<>();
        for (ErrorGroup group : groups) {
            if (group.releases().size() == 1 && group.predecessor() == null) {
                String release = group.releases().get(0);
                boolean isLater = groups.stream()
                        .anyMatch(other -> !other.releases().isEmpty()
                                && !other.releases().get(0).equals(release)
                                && other.firstSeen().isBefore(group.firstSeen()));
                if (isLater) {
                    found.add(new OfRelease(group, release));
                }
            }
        }
        return found;
    }

    private static List<OfOne> ofOneHost(List<ErrorGroup> groups, List<ErrorEvent> events) {
        return ofOne(groups, events, "host.name", event -> event.service().hostName());
    }

    private static List<OfOne> ofOneLabel(List<ErrorGroup> groups, List<ErrorEvent> events) {
        Set<String> keys = new HashSet<>();
        events.forEach(event -> keys.addAll(event.labels().keySet()));
        return keys.stream()
                .sorted()
                .flatMap(key ->
                        ofOne(
                                groups,
                                events,
                                key,
                                event -> Optional.ofNullable(event.labels().get(key)))
                                .stream())
                .toList();
    }

    private static List<OfOne> ofOne(
            List<ErrorGroup> groups,
            List<ErrorEvent> events,
            String key,
            Function<ErrorEvent, Optional<String>> value) {
        Set<Optional<String>> all = events.stream().map(value).collect(Collectors.toSet());
        if (all.size() < 2) {
            return List.of();
        }
        Map<String, List<ErrorEvent>> byGroup = events.stream().collect(Collectors.groupingBy(ErrorEvent::group));
        List<OfOne> found = new ArrayList<>();
        for (ErrorGroup group : groups) {
            List<ErrorEvent> own = byGroup.getOrDefault(group.id(), List.of());
            Set<Optional<String>> values = own.stream().map(value).collect(Collectors.toSet());
            if (own.size() >= MIN_EVENTS && values.size() == 1) {
                values.iterator().next().ifPresent(only -> found.add(new OfOne(group, key, only)));
            }
        }
        return found;
    }
}
