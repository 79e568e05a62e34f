package io.dharma.tracing.context;

import io.dharma.tracing.spi.ContextHooks;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;

/** A task that runs in the context of its submission, whatever thread it ends up on. */
class CarriedRunnable implements Runnable {

    private final Context context;
    private final Runnable task;

    private CarriedRunnable(Context context, Runnable task) {
        this.context = context;
        this.task = task;
    }

    /** Leaves null to the one who will be given it, and a task that carries a context already as it is. */
    static Runnable carry(Runnable task) {
        if (task == null || task instanceof CarriedRunnable) {
            return task;
        }
        Context context = Context.current();
        return task instanceof Comparable ? new Ordered(context, task) : new CarriedRunnable(context, task);
    }

    /** The task that the caller submitted. */
    static Runnable original(Runnable task) {
        return task instanceof CarriedRunnable carried ? carried.task : task;
    }

    @Override
    public void run() {
        try (Scope ignored = ContextHooks.attach(context)) {
            task.run();
        }
    }

    @Override
    public String toString() {
        return task.toString();
    }

    /** For pools whose queue is a {@code PriorityBlockingQueue}: it casts what it is given to Comparable. */
    @SuppressWarnings("ComparableType") // the same queue may hold tasks that were submitted past the wrapper
    private static final class Ordered extends CarriedRunnable implements Comparable<Runnable> {

        private final Comparable<Object> order;

        @SuppressWarnings("unchecked") // the queue would compare the bare tasks just as unchecked
        Ordered(Context context, Runnable task) {
            super(context, task);
            this.order = (Comparable<Object>) task;
        }

        @Override
        public int compareTo(Runnable other) {
            return order.compareTo(original(other));
        }
    }
}
