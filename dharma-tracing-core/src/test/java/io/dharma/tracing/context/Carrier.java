package io.dharma.tracing.context;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One way of getting a task onto another thread along with its context. */
final class Carrier implements AutoCloseable {

    static final int WORKERS = 4;

    private final String name;
    private final Function<Callable<Object>, Future<Object>> submission;
    private final @Nullable ExecutorService pool;

    private Carrier(
            String name, Function<Callable<Object>, Future<Object>> submission, @Nullable ExecutorService pool) {
        this.name = name;
        this.submission = submission;
        this.pool = pool;
    }

    Future<Object> submit(Callable<Object> task) {
        return submission.apply(task);
    }

    /** The bare pool beneath, whose workers are to be found clean; null if every task has a thread of its own. */
    @Nullable
    ExecutorService pool() {
        return pool;
    }

    @Override
    public void close() {
        if (pool != null) {
            pool.shutdownNow();
        }
    }

    @Override
    public String toString() {
        return name;
    }

    static List<Carrier> all(ThreadKind threads) {
        List<Carrier> carriers = new ArrayList<>();
        carriers.add(fixed(threads, "ExecutorService.submit(Callable)", ExecutorService::submit));
        carriers.add(fixed(
                threads,
                "ExecutorService.submit(Runnable)",
                (executor, task) -> asRunnable(task, future -> executor.submit(future))));
        carriers.add(fixed(threads, "ExecutorService.execute", Carrier::execute));
        carriers.add(bare(
                "Executor.execute",
                fixedPool(threads),
                (pool, task) -> execute(ContextExecutors.wrap((Executor) future -> pool.execute(future)), task)));
        carriers.add(fixed(
                threads,
                "ExecutorService wrapped twice",
                (executor, task) -> ContextExecutors.wrap(io.opentelemetry.context.Context.taskWrapping(executor))
                        .submit(task)));
        carriers.add(scheduled(
                threads,
                "ScheduledExecutorService.schedule",
                (executor, task) -> executor.schedule(task, 1, TimeUnit.MILLISECONDS)));
        carriers.add(scheduled(
                threads,
                "ScheduledExecutorService.scheduleAtFixedRate",
                (executor, task) -> asRunnable(
                        task, future -> executor.scheduleAtFixedRate(future, 0, 50, TimeUnit.MILLISECONDS))));
        carriers.add(scheduled(
                threads,
                "ScheduledExecutorService.scheduleWithFixedDelay",
                (executor, task) -> asRunnable(
                        task, future -> executor.scheduleWithFixedDelay(future, 0, 50, TimeUnit.MILLISECONDS))));
        carriers.add(bare(
                "ContextFutures.supplyAsync",
                fixedPool(threads),
                (pool, task) -> ContextFutures.supplyAsync(() -> call(task), pool)));
        carriers.add(bare(
                "ContextFutures.wrap.thenApplyAsync",
                fixedPool(threads),
                (pool, task) -> ContextFutures.wrap(CompletableFuture.completedFuture("done"))
                        .thenApplyAsync(done -> call(task), pool)));
        carriers.add(ofOwnThreads(threads));
        if (Runtime.version().feature() >= 21) {
            carriers.add(threadPerTask(threads));
        }
        if (threads == ThreadKind.PLATFORM) {
            carriers.add(bare(
                    "ForkJoinPool.submit",
                    new ForkJoinPool(WORKERS),
                    (pool, task) -> ContextExecutors.wrap(pool).submit(task)));
            carriers.add(bare(
                    "ForkJoinTask carried",
                    new ForkJoinPool(WORKERS),
                    (pool, task) -> ((ForkJoinPool) pool).submit(ContextExecutors.carry(ForkJoinTask.adapt(task)))));
        }
        return carriers;
    }

    private static ExecutorService fixedPool(ThreadKind threads) {
        return Executors.newFixedThreadPool(WORKERS, threads.factory());
    }

    private static Carrier bare(
            String name,
            ExecutorService pool,
            BiFunction<ExecutorService, Callable<Object>, Future<Object>> submission) {
        return new Carrier(name, task -> submission.apply(pool, task), pool);
    }

    private static Carrier fixed(
            ThreadKind threads, String name, BiFunction<ExecutorService, Callable<Object>, Future<Object>> submission) {
        ExecutorService pool = fixedPool(threads);
        ExecutorService wrapped = ContextExecutors.wrap(pool);
        return new Carrier(name, task -> submission.apply(wrapped, task), pool);
    }

    private static Carrier scheduled(
            ThreadKind threads,
            String name,
            BiFunction<ScheduledExecutorService, Callable<Object>, Future<Object>> submission) {
        ScheduledExecutorService pool = Executors.newScheduledThreadPool(WORKERS, threads.factory());
        ScheduledExecutorService wrapped = ContextExecutors.wrap(pool);
        return new Carrier(name, task -> submission.apply(wrapped, task), pool);
    }

    private static Carrier ofOwnThreads(ThreadKind threads) {
        ThreadFactory factory = ContextThreadFactory.wrap(threads.factory());
        Executor starter = task -> factory.newThread(task).start();
        return new Carrier("ContextThreadFactory.newThread", task -> execute(starter, task), null);
    }

    private static Carrier threadPerTask(ThreadKind threads) {
        try {
            ExecutorService executor = (ExecutorService) Executors.class
                    .getMethod("newThreadPerTaskExecutor", ThreadFactory.class)
                    .invoke(null, ContextThreadFactory.wrap(threads.factory()));
            return new Carrier("newThreadPerTaskExecutor(ContextThreadFactory)", executor::submit, null);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    private static Future<Object> execute(Executor executor, Callable<Object> task) {
        FutureTask<Object> future = new FutureTask<>(task);
        executor.execute(future);
        return future;
    }

    /** The task's outcome, where the executor is given a Runnable; a periodic one runs once and is a no-op then. */
    private static Future<Object> asRunnable(Callable<Object> task, Function<Runnable, Future<?>> submission) {
        FutureTask<Object> future = new FutureTask<>(task);
        assertThat(submission.apply(future)).isNotSameAs(future);
        return future;
    }

    private static Object call(Callable<Object> task) {
        try {
            return task.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new CompletionException(e);
        }
    }
}
