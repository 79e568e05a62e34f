package io.dharma.tracing.errors.alert;

import io.dharma.tracing.errors.ErrorGroup;
import io.dharma.tracing.spi.RecentlyUsed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How often errors happen, of each group, in each operation and altogether, and what of that is a spike.
 *
 * <p>One trouble shows in all three. It is told of once, where it says most: a group's spike makes up for that of the
 * operation in which it happened last, and either for the service's, if it explains at least half of what is unusual there.
 *
 * <p>Of {@value #MAX_GROUPS} groups and {@value #MAX_OPERATIONS} operations, which takes some 4 MB at most; errors beyond
 * count for the service. Any thread; one lock, held while a minute is closed for about a microsecond for each of them, and
 * 0.3 ms for each that is new.
 */
final class ErrorRates {

    static final int MAX_GROUPS = 1_000;
    static final int MAX_OPERATIONS = 250;

    /** For counts that are on their way when their minute ends. */
    private static final int GRACE_SECONDS = 5;

    private static final int MINUTE = 60;
    private static final String SERVICE = "service";

    private final Watched groups;
    private final Watched operations;
    private final Watched service;
    private final Map<String, Seen> seen = new RecentlyUsed<>(MAX_GROUPS);
    private long lastClosed;
    private long explained;

    ErrorRates(SpikeSettings settings, long epochSecond) {
        long since = Math.floorDiv(epochSecond, MINUTE);
        groups = new Watched(MAX_GROUPS, settings, since);
        operations = new Watched(MAX_OPERATIONS, settings, since);
        service = new Watched(1, settings, since);
        lastClosed = since - 1;
    }

    /** A group as it was when it happened last, and where. */
    private record Seen(ErrorGroup group, @Nullable String operation) {}

    private static final class Watched {

        private final MinuteCounts counts;
        private final SpikeWatch watch;

        Watched(int most, SpikeSettings settings, long since) {
            counts = new MinuteCounts(most, since);
            watch = new SpikeWatch(settings, counts, since);
        }

        /** Of what has a name. */
        List<Spike> close(long now, long over) {
            counts.advanceTo(now);
            return named(watch.close(over));
        }

        /** What is unusual, told of before or not. */
        List<Spike> elevated() {
            return named(watch.elevated());
        }

        private static List<Spike> named(List<Spike> spikes) {
            return spikes.stream()
                    .filter(spike -> !spike.key().equals(MinuteCounts.OTHER))
                    .toList();
        }
    }

    synchronized void counted(ErrorGroup group, @Nullable String operation, long epochMinute, long occurrences) {
        seen.put(group.id(), new Seen(group, operation));
        groups.counts.add(group.id(), epochMinute, occurrences);
        if (operation != null) {
            operations.counts.add(operation, epochMinute, occurrences);
        }
        service.counts.add(SERVICE, epochMinute, occurrences);
    }

    /** In which operation a group happened last. */
    synchronized @Nullable String operationOf(String group) {
        Seen last = seen.get(group);
        return last == null ? null : last.operation();
    }

    /** How many spikes were not told of since another one is. */
    synchronized long explained() {
        return explained;
    }

    /** What is to be told of the minutes that are over by now; groups first, then operations, then the service. */
    synchronized List<RateSpike> close(long epochSecond) {
        long over = Math.floorDiv(epochSecond - GRACE_SECONDS, MINUTE) - 1;
        boolean isSetBack = over <= lastClosed - CountTimeline.MINUTES;
        if (over <= lastClosed && !isSetBack) {
            return List.of();
        }
        lastClosed = over;
        long now = Math.floorDiv(epochSecond, MINUTE);
        List<Spike> ofGroups = groups.close(now, over);
        List<Spike> ofOperations = operations.close(now, over);
        List<Spike> ofService = service.close(now, over);
        List<RateSpike> told = new ArrayList<>();
        ofGroups.forEach(spike -> addGroup(spike, told));
        if (!ofOperations.isEmpty() || !ofService.isEmpty()) {
            addUnexplained(ofOperations, ofService, told);
        }
        return told;
    }

    private void addGroup(Spike spike, List<RateSpike> told) {
        Seen last = seen.get(spike.key());
        if (last != null) {
            told.add(new RateSpike(spike.reading(), last.group(), last.operation()));
        }
    }

    private void addUnexplained(List<Spike> ofOperations, List<Spike> ofService, List<RateSpike> told) {
        List<Spike> elevatedGroups = groups.elevated();
        for (Spike spike : ofOperations) {
            List<Spike> within = elevatedGroups.stream()
                    .filter(group -> spike.key().equals(operationOf(group.key())))
                    .toList();
            addUnless(explains(within, spike), new RateSpike(spike.reading(), null, spike.key()), told);
        }
        List<Spike> elevatedOperations = operations.elevated();
        for (Spike spike : ofService) {
            boolean isExplained = explains(elevatedGroups, spike) || explains(elevatedOperations, spike);
            addUnless(isExplained, new RateSpike(spike.reading(), null, null), told);
        }
    }

    private void addUnless(boolean isExplained, RateSpike spike, List<RateSpike> told) {
        if (isExplained) {
            explained++;
        } else {
            told.add(spike);
        }
    }

    /** Those of at least its level. */
    private static boolean explains(List<Spike> parts, Spike whole) {
        double part = parts.stream()
                .map(Spike::reading)
                .filter(reading -> reading.level().isAtLeast(whole.reading().alarm()))
                .mapToDouble(ErrorRates::excess)
                .sum();
        return part >= excess(whole.reading()) / 2;
    }

    private static double excess(SpikeReading reading) {
        return Math.max(0, reading.count() - reading.expected());
    }
}
