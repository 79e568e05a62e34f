package io.dharma.tracing.spi;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Runs what may have to wait for something that is not ours: a resolver, an application's proxy selector, its log, a
 * disk.
 *
 * <p>All of it shares one daemon thread, {@code dharma-blocking}, as long as every task comes back. A task that has taken
 * {@value #PATIENCE_MILLIS} ms keeps the thread, and what waits goes on with one more. So that not every task for a
 * thing that hangs takes a thread, each such thing has a {@link Lane}, whose tasks run one after another: there are
 * never more threads than lanes that are stuck, and one. They end when there has been nothing to do for a tenth of a
 * second.
 *
 * <p>Whether something is stuck is looked for whenever a task is added or ends, and by {@link #relieve()}. Any thread
 * may call any method; none waits.
 */
public final class BlockingTasks {

    private static final long PATIENCE_MILLIS = 500;
    private static final long IDLE_MILLIS = 100;

    private static final BlockingTasks SHARED = new BlockingTasks(DaemonThreads::of);

    private final BiFunction<String, Runnable, Thread> maker;
    private final ScheduledThreadPoolExecutor threads = new ScheduledThreadPoolExecutor(1, this::thread);
    private final AtomicInteger alive = new AtomicInteger();
    private final Set<Lane> running = ConcurrentHashMap.newKeySet();

    /** @param maker makes a thread of that name, not started yet */
    BlockingTasks(BiFunction<String, Runnable, Thread> maker) {
        this.maker = maker;
        threads.setKeepAliveTime(IDLE_MILLIS, TimeUnit.MILLISECONDS);
        threads.allowCoreThreadTimeOut(true);
        threads.setRemoveOnCancelPolicy(true);
    }

    /**
     * For one thing that may hang.
     *
     * @param room how many of its tasks may wait
     */
    public static Lane lane(int room) {
        return SHARED.newLane(room);
    }

    Lane newLane(int room) {
        return new Lane(this, room);
    }

    /** For threads that come by regularly: sees to it that nothing waits for what is stuck. Next to free. */
    public static void relieve() {
        SHARED.growOrShrink();
    }

    /** Thread dumps and tests count names: the second one at a time is {@code dharma-blocking-2}. */
    private Thread thread(Runnable work) {
        int number = alive.incrementAndGet();
        return maker.apply(number == 1 ? "dharma-blocking" : "dharma-blocking-" + number, () -> {
            try {
                work.run();
            } finally {
                alive.decrementAndGet();
            }
        });
    }

    private void growOrShrink() {
        int wanted = 1;
        if (!running.isEmpty()) {
            long now = System.nanoTime();
            for (Lane lane : running) {
                wanted += lane.isStuck(now) ? 1 : 0;
            }
        }
        if (threads.getCorePoolSize() != wanted) {
            threads.setCorePoolSize(wanted);
        }
    }

    private void start(Lane lane) {
        try {
            threads.execute(lane.next);
            growOrShrink();
        } catch (Throwable noThreadLeft) {
            // It waits: whatever is started next, in this lane or another, brings a thread for it.
        }
    }

    private void startNow(Lane lane) {
        threads.execute(lane.next);
        int wanted = running.size() + 1;
        if (threads.getCorePoolSize() < wanted) {
            threads.setCorePoolSize(wanted);
        }
    }

    /** What must run one after another, because it may hang together. */
    public static final class Lane implements Executor {

        private final BlockingTasks tasks;
        private final int room;
        private final Runnable next = this::runNext;
        private volatile long startedAt;

        // Guarded by this.
        private final Queue<Runnable> waiting = new ArrayDeque<>();
        private boolean busy;

        private Lane(BlockingTasks tasks, int room) {
            this.tasks = tasks;
            this.room = room;
        }

        /**
         * Has a task run soon; what it throws is dropped.
         *
         * @return false if no more may wait, and it is not run
         */
        public boolean offer(Runnable task) {
            boolean starts;
            synchronized (this) {
                if (waiting.size() >= room) {
                    return false;
                }
                waiting.add(task);
                starts = !busy;
            }
            if (starts) {
                tasks.start(this);
            }
            return true;
        }

        /**
         * As {@link #offer}.
         *
         * @throws RejectedExecutionException if no more may wait
         */
        @Override
        public void execute(Runnable task) {
            if (!offer(task)) {
                throw new RejectedExecutionException("too many tasks wait for one that does not return");
            }
        }

        /**
         * Has a task run at once, if need be by one more thread: for somebody who waits for it and has no time to lose.
         *
         * @return false if no more may wait or no thread can be had, and it is not run
         */
        public boolean offerNow(Runnable task) {
            synchronized (this) {
                if (waiting.size() >= room) {
                    return false;
                }
                waiting.add(task);
            }
            try {
                tasks.startNow(this);
                return true;
            } catch (Throwable noThreadLeft) {
                return !remove(task);
            }
        }

        /** Has it run after a while, unless no more may wait by then. */
        public Future<?> schedule(Runnable task, Duration delay) {
            Future<?> later = tasks.threads.schedule(() -> offer(task), Timeouts.nanos(delay), TimeUnit.NANOSECONDS);
            tasks.growOrShrink();
            return later;
        }

        /** Nothing runs or waits. */
        synchronized boolean isIdle() {
            return !busy && waiting.isEmpty();
        }

        /** Forgets a task that still waits; returns false if it does not. */
        public synchronized boolean remove(Runnable task) {
            return waiting.remove(task);
        }

        private boolean isStuck(long now) {
            return now - startedAt > TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        }

        private void runNext() {
            Runnable task = begin();
            if (task == null) {
                return;
            }
            try {
                task.run();
            } catch (Throwable thrown) {
                // Theirs to deal with. The thread has to go on.
            } finally {
                end();
            }
        }

        private synchronized @Nullable Runnable begin() {
            Runnable task = busy ? null : waiting.poll();
            if (task != null) {
                busy = true;
                startedAt = System.nanoTime();
                tasks.running.add(this);
            }
            return task;
        }

        private void end() {
            boolean more;
            synchronized (this) {
                tasks.running.remove(this);
                busy = false;
                more = !waiting.isEmpty();
            }
            // Whoever interrupted the task meant nobody else.
            boolean unused = Thread.interrupted();
            if (more) {
                tasks.start(this);
            } else {
                tasks.growOrShrink();
            }
        }
    }
}
