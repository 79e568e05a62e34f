package io.dharma.tracing.propagation;

import io.dharma.tracing.internal.propagation.RemoteDecision;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;

/**
 * What B3's headers say, in either of their forms.
 *
 * @param span the caller's span; not valid if only a decision came
 * @param decision what the span's flags cannot say
 */
record B3(SpanContext span, @Nullable RemoteDecision decision) {

    private static final B3 NOTHING = new B3(SpanContext.getInvalid(), null);

    static B3 nothing() {
        return NOTHING;
    }

    /** A decision about a trace that has yet to begin. */
    static B3 decisionOnly(B3Sampling sampling) {
        return switch (sampling) {
            case ACCEPT -> new B3(SpanContext.getInvalid(), RemoteDecision.ACCEPTED);
            case DENY -> new B3(SpanContext.getInvalid(), RemoteDecision.DENIED);
            case DEBUG -> new B3(SpanContext.getInvalid(), RemoteDecision.DEBUG);
            case DEFER -> NOTHING;
        };
    }

    /** A caller's span, its ids not checked yet. Nothing at all if they are not valid: a broken header is absent. */
    static B3 span(String traceId, String spanId, B3Sampling sampling) {
        if ((traceId.length() != 16 && traceId.length() != 32) || spanId.length() != 16) {
            return NOTHING;
        }
        SpanContext span = HexIds.remoteSpan(traceId, spanId, sampling.isSampled());
        return span.isValid() ? new B3(span, sampling.beyondTheFlags()) : NOTHING;
    }

    static B3 of(Context context) {
        return new B3(Span.fromContext(context).getSpanContext(), RemoteDecision.in(context));
    }

    boolean saysNothing() {
        return !span.isValid() && decision == null;
    }

    B3Sampling sampling() {
        if (decision == RemoteDecision.DEBUG) {
            return B3Sampling.DEBUG;
        }
        if (decision == RemoteDecision.DEFERRED && span.isRemote()) {
            // Passed on as it came, by somebody who traces nothing: the next one may decide.
            return B3Sampling.DEFER;
        }
        if (span.isValid()) {
            return span.isSampled() ? B3Sampling.ACCEPT : B3Sampling.DENY;
        }
        return decision == RemoteDecision.ACCEPTED ? B3Sampling.ACCEPT : B3Sampling.DENY;
    }

    Context storedIn(Context context) {
        if (span.isValid()) {
            // With no decision, too: that of another request may still be there.
            return RemoteDecision.stored(decision, context).with(Span.wrap(span));
        }
        return decision == null ? context : RemoteDecision.stored(decision, context);
    }
}
