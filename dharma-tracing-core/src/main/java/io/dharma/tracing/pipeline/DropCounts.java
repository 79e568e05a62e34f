package io.dharma.tracing.pipeline;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Drops by reason. Any thread. */
final class DropCounts {

    private final LongAdder[] counts = new LongAdder[DropReason.values().length];

    DropCounts() {
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    void add(DropReason reason, long records) {
        counts[reason.ordinal()].add(records);
    }

    /** Only the reasons that occurred. */
    Map<DropReason, Long> snapshot() {
        Map<DropReason, Long> snapshot = new EnumMap<>(DropReason.class);
        for (DropReason reason : DropReason.values()) {
            long count = counts[reason.ordinal()].sum();
            if (count != 0) {
                snapshot.put(reason, count);
            }
        }
        return snapshot;
    }

    long total() {
        long total = 0;
        for (LongAdder count : counts) {
            total += count.sum();
        }
        return total;
    }

    long losses() {
        return total() - counts[DropReason.FILTERED.ordinal()].sum();
    }
}
