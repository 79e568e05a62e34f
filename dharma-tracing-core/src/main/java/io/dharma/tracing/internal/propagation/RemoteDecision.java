package io.dharma.tracing.internal.propagation;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a caller said about sampling that the flags of a span context cannot express.
 *
 * <p>B3 may send a decision without a trace ({@code b3: 0}), or a trace without a decision; B3 and Jaeger know debug
 * traces. An ordinary decision about an ordinary trace is in the span context and nowhere else.
 */
public enum RemoteDecision {
    /** No trace came in, and the one that begins here shall not be sampled. */
    DENIED,

    /** No trace came in, and the one that begins here shall be sampled. */
    ACCEPTED,

    /** A trace came in whose sampling is for us to decide, though its flags look as if it were not sampled. */
    DEFERRED,

    /** The trace, ours or the caller's, is wanted by somebody who is looking for a fault: sample it in any case. */
    DEBUG;

    private static final ContextKey<Optional<RemoteDecision>> KEY = ContextKey.named("dharma-remote-decision");

    /**
     * The decision that a block about to start in this context has to heed.
     *
     * @param context with the headers of a request extracted into it
     * @return null if there is none: the parent's flags count, or there is no parent
     */
    public static @Nullable RemoteDecision of(Context context) {
        RemoteDecision decision = in(context);
        if (decision == null || decision == DEBUG) {
            return decision;
        }
        SpanContext parent = Span.fromContext(context).getSpanContext();
        return parent.isValid() && !parent.isRemote() ? null : decision;
    }

    /** The decision that came with the request, even if a block of this process has made its own since. */
    public static @Nullable RemoteDecision in(Context context) {
        Optional<RemoteDecision> stored = context.get(KEY);
        return stored == null ? null : stored.orElse(null);
    }

    /** The context with this decision in it and no other; with null, with none. */
    public static Context stored(@Nullable RemoteDecision decision, Context context) {
        return in(context) == decision ? context : context.with(KEY, Optional.ofNullable(decision));
    }
}
