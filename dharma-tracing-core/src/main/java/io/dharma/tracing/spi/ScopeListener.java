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

    /**
     * All listeners have heard of a close; {@code current} is current now.
     *
     * <p>This is the one place where a listener may itself close scopes: if {@code current} belongs to something
     * that has ended meanwhile (on another thread, or out of order), closing its scope here, on this thread,
     * uncovers the context beneath; every listener is told of that as of any other close. A scope whose close was
     * ignored for being out of order can be closed again for this purpose.
     */
    default void settled(Context current) {}
}
