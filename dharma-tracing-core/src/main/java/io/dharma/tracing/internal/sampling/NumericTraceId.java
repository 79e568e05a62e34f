package io.dharma.tracing.internal.sampling;

import io.dharma.tracing.internal.text.Hex;
import io.opentelemetry.api.trace.TraceId;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A trace id as two numbers, shared by all spans of the trace in this process, and text once somebody asks for it.
 *
 * <p>The high half of a new id holds the time, and may be made as late as it is needed: nobody ever reads the ids of
 * most traces that are dropped, and reading the clock is a quarter of what an unsampled block costs. Whoever asks first
 * dates the id, and everybody sees the same one from then on.
 *
 * <p>Thread-safe.
 */
public final class NumericTraceId {

    /** Makes the high halves of new trace ids, which are never zero. Any thread may call. */
    @FunctionalInterface
    public interface Dater {
        /** A high half for an id that is dated now. */
        long highHalf();
    }

    private static final VarHandle HIGH;

    static {
        try {
            HIGH = MethodHandles.lookup().findVarHandle(NumericTraceId.class, "high", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private static final long UNDATED = 0;

    /** Null for an id that was complete from the start, whose high half may be zero. */
    private final @Nullable Dater dater;

    private final long low;

    /**
     * Written before a span with this id is handed out, or else by compare-and-set. It is not volatile because spans
     * reach it through a final field: what was written before is seen by whoever sees the span.
     */
    private long high;

    // Filled by whoever asks first. Two threads may both do it: String is safe to publish by a data race.
    private @Nullable String text;

    private NumericTraceId(long high, long low, @Nullable String text, @Nullable Dater dater) {
        this.high = high;
        this.low = low;
        this.text = text;
        this.dater = dater;
    }

    /** A new id that gets its high half when somebody needs it. */
    public static NumericTraceId undated(long low, Dater dater) {
        return new NumericTraceId(UNDATED, low, null, dater);
    }

    /** A complete id. */
    public static NumericTraceId of(long high, long low) {
        return new NumericTraceId(high, low, null, null);
    }

    /** The id that a text says; one that is invalid counts as zero. */
    public static NumericTraceId of(String text) {
        if (!TraceId.isValid(text)) {
            return new NumericTraceId(0, 0, TraceId.getInvalid(), null);
        }
        return new NumericTraceId(
                Long.parseUnsignedLong(text, 0, 16, 16), Long.parseUnsignedLong(text, 16, 32, 16), text, null);
    }

    /** Whether the high half is still to be made. */
    public boolean isUndated() {
        return high == UNDATED && dater != null;
    }

    /** Dates an id that is undated, for the thread that has just made it, knows the time and has not shared it yet. */
    public void date(long highHalf) {
        high = highHalf;
    }

    /** The last 16 hex digits. */
    public long low() {
        return low;
    }

    /** The first 16 hex digits. */
    public long high() {
        long known = high;
        return known != UNDATED || dater == null ? known : dateShared(dater);
    }

    private long dateShared(Dater by) {
        long fresh = by.highHalf();
        long before = (long) HIGH.compareAndExchange(this, UNDATED, fresh);
        return before == UNDATED ? fresh : before;
    }

    /** 32 lower-case hex digits; always the same String once it has been made. */
    public String text() {
        String made = text;
        if (made == null) {
            made = Hex.of(high(), low);
            text = made;
        }
        return made;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other == this || (other instanceof NumericTraceId that && low == that.low && high() == that.high());
    }

    @Override
    public int hashCode() {
        return Long.hashCode(low);
    }

    @Override
    public String toString() {
        return text();
    }
}
