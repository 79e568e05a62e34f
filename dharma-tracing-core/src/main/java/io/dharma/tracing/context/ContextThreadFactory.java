package io.dharma.tracing.context;

import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/**
 * Makes threads that run in the context that was current where they were made.
 *
 * <p>For one thread per task: threads started by hand, {@code Executors.newThreadPerTaskExecutor} and, with a factory
 * of virtual threads, {@code StructuredTaskScope}, which makes a thread at every {@code fork}:
 *
 * <pre>{@code
 * ThreadFactory factory = ContextThreadFactory.wrap(Thread.ofVirtual().factory());
 * try (var scope = StructuredTaskScope.open(Joiner.awaitAll(), config -> config.withThreadFactory(factory))) {
 *     scope.fork(this::load);
 * }
 * }</pre>
 *
 * <p>Not for pools: a worker outlives the request that happened to be there when it was made, and all later tasks
 * would seem to belong to that request. The workers of a {@link ThreadPoolExecutor} are therefore left without a
 * context; wrap the pool with {@link ContextExecutors} instead.
 *
 * <p>Threading: any thread.
 */
public final class ContextThreadFactory implements ThreadFactory {

    private final ThreadFactory factory;

    private ContextThreadFactory(ThreadFactory factory) {
        this.factory = factory;
    }

    /** A factory whose threads are made by {@link Executors#defaultThreadFactory()}. */
    public static ContextThreadFactory create() {
        return new ContextThreadFactory(Executors.defaultThreadFactory());
    }

    /** A factory whose threads, platform or virtual, are made by {@code factory}; itself if it is one already. */
    public static ContextThreadFactory wrap(ThreadFactory factory) {
        Objects.requireNonNull(factory, "factory");
        return factory instanceof ContextThreadFactory carrying ? carrying : new ContextThreadFactory(factory);
    }

    /** Null only if the wrapped factory declines to make a thread. */
    @Override
    public @Nullable Thread newThread(Runnable task) {
        return factory.newThread(isPoolWorker(task) ? task : CarriedRunnable.carry(task));
    }

    private static boolean isPoolWorker(Runnable task) {
        return task != null && task.getClass().getEnclosingClass() == ThreadPoolExecutor.class;
    }
}
