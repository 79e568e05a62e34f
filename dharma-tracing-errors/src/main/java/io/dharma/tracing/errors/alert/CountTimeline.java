package io.dharma.tracing.errors.alert;

/**
 * The counts of one key: the last hour by the minute, what fell out of that by the hour, and the total. Each count is in one
 * place only, so all of them together are the total, until hours are forgotten; what is there by the hour is always older than
 * the oldest minute. Guarded by {@link MinuteCounts}.
 */
final class CountTimeline {

    static final int MINUTES = 60;
    static final int HOURS = 48;
    private static final int MINUTES_PER_HOUR = 60;

    private final long[] minutes = new long[MINUTES];
    private final long[] hours = new long[HOURS];
    private long newest;
    private long total;

    CountTimeline(long newest) {
        this.newest = newest;
    }

    static long hour(long minute) {
        return Math.floorDiv(minute, (long) MINUTES_PER_HOUR);
    }

    static long firstMinute(long hour) {
        return hour * MINUTES_PER_HOUR;
    }

    private long oldestMinute() {
        return newest - MINUTES + 1;
    }

    private long oldestHour() {
        return hour(newest) - HOURS + 1;
    }

    /** @param minute at most that to which it was moved */
    void add(long minute, long count) {
        total += count;
        if (minute >= oldestMinute()) {
            minutes[minuteSlot(minute)] += count;
        } else {
            hours[hourSlot(Math.max(hour(minute), oldestHour()))] += count;
        }
    }

    /** Counts of which nothing is known but how many. */
    void addToTotal(long count) {
        total += count;
    }

    /** @param minute later, the same, or at least an hour earlier */
    void moveTo(long minute) {
        if (minute > newest) {
            moveForward(minute);
        } else if (minute < newest) {
            moveBack(minute);
        }
    }

    private void moveForward(long next) {
        long hour = hour(next);
        for (long begun = Math.max(hour(newest) + 1, hour - HOURS + 1); begun <= hour; begun++) {
            hours[hourSlot(begun)] = 0;
        }
        long oldest = oldestMinute();
        long last = newest;
        newest = next;
        for (long minute = oldest; minute <= Math.min(last, oldestMinute() - 1); minute++) {
            long count = take(minute);
            if (hour(minute) >= oldestHour()) {
                hours[hourSlot(hour(minute))] += count;
            }
        }
    }

    /** Back by an hour or more: what is later goes to the last hour that is over, not to minutes, where it would be a spike. */
    private void moveBack(long next) {
        long later = 0;
        for (long minute = oldestMinute(); minute <= newest; minute++) {
            later += take(minute);
        }
        long lastHour = hour(next - MINUTES);
        for (long gone = Math.max(lastHour, oldestHour() - 1) + 1; gone <= hour(newest); gone++) {
            later += hours[hourSlot(gone)];
            hours[hourSlot(gone)] = 0;
        }
        newest = next;
        hours[hourSlot(lastHour)] += later;
    }

    private long take(long minute) {
        int slot = minuteSlot(minute);
        long count = minutes[slot];
        minutes[slot] = 0;
        return count;
    }

    /** Of minutes from (inclusive) to (exclusive); of what is there by the hour, hours that begin within. */
    long count(long from, long to) {
        long count = 0;
        for (long minute = Math.max(from, oldestMinute()); minute < Math.min(to, newest + 1); minute++) {
            count += minutes[minuteSlot(minute)];
        }
        for (long hour = oldestHour(); hour <= hour(newest); hour++) {
            count += firstMinute(hour) >= from && firstMinute(hour) < to ? hours[hourSlot(hour)] : 0;
        }
        return count;
    }

    long ofMinute(long minute) {
        return minute < oldestMinute() || minute > newest ? 0 : minutes[minuteSlot(minute)];
    }

    long total() {
        return total;
    }

    boolean isIdle() {
        return count(firstMinute(oldestHour()), newest + 1) == 0;
    }

    private static int minuteSlot(long minute) {
        return (int) Math.floorMod(minute, (long) MINUTES);
    }

    private static int hourSlot(long hour) {
        return (int) Math.floorMod(hour, (long) HOURS);
    }
}
