package io.dharma.tracing.pipeline;

import io.dharma.tracing.spi.BlockingTasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/**
 * Threads that several {@link Pipeline}s share, so that their number does not grow with the number of signals and
 * receivers: {@code dharma-intake} behind all first queues, {@code dharma-delivery} for all sinks that never block
 * ({@link Sink#isNonBlocking()}), and for all others one for each {@link Sink#threadName()}: by default those of the same
 * name, which lead to the same receiver.
 *
 * <p>A thread that is stuck, in a conversion that waits for something or in a sink that blocks, delays what shares it
 * for two to three seconds: then the one task keeps the stuck thread, and its neighbours go on with a new one. The
 * threads watch each other for that; there is no further one for it.
 *
 * <p>All are daemons. Each starts with the first pipeline that needs it and ends when the last one has been closed. Any
 * thread may call any method.
 */
public final class PipelineThreads {

    private static final String INTAKE = "intake";
    private static final String DELIVERY = "delivery";

    /** Longer than anything of ours takes, a second being what is allowed for the text of a stack trace. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final long BETWEEN_LOOKS_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final boolean shared;
    private final long patienceNanos;
    private final BiFunction<String, Runnable, Thread> maker;
    private final Map<String, WorkerThread> threads = new HashMap<>();
    private volatile List<WorkerThread> all = List.of();

    private PipelineThreads(boolean shared, Duration patience, BiFunction<String, Runnable, Thread> maker) {
        this.shared = shared;
        this.patienceNanos = patience.toNanos();
        this.maker = maker;
    }

    /** To be given to every pipeline that is to share them. */
    public static PipelineThreads shared() {
        return shared(PATIENCE);
    }

    /** @param patience how long a turn may take before those that wait for it go on without */
    static PipelineThreads shared(Duration patience) {
        return new PipelineThreads(true, patience, WorkerThread::daemon);
    }

    /** For tests of a machine that is out of threads. */
    static PipelineThreads shared(BiFunction<String, Runnable, Thread> maker) {
        return new PipelineThreads(true, PATIENCE, maker);
    }

    /** For one pipeline alone, with its signal in their names. */
    static PipelineThreads own() {
        return new PipelineThreads(false, PATIENCE, WorkerThread::daemon);
    }

    /**
     * Has something done again and again on the thread behind the first queues, the first time after one interval. It
     * may call into the application: should it not come back, the pipelines go on, and it is not called again before
     * it does. What it throws is contained.
     *
     * @return ends it; a call that is under way may still go on
     */
    public Repetition every(Duration interval, Runnable action) {
        Repeated repeated = new Repeated(interval.toNanos(), action, this::wakeAll);
        Worker worker = new Worker(thread("repeated", INTAKE), repeated);
        worker.start();
        return new Repetition() {
            @Override
            public void hurry() {
                repeated.hurried = true;
                worker.wake();
            }

            @Override
            public void close() {
                worker.stop();
            }
        };
    }

    /** What {@link #every} began. Any thread. */
    public interface Repetition extends AutoCloseable {

        /** Has it done once more at once; the next time is one interval later. Does not wait. */
        void hurry();

        /** Ends it. Idempotent; does not wait. */
        @Override
        void close();
    }

    WorkerThread intake(String signal) {
        return thread(signal, INTAKE);
    }

    WorkerThread sink(String signal, Sink<?> sink) {
        return thread(signal, shared && sink.isNonBlocking() ? DELIVERY : nameFor(sink));
    }

    /** The thread behind the first queues is not for sinks, whatever they are called. */
    private static String nameFor(Sink<?> sink) {
        String name = Objects.requireNonNull(sink.threadName(), "threadName");
        return name.equals(INTAKE) || name.equals(DELIVERY) ? "sink-" + name : name;
    }

    private WorkerThread thread(String signal, String role) {
        return named(shared ? "dharma-" + role : "dharma-" + signal + "-" + role);
    }

    private synchronized WorkerThread named(String name) {
        WorkerThread known = threads.get(name);
        if (known != null) {
            return known;
        }
        WorkerThread added = new WorkerThread(name, this::lookAround, maker);
        threads.put(name, added);
        List<WorkerThread> more = new ArrayList<>(all);
        more.add(added);
        all = List.copyOf(more);
        return added;
    }

    /** Between their turns all threads do this. Whoever begins something long wakes the others for it. */
    private long lookAround() {
        BlockingTasks.relieve();
        long now = System.nanoTime();
        boolean again = false;
        for (WorkerThread thread : all) {
            thread.lookAfter(now, patienceNanos);
            again |= thread.isInTurn();
        }
        return again ? Math.min(BETWEEN_LOOKS_NANOS, patienceNanos) : Worker.FOREVER;
    }

    private void wakeAll() {
        all.forEach(WorkerThread::wake);
    }

    /** Keeps time by itself, like all tasks; only its thread touches it. */
    private static final class Repeated implements Worker.Task {

        private final long intervalNanos;
        private final Runnable action;
        private final Runnable askToBeWatched;
        private volatile boolean hurried;
        private long dueAt;

        Repeated(long intervalNanos, Runnable action, Runnable askToBeWatched) {
            this.intervalNanos = intervalNanos;
            this.action = action;
            this.askToBeWatched = askToBeWatched;
            this.dueAt = System.nanoTime() + intervalNanos;
        }

        @Override
        public long turn() {
            long now = System.nanoTime();
            if (dueAt - now > 0 && !hurried) {
                return dueAt - now;
            }
            hurried = false;
            // However long it took: no two in a row to make up for one that was late.
            dueAt = now + intervalNanos;
            askToBeWatched.run();
            action.run();
            return Math.max(0, dueAt - System.nanoTime());
        }
    }
}
