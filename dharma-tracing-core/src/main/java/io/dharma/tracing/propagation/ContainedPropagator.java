package io.dharma.tracing.propagation;

import io.dharma.tracing.spi.BackgroundLog;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The promise that propagation never throws, kept in one place.
 *
 * <p>Getters, setters and carriers are other people's code and run on the application's thread: a request object may
 * be recycled already, a header map read-only. The request matters more than its trace, so it goes on with the context
 * it had, or with the headers written so far.
 */
abstract class ContainedPropagator implements TextMapPropagator {

    private static final BackgroundLog log = BackgroundLog.of(ContainedPropagator.class);

    private final AtomicBoolean warned = new AtomicBoolean();

    /** Writes the headers; may throw whatever the setter throws. */
    abstract <C> void write(Context context, @Nullable C carrier, TextMapSetter<C> setter);

    /** Reads the headers; may throw whatever the getter throws. */
    abstract <C> Context read(Context context, @Nullable C carrier, TextMapGetter<C> getter);

    @Override
    public final <C> void inject(@Nullable Context context, @Nullable C carrier, @Nullable TextMapSetter<C> setter) {
        if (context == null || setter == null) {
            return;
        }
        try {
            write(context, carrier, setter);
        } catch (Throwable failure) {
            contain(failure, setter);
        }
    }

    @Override
    public final <C> Context extract(
            @Nullable Context context, @Nullable C carrier, @Nullable TextMapGetter<C> getter) {
        if (context == null) {
            return Context.root();
        }
        if (getter == null) {
            return context;
        }
        try {
            return read(context, carrier, getter);
        } catch (Throwable failure) {
            contain(failure, getter);
            return context;
        }
    }

    /**
     * Throws what is not ours to hide, and keeps an interrupt. A stack that overflowed in a recursive getter is whole again
     * here.
     */
    static void passOnIfFatal(Throwable failure) {
        if (failure instanceof VirtualMachineError fatal && !(failure instanceof StackOverflowError)) {
            throw fatal;
        }
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
    }

    private void contain(Throwable failure, Object culprit) {
        passOnIfFatal(failure);
        if (warned.compareAndSet(false, true)) {
            // Class names only: the message of a foreign exception may hold header values, or throw.
            log.warn(
                    "A trace may break here: {} threw {} while {} used it; further failures are not logged",
                    culprit.getClass().getName(),
                    failure.getClass().getName(),
                    getClass().getSimpleName());
        }
    }
}
