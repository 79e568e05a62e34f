package io.dharma.tracing.pipeline;

import java.util.HashMap;
import java.util.Map;

/**
 * Threads that several {@link Pipeline}s share, so that their number does not grow with the number of signals: one,
 * {@code dharma-intake}, behind all first queues, and one, {@code dharma-<sink>}, for all sinks of the same name, which
 * lead to the same receiver. A sink that blocks then delays what other signals have for that receiver, and nothing else.
 *
 * <p>All are daemons. Each starts with the first pipeline that needs it and ends when the last one has been closed. Any
 * thread may call any method.
 */
public final class PipelineThreads {

    private final boolean shared;
    private final Map<String, WorkerThread> threads = new HashMap<>();

    private PipelineThreads(boolean shared) {
        this.shared = shared;
    }

    /** To be given to every pipeline that is to share them. */
    public static PipelineThreads shared() {
        return new PipelineThreads(true);
    }

    /** For one pipeline alone, with its signal in their names. */
    static PipelineThreads own() {
        return new PipelineThreads(false);
    }

    WorkerThread thread(String signal, String role) {
        return named(shared ? "dharma-" + role : "dharma-" + signal + "-" + role);
    }

    private synchronized WorkerThread named(String name) {
        return threads.computeIfAbsent(name, WorkerThread::new);
    }
}
