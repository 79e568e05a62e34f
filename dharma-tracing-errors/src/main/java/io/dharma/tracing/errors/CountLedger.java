package io.dharma.tracing.errors;

import io.dharma.tracing.spi.TimeOrderedIds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Counts errors by group, operation and minute until they are delivered, and forgets none: what could not be handed over is
 * part of the next {@link ErrorCount}.
 *
 * <p>A minute is kept open for {@value #OPEN_MINUTES} minutes, for those that come late; what is later still counts for
 * the minute in which it comes. Of many operations those that come last are counted together, so that memory is bounded
 * by the number of groups.
 *
 * <p>For one thread at a time; the {@link GroupRegistry} sees to that.
 */
final class CountLedger {

    /** Instead of an operation, when there are too many. */
    static final String OTHER = "__other__";

    static final int OPEN_MINUTES = 15;

    private static final int MAX_ENTRIES = 10_000;

    private final ServiceIdentity service;
    private final Map<Key, Entry> entries = new HashMap<>();

    CountLedger(ServiceIdentity service) {
        this.service = service;
    }

    private record Key(String group, @Nullable String operation, long minute) {

        /** By hand: what the JDK makes for records keeps the class loader from being collected on 17 (JDK-8078641). */
        @Override
        public boolean equals(@Nullable Object object) {
            return object instanceof Key other
                    && Objects.equals(group, other.group)
                    && Objects.equals(operation, other.operation)
                    && minute == other.minute;
        }

        @Override
        public int hashCode() {
            return Objects.hash(group, operation, minute);
        }
    }

    private static final class Entry {
        private final String family;
        private long total;
        private long handedOver;

        Entry(String family) {
            this.family = family;
        }
    }

    /**
     * Counts.
     *
     * @param minute when it happened, in minutes since 1970
     * @param now the minute that it is
     */
    void add(String group, String family, @Nullable String operation, long minute, long now, long occurrences) {
        boolean isOpen = minute > now - OPEN_MINUTES && minute <= now;
        Key key = new Key(group, operation, isOpen ? minute : now);
        Entry entry = entries.get(key);
        if (entry == null && entries.size() >= MAX_ENTRIES) {
            key = new Key(group, OTHER, key.minute());
            entry = entries.get(key);
        }
        if (entry == null) {
            entry = new Entry(family);
            entries.put(key, entry);
        }
        entry.total += occurrences;
    }

    /** What was counted since it was last handed over; to be {@linkplain #keep kept} if it cannot be delivered. */
    List<ErrorCount> takeParts(long now) {
        List<ErrorCount> parts = new ArrayList<>();
        Iterator<Map.Entry<Key, Entry>> all = entries.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<Key, Entry> next = all.next();
            Entry entry = next.getValue();
            if (entry.total > entry.handedOver) {
                parts.add(part(next.getKey(), entry));
                entry.handedOver = entry.total;
            } else if (next.getKey().minute() <= now - OPEN_MINUTES) {
                all.remove();
            }
        }
        return parts;
    }

    private ErrorCount part(Key key, Entry entry) {
        return new ErrorCount(
                TimeOrderedIds.next(),
                key.group(),
                entry.family,
                service,
                key.operation(),
                key.minute(),
                entry.total - entry.handedOver,
                entry.total);
    }

    /** A part that could not be handed over: it will be part of the next. */
    void keep(ErrorCount part) {
        Entry entry = entries.get(new Key(part.group(), part.operation(), part.epochMinute()));
        if (entry != null) {
            entry.handedOver -= part.count();
        }
    }
}
