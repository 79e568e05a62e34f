package io.dharma.tracing.pipeline;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A journal whose paper is patient: shows a record to readers once it was flushed, refuses or loses it on demand. */
final class MemoryJournal implements Journal<Item> {

    private final Map<Priority, TreeMap<Long, Item>> written = new EnumMap<>(Priority.class);
    private final Map<Priority, Long> next = new EnumMap<>(Priority.class);
    private final Map<Priority, Long> flushed = new EnumMap<>(Priority.class);
    private final Map<Priority, Queue<Item>> inheritance = new EnumMap<>(Priority.class);
    private final Set<Long> acknowledged = new HashSet<>();
    private Predicate<Item> refuses = item -> false;
    private Predicate<Item> loses = item -> false;
    private Predicate<Item> losesAtTheEnd = item -> false;
    private boolean finished;

    MemoryJournal() {
        for (Priority priority : Priority.values()) {
            written.put(priority, new TreeMap<>());
            next.put(priority, 0L);
            flushed.put(priority, 0L);
            inheritance.put(priority, new ArrayDeque<>());
        }
    }

    MemoryJournal refusing(Predicate<Item> which) {
        refuses = which;
        return this;
    }

    MemoryJournal losing(Predicate<Item> which) {
        loses = which;
        return this;
    }

    /** What has not reached the disk when writing ends. */
    MemoryJournal losingAtTheEnd(Predicate<Item> which) {
        losesAtTheEnd = which;
        return this;
    }

    synchronized MemoryJournal inheriting(Item... items) {
        for (Item item : items) {
            of(inheritance, item.priority()).add(item);
        }
        return this;
    }

    /** The ids that the (only) sink has settled. */
    synchronized Set<Long> acknowledged() {
        return Set.copyOf(acknowledged);
    }

    @Override
    public synchronized long append(Item item, Priority priority) {
        if (finished || refuses.test(item)) {
            return NOT_WRITTEN;
        }
        long position = of(next, priority);
        next.put(priority, position + 1);
        if (!loses.test(item)) {
            of(written, priority).put(position, item);
        }
        return position;
    }

    @Override
    public synchronized void flush() {
        flushed.putAll(next);
    }

    @Override
    public synchronized void finish(Duration deadline) {
        flush();
        finished = true;
        written.values().forEach(items -> items.values().removeIf(losesAtTheEnd));
    }

    @Override
    public Reader<Item> reader(String sink) {
        return new Reader<>() {
            @Override
            public @Nullable Entry<Item> next(Priority priority, long from) {
                return read(priority, from);
            }

            @Override
            public @Nullable Entry<Item> nextInherited(Priority priority) {
                return inherit(priority);
            }

            @Override
            public void acknowledge(Priority priority, long position) {
                settle(priority, position);
            }

            @Override
            public void fallBehind(Priority priority, long position) {}

            @Override
            public void catchUp(Priority priority) {}

            @Override
            public long kept(Priority priority, long from, long to) {
                return unsettled(priority, from, to);
            }
        };
    }

    private synchronized @Nullable Entry<Item> read(Priority priority, long from) {
        Map.Entry<Long, Item> found = of(written, priority).ceilingEntry(from);
        return found == null || found.getKey() >= of(flushed, priority)
                ? null
                : new Entry<>(found.getValue(), found.getValue().size(), found.getKey());
    }

    private synchronized @Nullable Entry<Item> inherit(Priority priority) {
        Item item = of(inheritance, priority).poll();
        return item == null ? null : new Entry<>(item, item.size(), -1000 - item.id());
    }

    private synchronized void settle(Priority priority, long position) {
        if (position <= -1000) {
            acknowledged.add(-1000 - position);
            return;
        }
        Item item = of(written, priority).get(position);
        if (item != null) {
            acknowledged.add(item.id());
        }
    }

    private synchronized long unsettled(Priority priority, long from, long to) {
        if (!finished) {
            throw new IllegalStateException("nobody knows yet");
        }
        return from <= -1000
                ? 1
                : of(written, priority).subMap(from, to).values().stream()
                        .filter(item -> !acknowledged.contains(item.id()))
                        .count();
    }

    private static <V> V of(Map<Priority, V> map, Priority priority) {
        V value = map.get(priority);
        if (value == null) {
            throw new AssertionError("no lane for " + priority);
        }
        return value;
    }
}
