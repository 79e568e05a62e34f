package io.dharma.tracing.context;

import io.dharma.tracing.spi.ContextHooks;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ForkJoinTask;
import org.jspecify.annotations.Nullable;

/** Runs another task where it is run itself, in a context. */
final class CarriedForkJoinTask<T> extends ForkJoinTask<T> {

    private static final long serialVersionUID = 1L;

    private final transient Context context;
    private final ForkJoinTask<T> task;
    private transient @Nullable T result;

    CarriedForkJoinTask(Context context, ForkJoinTask<T> task) {
        this.context = context;
        this.task = task;
    }

    @Override
    protected boolean exec() {
        try (Scope ignored = ContextHooks.attach(context)) {
            result = task.invoke();
            return true;
        } catch (CancellationException e) {
            if (!task.isCancelled()) {
                throw e;
            }
            // Completes us as cancelled, not as failed with an exception that happens to say so.
            super.cancel(false);
            return false;
        }
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        task.cancel(mayInterruptIfRunning);
        return super.cancel(mayInterruptIfRunning);
    }

    @Override
    public @Nullable T getRawResult() {
        return result;
    }

    @Override
    protected void setRawResult(@Nullable T value) {
        result = value;
    }
}
