package io.dharma.tracing.trace;

import io.dharma.tracing.sampling.KeepPolicy;
import io.dharma.tracing.sampling.KeepReason;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The room in which the ended spans of unsampled traces wait for those that have not ended.
 *
 * <p>The room is bounded in bytes. When it is full the oldest waiting trace gives up what it holds: most likely it
 * has a span that will never end. Whatever of it fails later can still be exported.
 *
 * <p>Lock order: a trace's own lock may be held while the byte count changes, never while the list of traces does.
 */
final class KeepBuffer {

    private final KeepPolicy policy;
    private final AtomicLong heldBytes = new AtomicLong();
    private final Set<LocalTrace> waiting = new LinkedHashSet<>();
    private final LongAdder keptForError = new LongAdder();
    private final LongAdder keptForSlowness = new LongAdder();
    private final LongAdder evictedSpans = new LongAdder();
    private final LongAdder undecidedSpans = new LongAdder();
    private volatile boolean closed;

    KeepBuffer(KeepPolicy policy) {
        this.policy = policy;
    }

    /** Any span can keep its trace by failing, only the local root by being slow. */
    @Nullable
    KeepReason reasonToKeep(RecordedSpan ended, boolean isRoot) {
        return policy.reasonFor(ended.hasFailed(), isRoot ? ended.getLatencyNanos() : 0);
    }

    /** Whether there is room for this many bytes; if so they are taken. */
    boolean reserve(long bytes) {
        if (closed && bytes > 0) {
            undecidedSpans.increment();
            return false;
        }
        if (bytes > policy.maxBytes()) {
            evictedSpans.increment();
            return false;
        }
        while (!take(bytes)) {
            LocalTrace oldest = pollOldest();
            if (oldest == null) {
                evictedSpans.increment();
                return false;
            }
            evictedSpans.add(oldest.evict(this));
        }
        return true;
    }

    /** Never more than there is, not even for a moment: who looks on, or asks for less, must not find it taken. */
    private boolean take(long bytes) {
        while (true) {
            long held = heldBytes.get();
            if (held + bytes > policy.maxBytes()) {
                return false;
            }
            if (heldBytes.compareAndSet(held, held + bytes)) {
                return true;
            }
        }
    }

    void release(long bytes) {
        heldBytes.addAndGet(-bytes);
    }

    void remember(LocalTrace trace) {
        LocalTrace oneTooMany;
        synchronized (waiting) {
            waiting.add(trace);
            oneTooMany = waiting.size() > policy.maxTraces() ? pollOldest() : null;
        }
        if (oneTooMany != null) {
            evictedSpans.add(oneTooMany.evict(this));
        }
        if (closed) {
            // Closed since its first span was let in; whoever closed it may have looked already.
            close();
        }
    }

    /** Gives up what still waits, since nobody will deliver it any more; what ends from now on does not wait. */
    void close() {
        closed = true;
        LocalTrace waited = pollOldest();
        while (waited != null) {
            undecidedSpans.add(waited.evict(this));
            waited = pollOldest();
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

    void countKept(KeepReason reason) {
        switch (reason) {
            case ERROR -> keptForError.increment();
            case SLOW -> keptForSlowness.increment();
        }
    }

    KeptCounts counts() {
        return new KeptCounts(
                keptForError.sum(), keptForSlowness.sum(), evictedSpans.sum(), undecidedSpans.sum(), heldBytes.get());
    }
}
