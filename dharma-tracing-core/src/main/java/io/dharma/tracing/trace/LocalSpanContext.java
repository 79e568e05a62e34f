package io.dharma.tracing.trace;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import org.jspecify.annotations.Nullable;

/**
 * The identity of a span that was started in this process.
 *
 * <p>OpenTelemetry's own implementation holds both ids as text, 128 bytes that most spans never need on the
 * application's thread: an unsampled span is usually dropped before anyone reads its ids, and a sampled one is
 * encoded on the exporting thread. Here the ids are numbers, and text once somebody asks. Equal by value to any other
 * valid implementation of the interface.
 */
final class LocalSpanContext implements SpanContext {

    private final long traceIdHigh;
    private final long traceIdLow;
    private final long spanIdBits;
    private final TraceState traceState;
    private final byte flags;

    // Filled by whoever asks first. Two threads may both do it: String is safe to publish by a data race.
    private @Nullable String traceId;
    private @Nullable String spanId;

    LocalSpanContext(
            long traceIdHigh,
            long traceIdLow,
            @Nullable String traceId,
            long spanIdBits,
            byte flags,
            TraceState traceState) {
        this.traceIdHigh = traceIdHigh;
        this.traceIdLow = traceIdLow;
        this.traceId = traceId;
        this.spanIdBits = spanIdBits;
        this.flags = flags;
        this.traceState = traceState;
    }

    /** The first half of any valid context's trace id. */
    static long traceIdHigh(SpanContext context) {
        return context instanceof LocalSpanContext local
                ? local.traceIdHigh
                : Long.parseUnsignedLong(context.getTraceId(), 0, 16, 16);
    }

    /** The second half of any valid context's trace id. */
    static long traceIdLow(SpanContext context) {
        return context instanceof LocalSpanContext local
                ? local.traceIdLow
                : Long.parseUnsignedLong(context.getTraceId(), 16, 32, 16);
    }

    /** The text of any valid context's trace id if it has been made already, so that a child need not make it again. */
    static @Nullable String knownTraceId(SpanContext context) {
        return context instanceof LocalSpanContext local ? local.traceId : context.getTraceId();
    }

    @Override
    public String getTraceId() {
        String text = traceId;
        if (text == null) {
            text = Hex.of(traceIdHigh, traceIdLow);
            traceId = text;
        }
        return text;
    }

    @Override
    public String getSpanId() {
        String text = spanId;
        if (text == null) {
            text = Hex.of(spanIdBits);
            spanId = text;
        }
        return text;
    }

    @Override
    public TraceFlags getTraceFlags() {
        return TraceFlags.fromByte(flags);
    }

    @Override
    public TraceState getTraceState() {
        return traceState;
    }

    @Override
    public boolean isSampled() {
        return (flags & TraceFlags.getSampled().asByte()) != 0;
    }

    @Override
    public boolean isValid() {
        return true;
    }

    @Override
    public boolean isRemote() {
        return false;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (other == this) {
            return true;
        }
        if (other instanceof LocalSpanContext that) {
            return traceIdHigh == that.traceIdHigh
                    && traceIdLow == that.traceIdLow
                    && spanIdBits == that.spanIdBits
                    && flags == that.flags
                    && traceState.equals(that.traceState);
        }
        return other instanceof SpanContext that
                && !that.isRemote()
                && getTraceFlags().equals(that.getTraceFlags())
                && getSpanId().equals(that.getSpanId())
                && getTraceId().equals(that.getTraceId())
                && traceState.equals(that.getTraceState());
    }

    @Override
    public int hashCode() {
        return Long.hashCode(spanIdBits) * 31 + Long.hashCode(traceIdLow);
    }

    @Override
    public String toString() {
        return "SpanContext{traceId=" + getTraceId() + ", spanId=" + getSpanId() + ", traceFlags=" + getTraceFlags()
                + ", traceState=" + traceState + ", remote=false}";
    }
}
