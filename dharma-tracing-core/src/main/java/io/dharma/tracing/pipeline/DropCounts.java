package io.dharma.tracing.pipeline;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** Drops by reason. Any thread. */
final class DropCounts {

    /** Holds every reason from the start and is never changed, so it may be read without a lock. */
    private final Map<DropReason, LongAdder> counts = new EnumMap<>(DropReason.class);

    DropCounts() {
        for (DropReason reason : DropReason.values()) {
            counts.put(reason, new LongAdder());
        }
    }

    void add(DropReason reason, long records) {
        Objects.requireNonNull(counts.get(reason)).add(records);
    }

    long of(DropReason reason) {
        return Objects.requireNonNull(counts.get(reason)).sum();
    }

    /** A new map, with only the reasons that occurred. */
    Map<DropReason, Long> snapshot() {
        Map<DropReason, Long> snapshot = new EnumMap<>(DropReason.class);
        counts.forEach((reason, count) -> {
            long sum = count.sum();
            if (sum != 0) {
                snapshot.put(reason, sum);
            }
        });
        return snapshot;
    }

    long total() {
        return counts.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** Without what was dropped on purpose. */
    long losses() {
        return counts.entrySet().stream()
                .filter(count -> count.getKey().isLoss())
                .mapToLong(count -> count.getValue().sum())
                .sum();
    }
}
