package io.dharma.tracing.context;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * {@link CompletableFuture}s whose stages all run in the context in which they were added.
 *
 * <p>{@code future.thenApply(this::price)} runs {@code price} in the context that was current at that call,
 * wherever the future completes and on whatever executor; so does every stage added to what it returns. In all else
 * (executors, exceptions, timeouts, cancellation) these are plain CompletableFutures.
 *
 * <p>What cannot be carried: the results of the static {@code allOf} and {@code anyOf} and of
 * {@code minimalCompletionStage()} are the JDK's own class; pass them to {@link #wrap}.
 *
 * <p>Threading: any thread.
 */
public final class ContextFutures {

    private ContextFutures() {}

    /** Like {@link CompletableFuture#supplyAsync(Supplier)}. */
    public static <T> CompletableFuture<T> supplyAsync(Supplier<T> supplier) {
        return new ContextFuture<T>().completeAsync(supplier);
    }

    /** Like {@link CompletableFuture#supplyAsync(Supplier, Executor)}. */
    public static <T> CompletableFuture<T> supplyAsync(Supplier<T> supplier, Executor executor) {
        return new ContextFuture<T>().completeAsync(supplier, executor);
    }

    /** Like {@link CompletableFuture#runAsync(Runnable)}. */
    public static CompletableFuture<Void> runAsync(Runnable task) {
        return new ContextFuture<Void>().completeAsync(supplierOf(task));
    }

    /** Like {@link CompletableFuture#runAsync(Runnable, Executor)}. */
    public static CompletableFuture<Void> runAsync(Runnable task, Executor executor) {
        return new ContextFuture<Void>().completeAsync(supplierOf(task), executor);
    }

    /**
     * A future that completes as {@code stage} does, and whose own stages carry context. Cancelling it cancels
     * {@code stage} too, if that can be cancelled. A future made by this class is returned as it is.
     */
    public static <T> CompletableFuture<T> wrap(CompletionStage<T> stage) {
        Objects.requireNonNull(stage, "stage");
        if (stage instanceof ContextFuture<T> carrying) {
            return carrying;
        }
        ContextFuture<T> future = new ContextFuture<>(stage instanceof Future<?> source ? source : null);
        stage.whenComplete(future::completeAs);
        return future;
    }

    private static Supplier<Void> supplierOf(Runnable task) {
        Objects.requireNonNull(task, "task");
        return () -> {
            task.run();
            return null;
        };
    }
}
