package io.dharma.tracing.context;

import io.opentelemetry.context.Context;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Executors whose tasks run in the context that was current when they were submitted.
 *
 * <p>While a task runs, the submitter's context is current; afterwards the worker's own is again, whatever the task
 * threw. Results, exceptions, cancellation, interruption, rejection and shutdown are the given executor's own.
 * Wrapping a wrapper returns it. Null tasks are refused by the executor itself, when it would refuse them.
 *
 * <ul>
 *   <li><b>Periodic tasks</b> keep the context in which they were scheduled, at every run. Schedule them where that
 *       is what you want: a heartbeat scheduled within a request belongs to that request for ever, and is better
 *       scheduled under {@code Context.root()}.
 *   <li><b>ForkJoinPool</b>: tasks given to the wrapped pool are carried. Subtasks that a task itself forks go past
 *       every wrapper, so each needs {@link #carry}.
 *   <li><b>Parallel streams</b> fork inside the JDK, out of everyone's reach: the caller's own thread has the
 *       context and the helping ones do not. Wrap the function: {@code
 *       ids.parallelStream().map(Context.current().wrapFunction(this::load))}.
 *   <li><b>A pool's own hooks</b> (a queue with a comparator, {@code beforeExecute}, a
 *       {@code RejectedExecutionHandler}) see our wrapper of a task given to {@code execute}. It is Comparable if
 *       the task is, its {@code toString()} is the task's, and running it keeps the context;
 *       {@code shutdownNow()} returns the tasks themselves.
 * </ul>
 *
 * <p>Threading: any thread. Cost: one object per task, and two changes of context.
 */
public final class ContextExecutors {

    // OpenTelemetry has Context.taskWrapping. It is not used here because it leaves periodic tasks without any
    // context, accepts null and fails on the worker, hides the tasks that shutdownNow() returns (so that a
    // FutureTask among them can no longer be cancelled), breaks pools with priority queues, and inherits
    // ExecutorService.close(), which for the common pool never returns.

    private ContextExecutors() {}

    /** An executor over {@code executor}; an {@link ExecutorService} if that is one. */
    public static Executor wrap(Executor executor) {
        Objects.requireNonNull(executor, "executor");
        if (executor instanceof ExecutorService service) {
            return wrap(service);
        }
        return executor instanceof ContextExecutor ? executor : new ContextExecutor(executor);
    }

    /** An executor service over {@code executor}; a {@link ScheduledExecutorService} if that is one. */
    public static ExecutorService wrap(ExecutorService executor) {
        Objects.requireNonNull(executor, "executor");
        if (executor instanceof ScheduledExecutorService scheduled) {
            return wrap(scheduled);
        }
        return executor instanceof ContextExecutorService ? executor : new ContextExecutorService(executor);
    }

    /** A scheduled executor service over {@code executor}. */
    public static ScheduledExecutorService wrap(ScheduledExecutorService executor) {
        Objects.requireNonNull(executor, "executor");
        return executor instanceof ContextScheduledExecutorService
                ? executor
                : new ContextScheduledExecutorService(executor);
    }

    /**
     * A task that does what {@code task} does, in the context that is current now; use it in the place of
     * {@code task}, for {@code fork()}, {@code invokeAll} or a pool.
     *
     * <pre>{@code
     * protected Integer compute() {
     *     ForkJoinTask<Integer> left = ContextExecutors.carry(new Sum(from, middle)).fork();
     *     return new Sum(middle, to).compute() + left.join();
     * }
     * }</pre>
     */
    public static <T> ForkJoinTask<T> carry(ForkJoinTask<T> task) {
        Objects.requireNonNull(task, "task");
        return task instanceof CarriedForkJoinTask ? task : new CarriedForkJoinTask<>(Context.current(), task);
    }

    private record ContextExecutor(Executor executor) implements Executor {

        @Override
        public void execute(Runnable task) {
            executor.execute(CarriedRunnable.carry(task));
        }

        @Override
        public String toString() {
            return executor.toString();
        }
    }
}
