package io.dharma.tracing.trace;

import io.dharma.tracing.sampling.KeepReason;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the spans of one trace in this process have in common: their clock, the exceptions already recorded, and, when
 * the sampler dropped the trace, the ended spans that wait for the others to tell whether the trace is kept.
 *
 * <p>Thread-safe: spans of one trace end on any thread.
 */
final class LocalTrace {

    /** An exception usually crosses a handful of blocks; a few branches may fail at once. */
    private static final int REMEMBERED_EXCEPTIONS = 4;

    private enum State {
        /** The local root, or a span of the trace that began before it was decided, has not ended. */
        OPEN,
        KEPT,
        DROPPED
    }

    private static final VarHandle RUNNING;

    static {
        try {
            RUNNING = MethodHandles.lookup().findVarHandle(LocalTrace.class, "running", int.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final long epochOffset;
    private final @Nullable KeepBuffer keepBuffer;

    /** How many unsampled spans have not ended, if the trace may be kept. */
    @SuppressWarnings("unused") // through RUNNING
    private volatile int running;

    private State state = State.OPEN;
    private @Nullable List<RecordedSpan> held;
    private long heldBytes;
    private @Nullable Throwable @Nullable [] exceptions;
    private int nextException;
    private volatile @Nullable KeepReason keptReason;

    /**
     * @param epochOffset what to add to {@code nanoTime} to get nanoseconds since the epoch
     * @param keepBuffer where unsampled spans may wait; null when this trace was sampled or nothing is to be kept
     */
    LocalTrace(long epochOffset, @Nullable KeepBuffer keepBuffer) {
        this.epochOffset = epochOffset;
        this.keepBuffer = keepBuffer;
    }

    long epochOffset() {
        return epochOffset;
    }

    /** Whether unsampled spans of this trace are to be recorded all the same, since the trace may yet be kept. */
    boolean mayBeKept() {
        return keepBuffer != null;
    }

    /** Why this trace is exported although the sampler dropped it; null when it is not. */
    @Nullable
    KeepReason keptReason() {
        return keptReason;
    }

    /** True the first time that a block of this trace fails with this very throwable. */
    synchronized boolean isFirstSightOf(Throwable throwable) {
        @Nullable Throwable[] seen = exceptions;
        if (seen == null) {
            seen = new Throwable[REMEMBERED_EXCEPTIONS];
            exceptions = seen;
        }
        for (Throwable earlier : seen) {
            if (earlier == throwable) {
                return false;
            }
        }
        seen[nextException] = throwable;
        nextException = (nextException + 1) % REMEMBERED_EXCEPTIONS;
        return true;
    }

    /** An unsampled span of this trace started; it will end with {@link #endedUnsampled}. */
    void startedUnsampled() {
        if (keepBuffer != null) {
            RUNNING.getAndAdd(this, 1);
        }
    }

    /**
     * An unsampled span of this trace ended. With the last that was running the fate of the trace is decided: usually that
     * is the local root, but work may go on after it, and fail.
     *
     * @param isRoot whether it is the local root
     */
    void endedUnsampled(RecordedSpan span, boolean isRoot, SpanExit exit) {
        KeepBuffer buffer = keepBuffer;
        if (buffer == null) {
            return;
        }
        KeepReason reason = buffer.reasonToKeep(span, isRoot);
        if (reason != null) {
            keep(reason, buffer, exit);
        }
        boolean isLast = (int) RUNNING.getAndAdd(this, -1) == 1;
        if (isLast && !isKept()) {
            drop(buffer);
        }
        if (isKept()) {
            exit.accept(span);
        } else if (!isLast) {
            hold(span, buffer, exit);
        }
    }

    /** Once anything failed the whole trace goes out: what waited now, the rest as it ends, even after the root. */
    private void keep(KeepReason reason, KeepBuffer buffer, SpanExit exit) {
        List<RecordedSpan> waited;
        synchronized (this) {
            if (state == State.KEPT) {
                return;
            }
            state = State.KEPT;
            keptReason = reason;
            waited = takeHeld(buffer);
        }
        buffer.forget(this);
        buffer.countKept(reason);
        waited.forEach(exit::accept);
    }

    private void drop(KeepBuffer buffer) {
        synchronized (this) {
            if (state == State.OPEN) {
                state = State.DROPPED;
            }
            takeHeld(buffer);
        }
        buffer.forget(this);
    }

    private boolean isKept() {
        return keptReason != null;
    }

    private void hold(RecordedSpan span, KeepBuffer buffer, SpanExit exit) {
        // Looked at first, so that a span that comes too late takes no room from traces that still wait.
        long bytes = isOpen() ? span.estimatedBytes() : 0;
        if (!buffer.reserve(bytes)) {
            return;
        }
        switch (tryHold(span, bytes)) {
            case FIRST -> register(buffer);
            case TOO_LATE -> decidedMeanwhile(span, bytes, buffer, exit);
            case HELD -> {}
        }
    }

    /** Another thread ended the last span, or failed, since we looked. */
    private void decidedMeanwhile(RecordedSpan span, long bytes, KeepBuffer buffer, SpanExit exit) {
        buffer.release(bytes);
        if (isKept()) {
            exit.accept(span);
        }
    }

    private enum Holding {
        FIRST,
        HELD,
        TOO_LATE
    }

    private synchronized Holding tryHold(RecordedSpan span, long bytes) {
        if (state != State.OPEN) {
            return Holding.TOO_LATE;
        }
        List<RecordedSpan> spans = held;
        Holding holding = spans == null ? Holding.FIRST : Holding.HELD;
        if (spans == null) {
            spans = new ArrayList<>();
            held = spans;
        }
        spans.add(span);
        heldBytes += bytes;
        return holding;
    }

    private void register(KeepBuffer buffer) {
        buffer.remember(this);
        if (!isOpen()) {
            // The last span ended in between and has already looked for us there.
            buffer.forget(this);
        }
    }

    private synchronized boolean isOpen() {
        return state == State.OPEN;
    }

    /** Gives up the spans that wait, since younger traces need the room; returns how many they were. */
    synchronized int evict(KeepBuffer buffer) {
        return takeHeld(buffer).size();
    }

    private List<RecordedSpan> takeHeld(KeepBuffer buffer) {
        List<RecordedSpan> taken = held == null ? List.of() : held;
        buffer.release(heldBytes);
        held = null;
        heldBytes = 0;
        return taken;
    }
}
