package io.dharma.tracing.trace;

import io.dharma.tracing.sampling.KeepPolicy;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The room in which the ended spans of unsampled traces wait for their local root.
 *
 * <p>The room is bounded in bytes. When it is full the oldest waiting trace gives up what it holds: most likely its
 * root will never end. Its root, and whatever of it fails later, can still be exported.
 *
 * <p>Lock order: a trace's own lock may be held while the byte count changes, never while the list of traces does.
 */
final class KeepBuffer {

    static final String ERROR = "error";
    static final String SLOW = "slow";

    private final KeepPolicy policy;
    private final long slowNanos;
    private final AtomicLong heldBytes = new AtomicLong();
    private final Set<LocalTrace> waiting = new LinkedHashSet<>();
    private final LongAdder keptForError = new LongAdder();
    private final LongAdder keptForSlowness = new LongAdder();
    private final LongAdder evictedSpans = new LongAdder();

    KeepBuffer(KeepPolicy policy) {
        this.policy = policy;
        Duration slowerThan = policy.slowerThan();
        this.slowNanos = slowerThan == null ? Long.MAX_VALUE : slowerThan.toNanos();
    }

    /** Any span can keep its trace by failing, only the local root by being slow. */
    @Nullable String reasonToKeep(RecordedSpan ended, boolean isRoot) {
        if (policy.errors() && ended.hasFailed()) {
            return ERROR;
        }
        return isRoot && ended.getLatencyNanos() >= slowNanos ? SLOW : null;
    }

    /** Whether there is room for this many bytes; if so they are taken. */
    boolean reserve(long bytes) {
        if (bytes > policy.maxBytes()) {
            evictedSpans.increment();
            return false;
        }
        while (heldBytes.addAndGet(bytes) > policy.maxBytes()) {
            heldBytes.addAndGet(-bytes);
            LocalTrace oldest = pollOldest();
            if (oldest == null) {
                evictedSpans.increment();
                return false;
            }
            evictedSpans.add(oldest.evict(this));
        }
        return true;
    }

    void release(long bytes) {
        heldBytes.addAndGet(-bytes);
    }

    void remember(LocalTrace trace) {
        synchronized (waiting) {
            waiting.add(trace);
        }
    }

    void forget(LocalTrace trace) {
        synchronized (waiting) {
            waiting.remove(trace);
        }
    }

    private @Nullable LocalTrace pollOldest() {
        synchronized (waiting) {
            Iterator<LocalTrace> oldestFirst = waiting.iterator();
            if (!oldestFirst.hasNext()) {
                return null;
            }
            LocalTrace oldest = oldestFirst.next();
            oldestFirst.remove();
            return oldest;
        }
    }

    void countKept(String reason) {
        (reason.equals(ERROR) ? keptForError : keptForSlowness).increment();
    }

    KeptCounts counts() {
        return new KeptCounts(
                keptForError.sum(), keptForSlowness.sum(), evictedSpans.sum(), heldBytes.get());
    }
}
