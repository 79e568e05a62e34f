package io.dharma.tracing.context;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Gives every task the context of its submission, and leaves all else to another executor. */
class ContextExecutorService implements ExecutorService {

    private final ExecutorService executor;

    ContextExecutorService(ExecutorService executor) {
        this.executor = executor;
    }

    @Override
    public void execute(Runnable task) {
        executor.execute(CarriedRunnable.carry(task));
    }

    @Override
    public Future<?> submit(Runnable task) {
        return executor.submit(CarriedRunnable.carry(task));
    }

    @Override
    public <T> Future<T> submit(Runnable task, T result) {
        return executor.submit(CarriedRunnable.carry(task), result);
    }

    @Override
    public <T> Future<T> submit(Callable<T> task) {
        return executor.submit(Carried.callable(task));
    }

    @Override
    public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks) throws InterruptedException {
        return executor.invokeAll(carry(tasks));
    }

    @Override
    public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException {
        return executor.invokeAll(carry(tasks), timeout, unit);
    }

    @Override
    public <T> T invokeAny(Collection<? extends Callable<T>> tasks) throws InterruptedException, ExecutionException {
        return executor.invokeAny(carry(tasks));
    }

    @Override
    public <T> T invokeAny(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        return executor.invokeAny(carry(tasks), timeout, unit);
    }

    private static <T> List<Callable<T>> carry(Collection<? extends Callable<T>> tasks) {
        List<Callable<T>> carried = new ArrayList<>(tasks.size());
        for (Callable<T> task : tasks) {
            carried.add(Carried.callable(task));
        }
        return carried;
    }

    @Override
    public void shutdown() {
        executor.shutdown();
    }

    /** The caller's own tasks: it may know them by identity, or want to cancel those that are futures. */
    @Override
    public List<Runnable> shutdownNow() {
        List<Runnable> tasks = new ArrayList<>(executor.shutdownNow());
        tasks.replaceAll(CarriedRunnable::original);
        return tasks;
    }

    @Override
    public boolean isShutdown() {
        return executor.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return executor.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return executor.awaitTermination(timeout, unit);
    }

    /**
     * Overrides {@code ExecutorService.close()} where there is one, from JDK 19 on; before, nobody can call it. The
     * inherited one would wait for ever for the common pool, whose own {@code close()} knows that it never ends.
     */
    public void close() {
        try {
            ((AutoCloseable) executor).close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("ExecutorService.close() declares no exception", e);
        }
    }

    @Override
    public String toString() {
        return executor.toString();
    }
}
