package io.dharma.tracing.spi;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.context.Scope;
import org.jspecify.annotations.Nullable;

/**
 * Another storage, with listeners told of every change.
 *
 * <p>While nobody listens, attaching costs one volatile read more than without us, and the scope is the other
 * storage's own.
 */
final class ListeningStorage implements ContextStorage {

    private final ContextStorage storage;

    ListeningStorage(ContextStorage storage) {
        this.storage = storage;
    }

    @Override
    public Scope attach(Context toAttach) {
        ScopeListeners listeners = ContextHooks.listeners();
        if (listeners == null || toAttach == null) {
            return storage.attach(toAttach);
        }
        Context from = currentOrRoot();
        if (from == toAttach) {
            return storage.attach(toAttach);
        }
        return attach(listeners, from, toAttach);
    }

    private Scope attach(ScopeListeners listeners, Context from, Context to) {
        Scope scope = storage.attach(to);
        try {
            return new ListeningScope(scope, listeners, listeners.attached(from, to));
        } catch (Error fatal) {
            // The caller will get no scope to close, so the thread must not keep the context.
            scope.close();
            throw fatal;
        }
    }

    @Override
    public @Nullable Context current() {
        return storage.current();
    }

    @Override
    public Context root() {
        return storage.root();
    }

    private Context currentOrRoot() {
        Context current = storage.current();
        return current == null ? storage.root() : current;
    }

    /**
     * Tells the listeners that heard of its opening, even if some have gone since: what they wrote they must be
     * able to take back.
     */
    private final class ListeningScope implements Scope {

        private final Scope scope;
        private final ScopeListeners listeners;
        private final @Nullable Object remembered;

        ListeningScope(Scope scope, ScopeListeners listeners, @Nullable Object remembered) {
            this.scope = scope;
            this.listeners = listeners;
            this.remembered = remembered;
        }

        @Override
        public void close() {
            Context from = currentOrRoot();
            scope.close();
            Context to = currentOrRoot();
            // Equal when the storage ignored the close: out of order, a second time, or on another thread.
            if (from != to) {
                listeners.closed(from, to, remembered);
            }
        }
    }
}
