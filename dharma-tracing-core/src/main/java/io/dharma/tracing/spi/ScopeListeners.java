package io.dharma.tracing.spi;

import io.opentelemetry.context.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** An immutable list of listeners, told one after the other, each failing alone. */
final class ScopeListeners {

    private static final LongAdder FAILURES = new LongAdder();

    private final ScopeListener[] listeners;

    private ScopeListeners(ScopeListener[] listeners) {
        this.listeners = listeners;
    }

    static long failures() {
        return FAILURES.sum();
    }

    static ScopeListeners with(@Nullable ScopeListeners others, ScopeListener added) {
        List<ScopeListener> all = new ArrayList<>(others == null ? List.of() : List.of(others.listeners));
        all.add(added);
        return new ScopeListeners(all.toArray(ScopeListener[]::new));
    }

    /** Null when nobody is left, so that the one check on the hot path is a check for null. */
    @Nullable
    ScopeListeners without(ScopeListener removed) {
        List<ScopeListener> left = new ArrayList<>(List.of(listeners));
        left.removeIf(listener -> listener == removed);
        return left.isEmpty() ? null : new ScopeListeners(left.toArray(ScopeListener[]::new));
    }

    boolean contains(ScopeListener searched) {
        for (ScopeListener listener : listeners) {
            if (listener == searched) {
                return true;
            }
        }
        return false;
    }

    /** What the listeners want remembered: one listener's word as it is, several in an array made when needed. */
    @Nullable
    Object attached(Context from, Context to) {
        if (listeners.length == 1) {
            return attached(listeners[0], from, to);
        }
        @Nullable Object[] remembered = null;
        for (int i = 0; i < listeners.length; i++) {
            Object word = attached(listeners[i], from, to);
            if (word != null) {
                remembered = remembered == null ? new Object[listeners.length] : remembered;
                remembered[i] = word;
            }
        }
        return remembered;
    }

    void closed(Context from, Context to, @Nullable Object remembered) {
        if (listeners.length == 1) {
            closed(listeners[0], from, to, remembered);
        } else {
            // The last to write is the first to restore: two listeners may write the same thing.
            for (int i = listeners.length - 1; i >= 0; i--) {
                closed(listeners[i], from, to, remembered == null ? null : ((Object[]) remembered)[i]);
            }
        }
    }

    private static @Nullable Object attached(ScopeListener listener, Context from, Context to) {
        try {
            return listener.attached(from, to);
        } catch (Exception | LinkageError | AssertionError e) {
            FAILURES.increment();
            return null;
        }
    }

    private static void closed(ScopeListener listener, Context from, Context to, @Nullable Object remembered) {
        try {
            listener.closed(from, to, remembered);
        } catch (Exception | LinkageError | AssertionError e) {
            FAILURES.increment();
        }
    }
}
