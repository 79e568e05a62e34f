package io.dharma.tracing.testsupport;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.Objects;

/** How much of this JVM's heap is alive. Any thread. */
public final class LiveHeap {

    /** What references and cleaners let go of is gone one collection later. */
    private static final int COLLECTIONS = 4;

    private LiveHeap() {}

    /**
     * Collects and says how many bytes were left. Good also while other threads allocate: it is what the collection
     * left, not what is in use by the time somebody asks.
     */
    public static long bytes() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            least = Math.min(least, leftByCollection());
        }
        return least;
    }

    private static long leftByCollection() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .map(MemoryPoolMXBean::getCollectionUsage)
                .filter(Objects::nonNull)
                .mapToLong(MemoryUsage::getUsed)
                .sum();
    }
}
