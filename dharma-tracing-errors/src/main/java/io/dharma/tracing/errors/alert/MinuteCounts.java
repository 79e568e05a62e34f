package io.dharma.tracing.errors.alert;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Exact counts by key and minute: how often each error group occurred, say, or how many errors each operation had. One of
 * these for each kind of key, so that its totals are those of all errors.
 *
 * <p>The last {@value CountTimeline#MINUTES} minutes are kept one by one, what is older by the hour (UTC), the last
 * {@value CountTimeline#HOURS} of them. Totals have all there ever were. No count is lost before its hour is forgotten, and
 * none counts twice, whatever clocks do:
 *
 * <ul>
 *   <li>A late count goes to its minute while that is kept, else to its hour, else to the oldest hour.
 *   <li>Time is moved on by counts and by {@link #advanceTo}. When the clock is set back by less than an hour, counts go to
 *       minutes that are there. When it is set back further, as after it was wrong by years, time begins anew at that minute,
 *       and what was counted later than that goes to the last hour before.
 *   <li>Keys beyond the maximum count as {@value #OTHER}. A key for which nothing is kept any more makes room for a new one,
 *       at most once in an hour; its total becomes that of {@value #OTHER}.
 * </ul>
 *
 * <p>Minutes are those since the epoch. For any thread; a lock is held for as long as adding or reading takes, a few hundred
 * nanoseconds, with {@link #counts} and when room is made a few for each key. A key takes 1 KB and its own characters, which
 * are the caller's to bound. Overflow of a long is not looked for.
 */
public final class MinuteCounts {

    /** The key that stands for all those for which there was no room. */
    public static final String OTHER = "__other__";

    private static final int SWEEP_MINUTES = 60;

    private final Map<String, CountTimeline> timelines = new HashMap<>();
    private final CountTimeline other;
    private final int maximumKeys;
    private long newest;
    private long nextSweep;

    /**
     * @param maximumKeys how many keys there may be beside {@value #OTHER}
     * @param now the minute it is
     * @throws IllegalArgumentException if there may be no keys
     */
    public MinuteCounts(int maximumKeys, long now) {
        if (maximumKeys < 1) {
            throw new IllegalArgumentException("maximumKeys is " + maximumKeys + ", must be at least 1");
        }
        this.maximumKeys = maximumKeys;
        this.newest = now;
        this.nextSweep = now;
        this.other = new CountTimeline(now);
        timelines.put(OTHER, other);
    }

    /**
     * Counts.
     *
     * @param minute when they happened; later than all before moves time on
     * @param count how many; 0 and less are nothing
     */
    public synchronized void add(String key, long minute, long count) {
        if (count <= 0) {
            return;
        }
        newest = Math.max(newest, minute);
        upToDate(timeline(key)).add(minute, count);
    }

    private CountTimeline timeline(String key) {
        CountTimeline known = timelines.get(key);
        if (known != null) {
            return known;
        }
        if (isFull()) {
            makeRoom();
        }
        if (isFull()) {
            return other;
        }
        CountTimeline added = new CountTimeline(newest);
        timelines.put(key, added);
        return added;
    }

    private boolean isFull() {
        return timelines.size() > maximumKeys;
    }

    private void makeRoom() {
        if (newest < nextSweep) {
            return;
        }
        nextSweep = newest + SWEEP_MINUTES;
        Iterator<CountTimeline> all = timelines.values().iterator();
        while (all.hasNext()) {
            CountTimeline timeline = upToDate(all.next());
            if (timeline != other && timeline.isIdle()) {
                other.addToTotal(timeline.total());
                all.remove();
            }
        }
    }

    /** Timelines move when somebody wants something of them, not all of them every minute. */
    private CountTimeline upToDate(CountTimeline timeline) {
        timeline.moveTo(newest);
        return timeline;
    }

    /** Says which minute it is, by the same clock as the counts' minutes. Once a minute is enough. */
    public synchronized void advanceTo(long now) {
        if (now > newest) {
            newest = now;
        } else if (now <= newest - CountTimeline.MINUTES) {
            setBack(now);
        }
    }

    /** All timelines at once and from the same minute, so that what is kept does not depend on who asked for which before. */
    private void setBack(long now) {
        timelines.values().forEach(this::upToDate);
        newest = now;
        nextSweep = Math.min(nextSweep, now);
        timelines.values().forEach(this::upToDate);
    }

    /**
     * How many there were from a minute (inclusive) to another (exclusive). Exact within the last hour; before that whole
     * hours are counted: from the beginning of the first one to the end of the last one.
     *
     * @return 0 for an unknown key, and if from is not before to
     */
    public synchronized long count(String key, long from, long to) {
        CountTimeline timeline = timelines.get(key);
        return timeline == null || from >= to ? 0 : upToDate(timeline).count(begin(from), end(to));
    }

    /**
     * As {@link #count}, for every key that has any; in the order of their names.
     *
     * @return the caller's own
     */
    public synchronized Map<String, Long> counts(long from, long to) {
        Map<String, Long> counts = new TreeMap<>();
        timelines.keySet().forEach(key -> {
            long count = count(key, from, to);
            if (count > 0) {
                counts.put(key, count);
            }
        });
        return counts;
    }

    /** Of every key, those without included; only what is kept by the minute. */
    synchronized Map<String, Long> stepCounts(long from, long to) {
        Map<String, Long> counts = new HashMap<>();
        long begin = Math.max(from, oldestMinute());
        timelines.forEach((key, timeline) -> counts.put(key, upToDate(timeline).count(begin, to)));
        return counts;
    }

    /**
     * How many a minute there were on average from a minute (inclusive) to another (exclusive), rounded to whole hours as
     * {@link #count} is; of time that is not over or not kept any more, nothing is counted in.
     *
     * @return 0 for an unknown key, and where no time is left
     */
    public synchronized double rate(String key, long from, long to) {
        long minutes = end(to) - begin(from);
        return from >= to || minutes <= 0 ? 0 : count(key, from, to) / (double) minutes;
    }

    private long begin(long from) {
        long oldestHour = CountTimeline.hour(newest) - CountTimeline.HOURS + 1;
        return from >= oldestMinute()
                ? from
                : CountTimeline.firstMinute(Math.max(oldestHour, CountTimeline.hour(from)));
    }

    private long end(long to) {
        return to > oldestMinute()
                ? Math.min(to, newest + 1)
                : Math.min(oldestMinute(), CountTimeline.firstMinute(CountTimeline.hour(to - 1) + 1));
    }

    private long oldestMinute() {
        return newest - CountTimeline.MINUTES + 1;
    }

    /**
     * The {@value CountTimeline#MINUTES} minutes before a minute, one by one, the oldest first. 0 for those that are not kept
     * singly any more, and for an unknown key.
     */
    public synchronized long[] perMinute(String key, long to) {
        long[] counts = new long[CountTimeline.MINUTES];
        CountTimeline timeline = timelines.get(key);
        if (timeline != null) {
            upToDate(timeline);
            for (int i = 0; i < counts.length; i++) {
                counts[i] = timeline.ofMinute(to - counts.length + i);
            }
        }
        return counts;
    }

    /** All there ever were of a key; 0 for an unknown one. */
    public synchronized long total(String key) {
        CountTimeline timeline = timelines.get(key);
        return timeline == null ? 0 : timeline.total();
    }

    /** All there ever were. */
    public synchronized long total() {
        return timelines.values().stream().mapToLong(CountTimeline::total).sum();
    }

    /** The keys known now, {@value #OTHER} included; a copy. */
    public synchronized Set<String> keys() {
        return Set.copyOf(timelines.keySet());
    }
}
