package io.dharma.tracing.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A daemon thread that gives its {@link Worker}s their turns, one after another. It runs while it has any: the first
 * worker starts it, with the last one it ends, and may be started anew.
 *
 * <p>It cannot be ended by what its workers' tasks throw, nor by an interrupt. What can happen is that a task never
 * comes back from a call into somebody else's code; then {@link #replace()} gives the workers another thread.
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

    WorkerThread(String name) {
        this.name = name;
    }

    synchronized void add(Worker worker) {
        List<Worker> more = new ArrayList<>(workers);
        more.add(worker);
        workers = List.copyOf(more);
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
     * The thread is stuck in a call that ignores interrupts: lets another one go on where it was. Should the old one
     * ever come back, it ends; a task that may be hit by this has to ask {@link #isCurrent()} after the call and
     * touch nothing if it is not.
     */
    synchronized void replace() {
        startThread();
        running = null;
    }

    private void startThread() {
        // No inherited thread-locals: what the thread that calls init() carries is not ours to keep alive.
        Thread started = new Thread(null, this, name, 0, false);
        started.setDaemon(true);
        // Not the caller's class loader either, or a redeployed application could not be collected.
        started.setContextClassLoader(WorkerThread.class.getClassLoader());
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
        return Thread.currentThread() == thread;
    }

    /** Interrupts the worker's turn, and surely nobody else's. */
    synchronized void interruptTurnOf(Worker worker) {
        Thread current = thread;
        if (running == worker && current != null) {
            current.interrupt();
        }
    }

    synchronized void turnBegins(Worker worker) {
        running = worker;
    }

    /** An interrupt was meant for this turn, if for any: it must not hit the next one. */
    synchronized void turnEnds() {
        if (isCurrent()) {
            running = null;
            boolean unused = Thread.interrupted();
        }
    }

    @Override
    public void run() {
        while (goesOn()) {
            try {
                long nanos = giveTurns();
                if (nanos > 0 && isCurrent()) {
                    sleep(nanos);
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

    private void sleep(long nanos) {
        sleeping = true;
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
