package io.dharma.tracing.spi;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.context.Scope;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Where {@link ScopeListener}s are registered, and how to make a context current so that they surely hear of it.
 *
 * <p>OpenTelemetry lets a storage be wrapped only before the process first uses any context, and for good. So the
 * wrapper goes in once, and listeners come and go behind it. If the application used a context before us, the
 * wrapper is refused silently: {@link #isInstalled()} tells, and then listeners hear only of scopes opened through
 * {@link #attach}, which are all of this library's own.
 *
 * <p>Should OpenTelemetry's classes live in a class loader above ours, the wrapper keeps our loader alive; unregister
 * all listeners, and what is kept does nothing.
 *
 * <p>Threading: any thread.
 */
public final class ContextHooks {

    private static final AtomicBoolean OFFERED = new AtomicBoolean();

    private static volatile boolean accepted;

    private static volatile @Nullable ScopeListeners listeners;

    private ContextHooks() {}

    /**
     * Offers the wrapper to OpenTelemetry; the earlier in the life of the process, the better, since even
     * {@link Context#root()} puts the storage to use. Registering a listener does this too. Does not itself use the
     * storage, so others may still add wrappers of their own.
     */
    public static void install() {
        if (OFFERED.compareAndSet(false, true)) {
            ContextStorage.addWrapper(ContextHooks::accept);
        }
    }

    private static ContextStorage accept(ContextStorage storage) {
        accepted = true;
        return new ListeningStorage(storage);
    }

    /**
     * Whether listeners hear of every scope in the process, whoever opens it. False when the application used a
     * context before {@link #install()}. Asking settles it: the storage is in use afterwards.
     */
    public static boolean isInstalled() {
        return Settled.INSTALLED;
    }

    /** Adds a listener; a scope that is open already is never reported to it. */
    public static Registration register(ScopeListener listener) {
        Objects.requireNonNull(listener, "listener");
        install();
        synchronized (ContextHooks.class) {
            ScopeListeners before = listeners;
            if (before != null && before.contains(listener)) {
                throw new IllegalArgumentException("listener is registered already: " + listener);
            }
            listeners = ScopeListeners.with(before, listener);
        }
        AtomicBoolean open = new AtomicBoolean(true);
        return () -> {
            if (open.compareAndSet(true, false)) {
                unregister(listener);
            }
        };
    }

    private static synchronized void unregister(ScopeListener listener) {
        ScopeListeners before = listeners;
        if (before != null) {
            listeners = before.without(listener);
        }
    }

    /**
     * Makes a context current on this thread, like {@link Context#makeCurrent()}, and tells the listeners even where
     * {@link #isInstalled()} is false.
     */
    public static Scope attach(Context context) {
        return Settled.STORAGE.attach(context);
    }

    /** How many calls to listeners have ended in an exception since the process began. */
    public static long failures() {
        return ScopeListeners.failures();
    }

    static @Nullable ScopeListeners listeners() {
        return listeners;
    }

    /** Ends the reports to a listener; a scope that it heard open it will still hear closed. */
    public interface Registration extends AutoCloseable {
        /** Takes effect for all scopes opened later; harmless when repeated. */
        @Override
        void close();
    }

    /** Initialized by the first use of the storage, because looking at the storage fixes it. */
    private static final class Settled {

        static final boolean INSTALLED;
        static final ContextStorage STORAGE;

        static {
            install();
            ContextStorage storage = ContextStorage.get();
            INSTALLED = accepted;
            STORAGE = INSTALLED ? storage : new ListeningStorage(storage);
        }
    }
}
