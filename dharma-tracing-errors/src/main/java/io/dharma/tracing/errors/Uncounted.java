package io.dharma.tracing.errors;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Errors for which there was no room, so that they are counted though nobody could look at them: by where they were
 * captured, and the minute.
 *
 * <p>Any thread, without waiting. At most 4,096 sites and minutes; what is beyond is only known as a number.
 */
final class Uncounted {

    private static final int MAX_ENTRIES = 4_096;

    private final Map<Key, LongAdder> entries = new ConcurrentHashMap<>();
    private final LongAdder beyond = new LongAdder();

    record Key(CaptureSite site, long minute) {

        /** By hand: what the JDK makes for records keeps the class loader from being collected on 17 (JDK-8078641). */
        @Override
        public boolean equals(@Nullable Object object) {
            return object instanceof Key other && Objects.equals(site, other.site) && minute == other.minute;
        }

        @Override
        public int hashCode() {
            return Objects.hash(site, minute);
        }
    }

    void add(CaptureSite site, long minute) {
        add(new Key(site, minute), 1);
    }

    private void add(Key key, long occurrences) {
        LongAdder entry = entries.get(key);
        if (entry == null && entries.size() >= MAX_ENTRIES) {
            beyond.add(occurrences);
            return;
        }
        (entry == null ? entries.computeIfAbsent(key, unused -> new LongAdder()) : entry).add(occurrences);
    }

    /** What came together since this was asked last. One thread at a time. */
    Map<Key, Long> take() {
        Map<Key, Long> taken = new HashMap<>();
        entries.forEach((key, count) -> {
            long occurrences = count.sumThenReset();
            if (occurrences > 0) {
                taken.put(key, occurrences);
            }
        });
        return taken;
    }

    /** They could not be told to any group yet. */
    void putBack(Key key, long occurrences) {
        add(key, occurrences);
    }

    /** Forgets minutes that nothing is counted for any more. */
    void forgetBefore(long minute) {
        entries.forEach((key, count) -> {
            if (key.minute() < minute && count.sum() == 0) {
                entries.remove(key);
            }
        });
    }

    /** How many could not even be told to a site. */
    long beyond() {
        return beyond.sum();
    }
}
