package io.dharma.tracing.spool;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which positions a sink is done with: all below one, and some ranges above it, since batches arrive in any order. Any
 * thread; nobody waits for longer than a few instructions take.
 */
final class Settled {

    /** No more are written down: after a crash the rest is delivered once more. */
    private static final int MAX_STORED_RANGES = 4096;

    private long low;

    /** Ends of ranges by their beginnings; none touches another one, or the low mark. */
    private final TreeMap<Long, Long> above = new TreeMap<>();

    private long changes;

    Settled(long low) {
        this.low = low;
    }

    void settle(long position) {
        settle(position, position + 1);
    }

    synchronized void settle(long from, long to) {
        if (to <= low || from >= to) {
            return;
        }
        changes++;
        if (from <= low) {
            low = to;
        } else {
            add(from, to);
        }
        Map.Entry<Long, Long> first = above.firstEntry();
        while (first != null && first.getKey() <= low) {
            low = Math.max(low, first.getValue());
            above.pollFirstEntry();
            first = above.firstEntry();
        }
    }

    private void add(long from, long to) {
        long begin = from;
        long end = to;
        Map.Entry<Long, Long> before = above.floorEntry(from);
        if (before != null && before.getValue() >= from) {
            begin = before.getKey();
            end = Math.max(end, before.getValue());
        }
        Map.Entry<Long, Long> next = above.higherEntry(begin);
        while (next != null && next.getKey() <= end) {
            end = Math.max(end, next.getValue());
            above.remove(next.getKey());
            next = above.higherEntry(begin);
        }
        above.put(begin, end);
    }

    /** The first one from there on that is not settled. */
    synchronized long firstUnsettled(long from) {
        if (from < low) {
            return low;
        }
        Map.Entry<Long, Long> around = above.floorEntry(from);
        return around != null && around.getValue() > from ? around.getValue() : from;
    }

    synchronized boolean covers(long from, long to) {
        return from >= to || firstUnsettled(from) >= to;
    }

    /** How many of them are not settled. */
    synchronized long unsettledIn(long from, long to) {
        long unsettled = 0;
        long at = firstUnsettled(from);
        while (at < to) {
            Long next = above.higherKey(at);
            long end = next == null ? to : Math.min(to, next);
            unsettled += end - at;
            at = firstUnsettled(end);
        }
        return unsettled;
    }

    /** Counts up whenever something was settled. */
    synchronized long changes() {
        return changes;
    }

    /** To be written down; {@link #load} understands it. */
    synchronized byte[] toBytes() {
        int ranges = Math.min(MAX_STORED_RANGES, above.size());
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + Integer.BYTES + ranges * 2 * Long.BYTES);
        bytes.putLong(low).putInt(ranges);
        for (Map.Entry<Long, Long> range : above.entrySet()) {
            if (!bytes.hasRemaining()) {
                break;
            }
            bytes.putLong(range.getKey()).putLong(range.getValue());
        }
        return bytes.array();
    }

    static Settled load(ByteBuffer from) {
        Settled settled = new Settled(from.getLong());
        int ranges = from.getInt();
        for (int i = 0; i < ranges; i++) {
            settled.settle(from.getLong(), from.getLong());
        }
        return settled;
    }
}
