package io.dharma.tracing.errors.alert;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What {@link MinuteCounts} should answer, from a list of all that was counted; without a maximum of keys. */
final class MinuteCountsModel {

    private static final int HOUR = 60;

    private record Entry(String key, long place, long count) {}

    private final Map<String, Long> totals = new HashMap<>();
    private List<Entry> entries = new ArrayList<>();
    private long newest;

    MinuteCountsModel(long now) {
        newest = now;
    }

    private static long hourOf(long minute) {
        return Math.floorDiv(minute, (long) HOUR) * HOUR;
    }

    private long oldestMinute() {
        return newest - 59;
    }

    private long oldestHour() {
        return hourOf(newest) - 47 * HOUR;
    }

    void add(String key, long minute, long count) {
        if (count <= 0) {
            return;
        }
        moveOn(minute);
        totals.merge(key, count, Long::sum);
        entries.add(new Entry(key, Math.max(oldestHour(), minute), count));
    }

    void advanceTo(long now) {
        moveOn(now);
        if (now <= newest - 60) {
            entries.replaceAll(entry -> new Entry(entry.key(), Math.min(entry.place(), now - 60), entry.count()));
            newest = now;
        }
    }

    private void moveOn(long minute) {
        newest = Math.max(newest, minute);
        entries.removeIf(entry -> entry.place() < oldestHour());
    }

    long count(String key, long from, long to) {
        return entries.stream()
                .filter(entry -> entry.key().equals(key) && isWithin(entry.place(), from, to))
                .mapToLong(Entry::count)
                .sum();
    }

    /** Older than an hour: whether its hour has a minute of from up to to in it, among those before the last hour. */
    private boolean isWithin(long place, long from, long to) {
        if (place >= oldestMinute()) {
            return place >= from && place < to;
        }
        long hour = hourOf(place);
        long end = Math.min(hour + HOUR, oldestMinute());
        return from < to && from < end && to > hour;
    }

    long total(String key) {
        return totals.getOrDefault(key, 0L);
    }
}
