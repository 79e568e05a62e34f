package io.dharma.tracing.context;

import io.dharma.tracing.spi.ContextHooks;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where the {@link CorrelationContext} of a request is found, and how code is run under another.
 *
 * <pre>{@code
 * CorrelationContext job = CorrelationContext.builder().correlationId(message.correlationId()).build();
 * Report report = Correlation.with(job).call(() -> reports.create(message));
 * }</pre>
 *
 * <p>It travels with OpenTelemetry's context: into traced blocks, through {@link ContextExecutors} and
 * {@link ContextFutures}, and into every span, as the attribute {@code dharma.correlation_id}.
 *
 * <p>Any thread. Looking it up costs a few nanoseconds and no memory.
 */
public final class Correlation {

    /** The attribute of spans, log records and events of errors that holds the correlation id. */
    public static final AttributeKey<String> ATTRIBUTE = AttributeKey.stringKey("dharma.correlation_id");

    private static final ContextKey<CorrelationContext> KEY = ContextKey.named("dharma-correlation");

    private final @Nullable CorrelationContext correlation;

    private Correlation(@Nullable CorrelationContext correlation) {
        this.correlation = correlation;
    }

    /** The correlation of the calling thread's work; null outside of any. */
    public static @Nullable CorrelationContext current() {
        return from(Context.current());
    }

    /** The correlation that a context holds; null if it holds none. */
    public static @Nullable CorrelationContext from(Context context) {
        return context.get(KEY);
    }

    /** The correlation id that a context holds; null if it holds none. */
    public static @Nullable String idIn(Context context) {
        CorrelationContext correlation = from(context);
        return correlation == null ? null : correlation.correlationId();
    }

    /** A context with this correlation in it, and all else that {@code context} holds. */
    public static Context stored(CorrelationContext correlation, Context context) {
        Objects.requireNonNull(correlation, "correlation");
        return correlation.equals(from(context)) ? context : context.with(KEY, correlation);
    }

    /**
     * For running code under a correlation.
     *
     * @param correlation null changes nothing: the code runs under what is current
     */
    public static Correlation with(@Nullable CorrelationContext correlation) {
        return new Correlation(correlation);
    }

    /**
     * Runs the body under the correlation; afterwards what was current is so again, even if the body left a scope or a
     * block open. Its exception passes unchanged.
     */
    public <X extends Throwable> void run(CorrelatedAction<X> body) throws X {
        Context before = Context.current();
        Scope scope = ContextHooks.attach(stored(before));
        try {
            body.run();
        } finally {
            leave(scope, before);
        }
    }

    /** As {@link #run}, and returns what the body does. */
    public <T extends @Nullable Object, X extends Throwable> T call(CorrelatedCall<T, X> body) throws X {
        Context before = Context.current();
        Scope scope = ContextHooks.attach(stored(before));
        try {
            return body.call();
        } finally {
            leave(scope, before);
        }
    }

    /**
     * Makes the correlation current on the calling thread until the scope is closed on that same thread; for where a
     * lambda does not fit.
     */
    public Scope makeCurrent() {
        return ContextHooks.attach(stored(Context.current()));
    }

    private Context stored(Context context) {
        return correlation == null ? context : stored(correlation, context);
    }

    /**
     * A scope that is not the innermost does not close. Were it left at that, the thread's next request would go on under
     * this one's correlation.
     */
    private static void leave(Scope scope, Context before) {
        scope.close();
        if (Context.current() != before) {
            @SuppressWarnings({"MustBeClosedChecker", "unused"}) // it closes nothing but what should not be here
            Scope unused = ContextHooks.attach(before);
        }
    }

    @Override
    public String toString() {
        return "Correlation{" + correlation + "}";
    }
}
