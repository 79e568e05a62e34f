package io.dharma.tracing.store;

import io.dharma.tracing.internal.trace.SpanSize;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * All traces that can be found, and the spans that are in memory.
 *
 * <p>Entries are immutable and replaced whole, so queries read them without a lock. Whatever changes the index holds
 * its lock, for as long as one batch takes and never while a file is touched.
 *
 * <p>Room is made by whole traces. In memory the trace goes whose last span came longest ago: a trace that is complete
 * gets no more spans, so one that is not goes after it. What is on disk as well is only let go of in memory.
 */
final class TraceIndex {

    /**
     * How much may be kept.
     *
     * @param maxSpans in memory
     * @param maxBytes in memory, of spans
     * @param maxPinned traces
     * @param maxPinnedDiskBytes what pinned traces may take of the disk; of memory they take a quarter at most
     */
    record Bounds(int maxSpans, long maxBytes, int maxPinned, long maxPinnedDiskBytes) {

        long maxPinnedHeldBytes() {
            return maxBytes / 4;
        }

        int maxPinnedHeldSpans() {
            return maxSpans / 4;
        }
    }

    private final Bounds bounds;
    private final LongSupplier epochMicros;
    private final ConcurrentMap<TraceKey, TraceEntry> entries = new ConcurrentHashMap<>();

    /** Those with spans in memory; the one whose last span came longest ago is first. */
    private final Set<TraceKey> held = new LinkedHashSet<>();

    private final Set<TraceKey> pinned = new LinkedHashSet<>();
    private final WordPool words = new WordPool();
    private long lastSequence;
    private long lastNumber;
    private long spans;
    private long heldSpans;
    private long heldBytes;
    private long entryBytes;
    private long evictedTraces;
    private long evictedSpans;
    private long droppedSpans;

    /** @param epochMicros the time; only a hint, so it may jump */
    TraceIndex(Bounds bounds, LongSupplier epochMicros) {
        this.bounds = bounds;
        this.epochMicros = epochMicros;
    }

    // Reading, without the lock

    @Nullable
    TraceEntry get(TraceKey key) {
        return entries.get(key);
    }

    /** All of them, each once, in no order. */
    Collection<TraceEntry> all() {
        return entries.values();
    }

    // Arriving

    /**
     * Takes spans into memory, for the time being beyond its bounds.
     *
     * @param toDisk whether they are about to be written
     * @return those that were taken: a pinned trace may be as large as it can be
     */
    synchronized List<TracePart> hold(List<TracePart> parts, boolean toDisk) {
        List<TracePart> taken = new ArrayList<>(parts.size());
        for (TracePart part : parts) {
            if (hold(part, toDisk)) {
                taken.add(part);
            }
        }
        return taken;
    }

    private boolean hold(TracePart part, boolean toDisk) {
        TraceEntry old = entries.get(part.key());
        HeldSpans together = old == null ? HeldSpans.NONE : old.held();
        long before = together.bytes();
        for (SpanData span : part.spans()) {
            together = together.plus(new HeldSpans.Held(span, ++lastNumber, SpanSize.of(span)));
        }
        long bytes = together.bytes() - before;
        if (old != null
                && old.pinned()
                && !(toDisk ? pinnedFit(0, 0, bytes) : pinnedFit(part.spans().size(), bytes, 0))) {
            droppedSpans += part.spans().size();
            return false;
        }
        TraceEntry entry = old == null
                ? TraceEntry.of(part.key(), nextSequence(), part.facts())
                : old.withFacts(old.facts().plus(part.facts()));
        put(old, entry.withHeld(together));
        return true;
    }

    /** By the time, so that traces of several processes on the same disk are in order; but it never goes back. */
    private long nextSequence() {
        lastSequence = Math.max(lastSequence + 1, epochMicros.getAsLong());
        return lastSequence;
    }

    /** Spans that {@link #hold} could not take because they are of no trace. */
    synchronized void countDropped(int count) {
        droppedSpans += count;
    }

    /** The oldest spans of a trace that were in memory only are in a block on disk now. */
    synchronized void wrote(TraceBlock.Part part, long block, long bytes) {
        TraceEntry old = entries.get(part.key());
        TraceEntry entry = old == null ? TraceEntry.of(part.key(), part.sequence(), part.facts()) : old;
        put(
                old,
                entry.withBlock(block, bytes)
                        .withHeld(entry.held().written(part.facts().spans())));
    }

    // Making room

    /**
     * Lets go of what is too much in memory.
     *
     * @return the traces that are gone for good although parts of them are on disk
     */
    synchronized List<TraceKey> makeRoom() {
        List<TraceKey> forgotten = new ArrayList<>();
        while (heldSpans > bounds.maxSpans() || heldBytes > bounds.maxBytes()) {
            Iterator<TraceEntry> evictable = held.stream()
                    .map(this::entry)
                    .filter(entry -> !entry.pinned() || entry.held().unwritten() == 0)
                    .iterator();
            if (!evictable.hasNext()) {
                return forgotten;
            }
            TraceEntry oldest = evictable.next();
            if (oldest.held().unwritten() == 0) {
                put(oldest, oldest.withHeld(HeldSpans.NONE));
            } else if (evictable.hasNext()) {
                evict(oldest, forgotten);
            } else {
                cut(oldest);
            }
        }
        return forgotten;
    }

    private void evict(TraceEntry entry, List<TraceKey> forgotten) {
        evictedTraces++;
        evictedSpans += entry.facts().spans();
        remove(entry);
        if (entry.isOnDisk()) {
            forgotten.add(entry.key());
        }
    }

    /** The last one left is too large alone: its newest spans go. */
    private void cut(TraceEntry entry) {
        HeldSpans all = entry.held();
        HeldSpans left = all.cutTo(
                (int) Math.max(0, bounds.maxSpans() - heldSpans + all.count()),
                bounds.maxBytes() - heldBytes + all.bytes());
        droppedSpans += all.count() - left.count();
        TraceEntry smaller = entry.withHeld(left);
        if (smaller.isNowhere()) {
            remove(entry);
        } else {
            put(entry, smaller.isOnDisk() ? smaller : smaller.withFacts(TraceFacts.of(left.spans())));
        }
    }

    // Disk

    /** A trace that an earlier process wrote. */
    synchronized void add(TraceEntry found) {
        lastSequence = Math.max(lastSequence, found.sequence());
        TraceEntry old = entries.get(found.key());
        if (old == null) {
            put(null, found);
            return;
        }
        long[] blocks = Arrays.copyOf(found.blocks(), found.blocks().length + old.blocks().length);
        System.arraycopy(old.blocks(), 0, blocks, found.blocks().length, old.blocks().length);
        put(
                old,
                old.withFacts(old.facts().plus(found.facts())).withBlocks(blocks, old.diskBytes() + found.diskBytes()));
    }

    /** Spans of a trace that are in one block are in another one as well, and the first is about to go. */
    synchronized void moved(TraceKey key, long from, long to, long bytes) {
        TraceEntry old = entries.get(key);
        if (old != null) {
            put(old, old.withoutBlocksIn(from, from + 1).withBlock(to, bytes));
        }
    }

    /** Blocks are gone. A trace that has spans nowhere else is, too. */
    synchronized void lost(long first, long end) {
        for (TraceEntry entry : entries.values()) {
            if (entry.blocksIn(first, end) > 0) {
                TraceEntry left = entry.withoutBlocksIn(first, end);
                if (left.isNowhere()) {
                    forget(entry.key());
                } else {
                    put(entry, left);
                }
            }
        }
    }

    /** The trace is gone from the disk. */
    synchronized void forget(TraceKey key) {
        TraceEntry old = entries.get(key);
        if (old != null) {
            evictedTraces++;
            evictedSpans += old.facts().spans();
            remove(old);
        }
    }

    // Pins

    synchronized boolean pin(TraceKey key) {
        TraceEntry old = entries.get(key);
        if (old == null) {
            return false;
        }
        if (!old.pinned()) {
            HeldSpans unwritten = old.held();
            boolean fits = pinned.size() < bounds.maxPinned()
                    && (unwritten.unwritten() == 0
                            ? pinnedFit(0, 0, old.diskBytes())
                            : pinnedFit(unwritten.count(), unwritten.bytes(), old.diskBytes()));
            if (!fits) {
                return false;
            }
            put(old, old.withPinned(true));
        }
        return true;
    }

    /** An earlier process pinned it. */
    synchronized void foundPinned(TraceKey key) {
        boolean unused = pin(key);
    }

    synchronized boolean unpin(TraceKey key) {
        TraceEntry old = entries.get(key);
        if (old == null || !old.pinned()) {
            return false;
        }
        put(old, old.withPinned(false));
        return true;
    }

    synchronized List<TraceKey> pinned() {
        return List.copyOf(pinned);
    }

    /** Whether pinned traces may take so much more than they do. */
    private boolean pinnedFit(int moreSpans, long moreBytes, long moreDiskBytes) {
        long spansInMemory = moreSpans;
        long bytesInMemory = moreBytes;
        long bytesOnDisk = moreDiskBytes;
        for (TraceKey key : pinned) {
            TraceEntry entry = entry(key);
            bytesOnDisk += entry.diskBytes();
            if (entry.held().unwritten() > 0) {
                spansInMemory += entry.held().count();
                bytesInMemory += entry.held().bytes();
            }
        }
        return spansInMemory <= bounds.maxPinnedHeldSpans()
                && bytesInMemory <= bounds.maxPinnedHeldBytes()
                && bytesOnDisk <= bounds.maxPinnedDiskBytes();
    }

    // Keeping the books

    private TraceEntry entry(TraceKey key) {
        TraceEntry entry = entries.get(key);
        if (entry == null) {
            throw new IllegalStateException("The index has lost a trace");
        }
        return entry;
    }

    private void put(@Nullable TraceEntry old, TraceEntry changed) {
        TraceEntry entry = changed.withFacts(
                changed.facts().withWords(words.use(changed.facts().words())));
        if (old != null) {
            words.release(old.facts().words());
            count(old, -1);
        }
        count(entry, 1);
        order(old, entry);
        if (entry.pinned()) {
            pinned.add(entry.key());
        } else {
            pinned.remove(entry.key());
        }
        entries.put(entry.key(), entry);
    }

    private void order(@Nullable TraceEntry old, TraceEntry entry) {
        if (entry.held().isEmpty()) {
            held.remove(entry.key());
        } else if (old == null || old.held().count() < entry.held().count()) {
            held.remove(entry.key());
            held.add(entry.key());
        }
    }

    private void remove(TraceEntry old) {
        words.release(old.facts().words());
        count(old, -1);
        held.remove(old.key());
        pinned.remove(old.key());
        entries.remove(old.key());
    }

    private void count(TraceEntry entry, int sign) {
        spans += (long) sign * entry.facts().spans();
        heldSpans += (long) sign * entry.held().count();
        heldBytes += sign * entry.held().bytes();
        entryBytes += sign * entry.indexBytes();
    }

    synchronized void clear() {
        new ArrayList<>(entries.values()).forEach(this::remove);
    }

    /** What this takes of the heap, without the spans; roughly. */
    synchronized long bytes() {
        return entryBytes + words.bytes();
    }

    /** All numbers of the same moment. */
    synchronized Counts counts() {
        return new Counts(
                entries.size(),
                spans,
                heldSpans,
                heldBytes,
                pinned.size(),
                evictedTraces,
                evictedSpans,
                droppedSpans,
                entryBytes + words.bytes());
    }

    record Counts(
            long traces,
            long spans,
            long heldSpans,
            long heldBytes,
            int pinned,
            long evictedTraces,
            long evictedSpans,
            long droppedSpans,
            long bytes) {}
}
