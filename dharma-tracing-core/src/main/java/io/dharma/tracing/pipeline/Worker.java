package io.dharma.tracing.pipeline;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A daemon thread that gives one task its turn again and again until it is told to stop, whatever the task throws.
 *
 * <p>Tasks keep time themselves: a turn does what is due and says how long nothing will be. So one thread serves as
 * many deadlines as its task has, no timer thread is needed, and a test can take the turns itself.
 */
final class Worker implements Runnable {

    /** Not until woken. */
    static final long FOREVER = Long.MAX_VALUE;

    /** How long a task that threw has to wait: short enough to be back within a second, too long to spin. */
    private static final long AFTER_FAULT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    interface Task {

        /**
         * Does what is due.
         *
         * @return nanoseconds until something is due again, 0 for at once, {@link #FOREVER} for when woken
         */
        long turn();

        /** The last act, on the same thread. */
        default void end() {}
    }

    private final Task task;
    private final Thread thread;
    private volatile boolean signalled;
    private volatile boolean sleeping;
    private volatile boolean stopped;
    private volatile long faults;

    Worker(String name, Task task) {
        this.task = task;
        // No inherited thread-locals: what the thread that calls init() carries is not ours to keep alive.
        this.thread = new Thread(null, this, name, 0, false);
        thread.setDaemon(true);
        // Not the caller's class loader either, or a redeployed application could not be collected.
        thread.setContextClassLoader(Worker.class.getClassLoader());
    }

    void start() {
        thread.start();
    }

    /**
     * Any thread: the task gets a turn soon. Nearly free while the thread is busy or was woken already. The waker sets
     * {@code signalled} and then reads {@code sleeping}, the thread the other way round, and both are volatile: one of
     * the two sees the other.
     */
    void wake() {
        if (!signalled) {
            signalled = true;
            if (sleeping) {
                LockSupport.unpark(thread);
            }
        }
    }

    /** Any thread: no turn begins after this; the task's end does. */
    void stop() {
        stopped = true;
        wake();
    }

    /** Gets it out of a call that does not come back, if that call listens to interrupts. */
    void interrupt() {
        thread.interrupt();
    }

    /** Waits for the thread to end. Returns whether it did. */
    boolean join(long nanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, nanos));
        return !thread.isAlive();
    }

    boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    /** How many throwables it has survived. */
    long faults() {
        return faults;
    }

    @Override
    public void run() {
        while (!stopped) {
            try {
                takeTurns();
            } catch (Throwable unexpected) {
                survive();
            }
        }
        try {
            task.end();
        } catch (Throwable unexpected) {
            survive();
        }
    }

    private void takeTurns() {
        while (!stopped) {
            // Before the turn, not after: what comes in while the task is busy must earn it another turn.
            signalled = false;
            long nanos = task.turn();
            if (nanos > 0) {
                sleep(nanos);
            }
        }
    }

    private void sleep(long nanos) {
        sleeping = true;
        if (signalled) {
            sleeping = false;
            return;
        }
        if (nanos == FOREVER) {
            LockSupport.park(this);
        } else {
            LockSupport.parkNanos(this, nanos);
        }
        sleeping = false;
        // Somebody's interrupt is no reason to stop, and left standing it would turn every further sleep into a spin.
        Thread.interrupted();
    }

    /** Allocates nothing and calls nobody, for the heap or the stack may be what is at an end. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // only this thread writes it
    private void survive() {
        Thread.interrupted();
        faults++;
        if (!stopped) {
            LockSupport.parkNanos(AFTER_FAULT_NANOS);
        }
    }
}
