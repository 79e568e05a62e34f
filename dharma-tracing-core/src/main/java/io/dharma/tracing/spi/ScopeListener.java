package io.dharma.tracing.spi;

import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;

/**
 * Hears on the very thread when another context becomes current there, and when the one before comes back.
 *
 * <p>Threading: called on every thread of the application, many at once. Cost: the caller pays for every
 * nanosecond; do not block, do no I/O. What a listener throws is contained and counted
 * ({@link ContextHooks#failures()}), except {@link VirtualMachineError}s.
 *
 * <p>A thread without a current context is reported as {@link Context#root()}; making the current context current
 * once more is not reported at all.
 */
public interface ScopeListener {

    /**
     * A scope was opened: {@code to} is current now, {@code from} was before.
     *
     * @return anything that {@link #closed} needs in order to undo the work, or null; the scope keeps it, so no
     *     thread-local is needed
     */
    @Nullable
    Object attached(Context from, Context to);

    /**
     * That scope was closed and the storage obeyed: {@code from} was current, {@code to} is again.
     *
     * <p>OpenTelemetry's storage ignores a close out of order, and so nothing is reported for it then. Listeners
     * hear of a close in the reverse of the order in which they heard of the opening.
     *
     * @param remembered what this listener returned from {@link #attached} for this scope
     */
    void closed(Context from, Context to, @Nullable Object remembered);
}
