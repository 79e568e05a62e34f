package io.dharma.tracing.trace;

import io.dharma.tracing.internal.sampling.NumericTraceId;
import io.dharma.tracing.internal.text.Hex;
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

    private final NumericTraceId traceId;
    private final long spanIdBits;
    private final TraceState traceState;
    private final byte flags;

    // Filled by whoever asks first. Two threads may both do it: String is safe to publish by a data race.
    private @Nullable String spanId;

    LocalSpanContext(NumericTraceId traceId, long spanIdBits, byte flags, TraceState traceState) {
        this.traceId = traceId;
        this.spanIdBits = spanIdBits;
        this.flags = flags;
        this.traceState = traceState;
    }

    /** Any valid context's trace id; the one of a context of this process is shared, not copied. */
    static NumericTraceId traceIdOf(SpanContext context) {
        return context instanceof LocalSpanContext local ? local.traceId : NumericTraceId.of(context.getTraceId());
    }

    @Override
    public String getTraceId() {
        return traceId.text();
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
            return spanIdBits == that.spanIdBits
                    && traceId.equals(that.traceId)
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
        return Long.hashCode(spanIdBits) * 31 + traceId.hashCode();
    }

    @Override
    public String toString() {
        return "SpanContext{traceId=" + getTraceId() + ", spanId=" + getSpanId() + ", traceFlags=" + getTraceFlags()
                + ", traceState=" + traceState + ", remote=false}";
    }
}
