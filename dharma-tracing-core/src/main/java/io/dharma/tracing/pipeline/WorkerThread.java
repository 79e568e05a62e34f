package io.dharma.tracing.pipeline;

import io.dharma.tracing.spi.DaemonThreads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A daemon thread that gives its {@link Worker}s their turns, one after another. It runs while it has any: the first
 * worker starts it, with the last one it ends, and may be started anew.
 *
 * <p>It cannot be ended by what its workers' tasks throw, nor by an interrupt. What can happen is that a task does not
 * come back from a call into somebody else's code. Then the others on that thread must not wait for it:
 *
 * <ul>
 *   <li>{@link #lookAfter}, which other threads of ours call, <em>sets the task aside</em>: it keeps the thread that it
 *       is in, and all others go on with a new one. When it does come back it joins them again, and the old thread
 *       ends. Nothing is lost by that, so it may well hit a task that was merely slow.
 *   <li>{@link #replace} is for a task that knows what it lost: it gives up the call it is in together with its thread,
 *       and goes on, with all others, on a new one.
 * </ul>
 */
final class WorkerThread implements Runnable {

    /** Nobody waits for it this long, so that a fault that comes back at once cannot spin. */
    private static final long AFTER_FAULT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final String name;

    // Changed under this object's lock, read without.
    private volatile List<Worker> workers = List.of();
    private volatile @Nullable Thread thread;
    private boolean finished;

    private volatile boolean sleeping;

    /** Whose turn it is; guarded by this. */
    private @Nullable Worker running;

    // Written by whoever has the turn, under this object's lock, read without.
    private volatile boolean inTurn;
    private volatile long turnBegan;

    private final LongSupplier lookAround;
    private final BiFunction<String, Runnable, Thread> maker;

    WorkerThread(String name) {
        this(name, () -> Worker.FOREVER, WorkerThread::daemon);
    }

    /**
     * @param lookAround what the thread does between turns, to look after other threads; says how many nanoseconds it
     *     may sleep until it has to look again
     * @param maker makes a thread of that name, not started yet
     */
    WorkerThread(String name, LongSupplier lookAround, BiFunction<String, Runnable, Thread> maker) {
        this.name = name;
        this.lookAround = lookAround;
        this.maker = maker;
    }

    static Thread daemon(String name, Runnable task) {
        Thread thread = DaemonThreads.of(name, task);
        // What it calls may be the application's hooks, which may ask for one.
        thread.setContextClassLoader(WorkerThread.class.getClassLoader());
        return thread;
    }

    synchronized void add(Worker worker) {
        if (!workers.contains(worker)) {
            List<Worker> more = new ArrayList<>(workers);
            more.add(worker);
            workers = List.copyOf(more);
        }
        if (thread == null || finished) {
            startThread();
        } else {
            wake();
        }
    }

    synchronized void remove(Worker worker) {
        workers = workers.stream().filter(other -> other != worker).toList();
    }

    /**
     * The worker is stuck in a call that ignores interrupts: lets it go on without that call, on another thread. Should
     * the old one ever come back, it ends; a task that may be hit by this has to ask {@link Worker#hasTurn} after the
     * call and touch nothing if it has not.
     */
    synchronized void replace(Worker worker) {
        if (worker.isAside()) {
            add(worker);
        } else {
            startThread();
            runningIs(null);
        }
        worker.turnIsOf(null);
    }

    /**
     * Another thread's: lets those that wait for a turn here go on with a new thread, if the turn that is under way has
     * taken too long.
     */
    void lookAfter(long now, long patienceNanos) {
        if (inTurn && workers.size() > 1 && now - turnBegan > patienceNanos) {
            setAside(now, patienceNanos);
        }
    }

    /** Any thread: whether there is something to look after. */
    boolean isInTurn() {
        return inTurn;
    }

    private synchronized void setAside(long now, long patienceNanos) {
        Worker stuck = running;
        if (stuck == null || now - turnBegan <= patienceNanos || workers.size() < 2) {
            return;
        }
        // First, or the new thread would find it here.
        remove(stuck);
        try {
            startThread();
        } catch (Throwable noThreadLeft) {
            add(stuck);
            throw noThreadLeft;
        }
        runningIs(null);
    }

    private void runningIs(@Nullable Worker worker) {
        running = worker;
        if (worker != null) {
            turnBegan = System.nanoTime();
        }
        inTurn = worker != null;
    }

    private void startThread() {
        Thread started = maker.apply(name, this);
        Thread before = thread;
        boolean finishedBefore = finished;
        thread = started;
        finished = false;
        try {
            started.start();
        } catch (Throwable noThreadLeft) {
            thread = before;
            finished = finishedBefore;
            throw noThreadLeft;
        }
    }

    /**
     * Any thread: there is something to do. Who wakes sets its flag and then reads {@code sleeping}, the thread does it
     * the other way round, and all are volatile: one of the two sees the other.
     */
    void wake() {
        if (sleeping) {
            LockSupport.unpark(thread);
        }
    }

    boolean isCurrent() {
        return isThread(Thread.currentThread());
    }

    boolean isThread(Thread other) {
        return other == thread;
    }

    /** Interrupts the worker's turn, and surely nobody else's. */
    synchronized void interruptTurnOf(Worker worker) {
        Thread its = worker.turnIsOf();
        if (its != null) {
            its.interrupt();
        }
    }

    synchronized void turnBegins(Worker worker) {
        runningIs(worker);
        worker.turnIsOf(Thread.currentThread());
    }

    /** An interrupt was meant for this turn, if for any: it must not hit the next one. */
    synchronized void turnEnds(Worker worker) {
        if (!worker.hasTurn()) {
            return;
        }
        boolean unused = Thread.interrupted();
        worker.turnIsOf(null);
        if (running == worker) {
            runningIs(null);
        } else {
            rejoins(worker);
        }
    }

    private void rejoins(Worker worker) {
        if (!worker.hasEnded()) {
            add(worker);
        }
    }

    @Override
    public void run() {
        while (goesOn()) {
            try {
                long nanos = giveTurns();
                if (nanos > 0 && isCurrent()) {
                    sleep(nanos);
                } else {
                    long unused = lookAround.getAsLong();
                }
            } catch (Throwable unexpected) {
                // Workers contain what their tasks throw. This is what hit the few lines around it.
                LockSupport.parkNanos(AFTER_FAULT_NANOS);
            }
        }
    }

    private boolean goesOn() {
        if (!isCurrent()) {
            return false;
        }
        if (!workers.isEmpty()) {
            return true;
        }
        synchronized (this) {
            finished = workers.isEmpty() && isCurrent();
            return !finished && isCurrent();
        }
    }

    /** Waits for the thread to be gone if it has no workers any more. */
    boolean joinIfIdle(long nanos) throws InterruptedException {
        Thread last = thread;
        if (last != null && workers.isEmpty() && !isCurrent()) {
            TimeUnit.NANOSECONDS.timedJoin(last, Math.max(1, nanos));
            return !last.isAlive();
        }
        return true;
    }

    /** Nanoseconds until one of the workers is due again. */
    private long giveTurns() {
        long untilDue = Worker.FOREVER;
        for (Worker worker : workers) {
            if (!isCurrent()) {
                // Given up in the turn before, which came back after all: the rest is another thread's.
                return 0;
            }
            untilDue = Math.min(untilDue, worker.turnIfDue(System.nanoTime()));
        }
        return workers.isEmpty() ? 0 : untilDue;
    }

    private void sleep(long nanosUntilDue) {
        sleeping = true;
        // Only now: a turn elsewhere that begins after this look finds somebody to wake.
        long nanos = Math.min(nanosUntilDue, lookAround.getAsLong());
        if (workers.stream().noneMatch(Worker::isImpatient)) {
            if (nanos == Worker.FOREVER) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, nanos);
            }
        }
        sleeping = false;
        // Somebody's interrupt is no reason to stop, and left standing it would turn every further sleep into a spin.
        boolean unused = Thread.interrupted();
    }
}
