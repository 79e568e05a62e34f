package io.dharma.tracing.errors;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How often errors happened, by group, operation and minute, of the last 24 hours; of less, if that is too much to remember.
 *
 * <p>At most 50,000 different ones, some 5 MB. For one thread at a time; the {@link GroupRegistry} sees to that.
 */
final class RecentMinutes {

    private static final int MAX_MINUTES = 24 * 60;
    private static final int MAX_ENTRIES = 50_000;

    private final NavigableMap<Long, Map<Key, Long>> minutes = new TreeMap<>();
    private int entries;

    private record Key(String group, @Nullable String operation) {

        /** By hand: what the JDK makes for records keeps the class loader from being collected on 17 (JDK-8078641). */
        @Override
        public boolean equals(@Nullable Object object) {
            return object instanceof Key other
                    && Objects.equals(group, other.group)
                    && Objects.equals(operation, other.operation);
        }

        @Override
        public int hashCode() {
            return Objects.hash(group, operation);
        }

        boolean matches(RateQuery query) {
            return (query.group() == null || query.group().equals(group))
                    && (query.operation() == null || query.operation().equals(operation));
        }
    }

    void add(String group, @Nullable String operation, long minute, long occurrences) {
        Map<Key, Long> counts = minutes.computeIfAbsent(minute, unused -> new HashMap<>());
        if (counts.merge(new Key(group, operation), occurrences, Long::sum) == occurrences) {
            entries++;
        }
        while (entries > MAX_ENTRIES || minutes.size() > MAX_MINUTES) {
            entries -= minutes.pollFirstEntry().getValue().size();
        }
    }

    List<MinuteRate> rates(RateQuery query) {
        List<MinuteRate> rates = new ArrayList<>();
        long first = Math.floorDiv(query.from().getEpochSecond(), 60L);
        minutes.tailMap(first, true).forEach((minute, counts) -> {
            Instant begin = Instant.ofEpochSecond(minute * 60);
            long count = counts.entrySet().stream()
                    .filter(entry -> entry.getKey().matches(query))
                    .mapToLong(Map.Entry::getValue)
                    .sum();
            if (count > 0 && begin.isBefore(query.to())) {
                rates.add(new MinuteRate(begin, count));
            }
        });
        return rates;
    }
}
