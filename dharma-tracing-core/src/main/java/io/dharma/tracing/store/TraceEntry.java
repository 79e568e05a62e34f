package io.dharma.tracing.store;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one trace, and where its spans are: in memory, in blocks on disk, or in both. Immutable, so that a
 * query reads it without a lock; the index replaces it when something changes.
 */
final class TraceEntry implements Comparable<TraceEntry> {

    static final long[] NO_BLOCKS = {};

    /** This with its key, its facts, its place in the index and the array of blocks; by counting fields, rounded up. */
    private static final int OWN_BYTES = 240;

    private final TraceKey key;
    private final long sequence;
    private final TraceFacts facts;
    private final HeldSpans held;
    private final long[] blocks;
    private final long diskBytes;
    private final boolean pinned;

    private TraceEntry(
            TraceKey key,
            long sequence,
            TraceFacts facts,
            HeldSpans held,
            long[] blocks,
            long diskBytes,
            boolean pinned) {
        this.key = key;
        this.sequence = sequence;
        this.facts = facts;
        this.held = held;
        this.blocks = blocks;
        this.diskBytes = diskBytes;
        this.pinned = pinned;
    }

    /** One that is nowhere yet. */
    static TraceEntry of(TraceKey key, long sequence, TraceFacts facts) {
        return new TraceEntry(key, sequence, facts, HeldSpans.NONE, NO_BLOCKS, 0, false);
    }

    TraceKey key() {
        return key;
    }

    /** Orders traces by when this process first heard of them; each has its own, and keeps it. */
    long sequence() {
        return sequence;
    }

    TraceFacts facts() {
        return facts;
    }

    HeldSpans held() {
        return held;
    }

    /** Where on disk its spans are, in the order in which they were written. Not to be changed. */
    long[] blocks() {
        return blocks;
    }

    /** Its share of these blocks. */
    long diskBytes() {
        return diskBytes;
    }

    boolean pinned() {
        return pinned;
    }

    boolean isOnDisk() {
        return blocks.length > 0;
    }

    /** How many of its blocks have such numbers. */
    int blocksIn(long first, long end) {
        int count = 0;
        for (long block : blocks) {
            count += block >= first && block < end ? 1 : 0;
        }
        return count;
    }

    void addBlocksIn(long first, long end, Collection<Long> numbers) {
        for (long block : blocks) {
            if (block >= first && block < end) {
                numbers.add(block);
            }
        }
    }

    /** Without those blocks, and its share of them by their number. */
    TraceEntry withoutBlocksIn(long first, long end) {
        long[] left = Arrays.stream(blocks)
                .filter(block -> block < first || block >= end)
                .toArray();
        return withBlocks(left, blocks.length == 0 ? 0 : diskBytes * left.length / blocks.length);
    }

    boolean isNowhere() {
        return held.isEmpty() && !isOnDisk();
    }

    TraceEntry withFacts(TraceFacts newFacts) {
        return new TraceEntry(key, sequence, newFacts, held, blocks, diskBytes, pinned);
    }

    TraceEntry withHeld(HeldSpans newHeld) {
        return new TraceEntry(key, sequence, facts, newHeld, blocks, diskBytes, pinned);
    }

    TraceEntry withPinned(boolean newPinned) {
        return new TraceEntry(key, sequence, facts, held, blocks, diskBytes, newPinned);
    }

    TraceEntry withBlocks(long[] newBlocks, long newDiskBytes) {
        return new TraceEntry(key, sequence, facts, held, newBlocks, newDiskBytes, pinned);
    }

    /** Parts of one trace may lie in the same block: it is named once. */
    TraceEntry withBlock(long block, long bytes) {
        if (blocks.length > 0 && blocks[blocks.length - 1] == block) {
            return withBlocks(blocks, diskBytes + bytes);
        }
        long[] more = Arrays.copyOf(blocks, blocks.length + 1);
        more[blocks.length] = block;
        return withBlocks(more, diskBytes + bytes);
    }

    /** What this takes of the heap, without its words and spans. */
    long indexBytes() {
        return OWN_BYTES + 8L * blocks.length;
    }

    TraceSummary summary() {
        return summary(facts);
    }

    /** With facts from closer by than the index. */
    TraceSummary summary(TraceFacts facts) {
        TraceWords words = facts.words();
        String service = words.rootService();
        return new TraceSummary(
                key.toString(),
                words.rootName(),
                service != null || words.services().isEmpty()
                        ? service
                        : words.services().get(0),
                Instant.ofEpochSecond(0, facts.startNanos()),
                Duration.ofNanos(facts.durationNanos()),
                facts.spans(),
                facts.failed(),
                Set.copyOf(words.kept()),
                pinned);
    }

    /** The newest first. */
    @Override
    public int compareTo(TraceEntry other) {
        return Long.compare(other.sequence, sequence);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return key.hashCode();
    }
}
