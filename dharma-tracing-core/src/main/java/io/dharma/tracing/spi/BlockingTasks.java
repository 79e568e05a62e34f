package io.dharma.tracing.spi;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Runs what may have to wait for something that is not ours: a resolver, an application's proxy selector, its log, a
 * disk.
 *
 * <p>All of it shares one daemon thread, {@code dharma-blocking}, as long as every task comes back. A task that has
 * taken {@value #PATIENCE_MILLIS} ms keeps the thread, and what waits goes on with one more. So that not every task for
 * a thing that hangs takes a thread, each such thing has a {@link Lane}, whose tasks run one after another: there are
 * never more threads than lanes that are stuck, and one, but for {@linkplain Lane#offerNow those in a hurry}. A thread
 * ends when there has been nothing to do for a tenth of a second, unless it is the one that waits for something
 * scheduled.
 *
 * <p>Whether something is stuck, or a thread that could not be started can be had by now, is looked for whenever a task
 * is added, and by {@link #relieve()}. It is no {@code ThreadPoolExecutor} because none of those tells a thread that is
 * stuck from one that works, and because it must survive that a thread cannot be started: with nothing lost.
 *
 * <p>Any thread may call any method; none waits, but for another one that is just being started.
 */
public final class BlockingTasks {

    private static final long PATIENCE_MILLIS = 500;
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long NEVER = Long.MAX_VALUE;

    private static final BlockingTasks SHARED = new BlockingTasks(DaemonThreads::of);
    private static final Map<String, Lane> OF_HOSTS = new ConcurrentHashMap<>();
    private static final int MAX_HOSTS = 64;
    private static final Lane OF_MORE_HOSTS = lane(1_000);

    private final BiFunction<String, Runnable, Thread> maker;

    // All below, and what lanes and runners have: guarded by this.
    private final List<Runner> runners = new ArrayList<>();
    private final List<Later> scheduled = new ArrayList<>();
    private @Nullable Lane firstReady;
    private int ready;
    private int idle;

    /** @param maker makes a thread of that name, not started yet */
    BlockingTasks(BiFunction<String, Runnable, Thread> maker) {
        this.maker = maker;
    }

    /**
     * For one thing that may hang.
     *
     * @param room how many of its tasks may wait
     */
    public static Lane lane(int room) {
        return SHARED.newLane(room);
    }

    /**
     * For what may hang because of a host, whoever wants something of it. It has room for 1,000 tasks. Ask for it each time:
     * of many hosts, which others may have named, those are forgotten for which nothing runs or waits, and while
     * {@value #MAX_HOSTS} hang, all further ones are one.
     */
    public static Lane laneOfHost(String host) {
        Lane known = OF_HOSTS.get(host);
        if (known != null) {
            return known;
        }
        if (OF_HOSTS.size() >= MAX_HOSTS) {
            OF_HOSTS.values().removeIf(Lane::isIdle);
            if (OF_HOSTS.size() >= MAX_HOSTS) {
                return OF_MORE_HOSTS;
            }
        }
        Lane added = lane(1_000);
        Lane faster = OF_HOSTS.putIfAbsent(host, added);
        return faster == null ? added : faster;
    }

    /** How many are remembered. */
    static int hosts() {
        return OF_HOSTS.size();
    }

    Lane newLane(int room) {
        return new Lane(this, room);
    }

    /** For threads that come by regularly: sees to it that nothing waits for what is stuck. Next to free. */
    public static void relieve() {
        SHARED.help();
    }

    /** One more thread, if there is something to do and all there are seem to be stuck. */
    synchronized void help() {
        if (idle > 0) {
            return;
        }
        long now = System.nanoTime();
        if (firstReady != null || (!scheduled.isEmpty() && nanosUntilDue(now) <= 0)) {
            for (int i = 0; i < runners.size(); i++) {
                if (!runners.get(i).isStuck(now)) {
                    return;
                }
            }
            tryToStart();
        }
    }

    private boolean tryToStart() {
        try {
            start();
            return true;
        } catch (Throwable noThreadLeft) {
            // Nothing is lost: it is tried again by whoever comes by.
            return false;
        }
    }

    private void start() {
        int number = freeNumber();
        Runner runner = new Runner(number);
        Thread thread = maker.apply(number == 1 ? "dharma-blocking" : "dharma-blocking-" + number, runner);
        runners.add(runner);
        try {
            thread.start();
        } catch (Throwable noThreadLeft) {
            runners.remove(runner);
            throw noThreadLeft;
        }
    }

    private int freeNumber() {
        int number = 1;
        while (isTaken(number)) {
            number++;
        }
        return number;
    }

    private boolean isTaken(int number) {
        for (Runner runner : runners) {
            if (runner.number == number) {
                return true;
            }
        }
        return false;
    }

    private void wake() {
        notifyAll();
    }

    // ---- what is ready, a chain of lanes so that adding one cannot fail

    private void addReady(Lane lane, boolean first) {
        if (lane.queued) {
            return;
        }
        lane.queued = true;
        ready++;
        if (first || firstReady == null) {
            lane.nextReady = firstReady;
            firstReady = lane;
            return;
        }
        Lane last = firstReady;
        while (last.nextReady != null) {
            last = last.nextReady;
        }
        last.nextReady = lane;
    }

    private @Nullable Lane pollReady() {
        Lane lane = firstReady;
        while (lane != null) {
            firstReady = lane.nextReady;
            lane.nextReady = null;
            lane.queued = false;
            ready--;
            if (!lane.waiting.isEmpty()) {
                return lane;
            }
            lane = firstReady;
        }
        return null;
    }

    // ---- what is scheduled

    private long nanosUntilDue(long now) {
        long nanos = NEVER;
        for (int i = 0; i < scheduled.size(); i++) {
            nanos = Math.min(nanos, scheduled.get(i).dueAt - now);
        }
        return nanos;
    }

    /** One that does not fit into a heap that is full stays for the next look. */
    private void moveDue(long now) {
        for (int i = scheduled.size() - 1; i >= 0; i--) {
            Later later = scheduled.get(i);
            if (later.dueAt - now <= 0) {
                later.lane.add(later.task, false);
                scheduled.remove(i);
            }
        }
    }

    // ---- threads

    /** One thread, and what it is in. */
    private final class Runner implements Runnable {

        private final int number;
        private @Nullable Lane lane;
        private long since;

        Runner(int number) {
            this.number = number;
        }

        private boolean isStuck(long now) {
            return lane != null && now - since > PATIENCE_NANOS;
        }

        @Override
        public void run() {
            try {
                for (Runnable task = next(); task != null; task = next()) {
                    run(task);
                }
            } finally {
                leave();
            }
        }

        private void run(Runnable task) {
            try {
                task.run();
            } catch (Throwable thrown) {
                // Theirs to deal with. The thread has to go on.
            }
            // Whoever interrupted the task meant nobody else.
            boolean unused = Thread.interrupted();
        }

        /** Null if there is nothing to do, and has not been for a while. */
        private @Nullable Runnable next() {
            synchronized (BlockingTasks.this) {
                giveBackLane();
                long idleUntil = System.nanoTime() + IDLE_NANOS;
                while (true) {
                    long now = System.nanoTime();
                    Runnable task = take(now);
                    boolean keepsTime = !scheduled.isEmpty() && idle == 0;
                    if (task != null) {
                        return task;
                    }
                    if (now - idleUntil >= 0 && !keepsTime) {
                        // Under the lock in which nothing was found: nobody may count on this one any more.
                        runners.remove(this);
                        return null;
                    }
                    doze(keepsTime ? nanosUntilDue(now) : idleUntil - now);
                }
            }
        }

        private @Nullable Runnable take(long now) {
            moveDue(now);
            Lane next = pollReady();
            if (next != null) {
                lane = next;
                since = now;
                next.busy = true;
                return next.waiting.poll();
            }
            return null;
        }

        private void doze(long nanos) {
            idle++;
            try {
                TimeUnit.NANOSECONDS.timedWait(BlockingTasks.this, Math.max(1_000_000, nanos));
            } catch (InterruptedException e) {
                // Nobody's business.
            } finally {
                idle--;
            }
        }

        private void giveBackLane() {
            Lane its = lane;
            lane = null;
            if (its != null) {
                its.busy = false;
                if (!its.waiting.isEmpty()) {
                    addReady(its, false);
                }
            }
        }

        private void leave() {
            synchronized (BlockingTasks.this) {
                giveBackLane();
                runners.remove(this);
            }
        }
    }

    // ---- lanes

    /** What must run one after another, because it may hang together. */
    public static final class Lane implements Executor {

        private final BlockingTasks tasks;
        private final int room;

        // Guarded by tasks.
        private final Queue<Runnable> waiting = new ArrayDeque<>();
        private boolean busy;
        private boolean queued;
        private @Nullable Lane nextReady;

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
            synchronized (tasks) {
                if (waiting.size() >= room) {
                    return false;
                }
                add(task, false);
                tasks.wake();
                tasks.help();
                return true;
            }
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
         * Has a task run before those of other lanes, by one more thread if all are busy: for somebody who waits for it
         * and has no time to lose.
         *
         * @return false if no more may wait or no thread can be had, and it is not run
         */
        public boolean offerNow(Runnable task) {
            synchronized (tasks) {
                if (waiting.size() >= room) {
                    return false;
                }
                add(task, true);
                tasks.wake();
                boolean finds = busy || tasks.idle >= tasks.ready || tasks.tryToStart();
                return finds || !waiting.remove(task);
            }
        }

        /** Has it run after a while, however many wait by then. */
        public Later schedule(Runnable task, Duration delay) {
            synchronized (tasks) {
                Later later = new Later(this, task, System.nanoTime() + Timeouts.nanos(delay));
                tasks.scheduled.add(later);
                tasks.wake();
                if (tasks.runners.isEmpty()) {
                    boolean unused = tasks.tryToStart();
                }
                return later;
            }
        }

        private void add(Runnable task, boolean first) {
            waiting.add(task);
            if (!busy) {
                tasks.addReady(this, first);
            }
        }

        /** Nothing runs or waits. */
        boolean isIdle() {
            synchronized (tasks) {
                return !busy && waiting.isEmpty();
            }
        }

        /** Forgets a task that still waits; returns false if it does not. */
        public boolean remove(Runnable task) {
            synchronized (tasks) {
                return waiting.remove(task);
            }
        }
    }

    /** What is to run after a while. */
    public static final class Later {

        private final Lane lane;
        private final Runnable task;
        private final long dueAt;

        private Later(Lane lane, Runnable task, long dueAt) {
            this.lane = lane;
            this.task = task;
            this.dueAt = dueAt;
        }

        /** Unless its time has come, it does not run any more. */
        public void cancel() {
            synchronized (lane.tasks) {
                lane.tasks.scheduled.remove(this);
                lane.tasks.wake();
            }
        }
    }
}
