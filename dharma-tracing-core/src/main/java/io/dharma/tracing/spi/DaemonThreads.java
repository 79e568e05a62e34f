package io.dharma.tracing.spi;

import org.jspecify.annotations.Nullable;

/** Threads that hold on to nothing of the application's. Any thread. */
public final class DaemonThreads {

    private DaemonThreads() {}

    /** Not started yet. It keeps neither the JVM alive, nor the caller's thread-locals, nor its class loader. */
    public static Thread of(String name, Runnable task) {
        return of(null, name, task);
    }

    /**
     * As {@link #of(String, Runnable)}, in a group.
     *
     * @param group null for that of the caller
     */
    public static Thread of(@Nullable ThreadGroup group, String name, Runnable task) {
        Thread thread = new Thread(group, task, name, 0, false);
        thread.setDaemon(true);
        // The caller's would be held by threads that outlive a redeployment.
        thread.setContextClassLoader(null);
        return thread;
    }
}
