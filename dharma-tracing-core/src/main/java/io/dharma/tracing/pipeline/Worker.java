package io.dharma.tracing.pipeline;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One task's share of a thread: gives it its turn again and again until it is told to stop, whatever the task throws.
 *
 * <p>Tasks keep time themselves: a turn does what is due and says how long nothing will be. So one thread serves as
 * many deadlines as its tasks have, no timer thread is needed, and a test can take the turns itself.
 */
final class Worker {

    /** Not until woken. */
    static final long FOREVER = Long.MAX_VALUE;

    /** How long a task that threw has to wait: short enough to be back within a second, too long to spin. */
    private static final long AFTER_FAULT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** A task that throws again and again is given a rest, so that what it shares with others is not all its own. */
    private static final int FAULTS_TO_REST = 5;

    private static final long REST_NANOS = TimeUnit.MINUTES.toNanos(1);

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

    private final WorkerThread thread;
    private final Task task;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean signalled = true;
    private volatile boolean stopped;
    private volatile boolean faulted;
    private volatile boolean resting;
    private volatile long faults;
    private volatile boolean over;

    /** The thread that is in this task's turn, if any and unless it was given up. Changed under the thread's lock. */
    private volatile @Nullable Thread turnIsOf;

    // The own of whoever has the turn.
    private final long[] faultTimes = new long[FAULTS_TO_REST];
    private long napBegan;
    private long napNanos;

    Worker(WorkerThread thread, Task task) {
        this.thread = thread;
        this.task = task;
    }

    void start() {
        thread.add(this);
    }

    /** Any thread: the task gets a turn soon. Nearly free while its thread is busy or was woken already. */
    void wake() {
        if (!signalled) {
            signalled = true;
            thread.wake();
        }
    }

    /** Any thread: no turn begins after this; the task's end does. */
    void stop() {
        stopped = true;
        signalled = true;
        thread.wake();
    }

    /** Gets the task out of a call that does not come back, if that call listens to interrupts. */
    void interrupt() {
        thread.interruptTurnOf(this);
    }

    /** Gives the thread up for lost, with the call it is in, and goes on with another one. */
    void replaceThread() {
        signalled = true;
        thread.replace(this);
    }

    /** Waits for the task to end, and for its thread if it was the last one there. Returns whether they did. */
    boolean join(long nanos) throws InterruptedException {
        long until = System.nanoTime() + nanos;
        return ended.await(Math.max(1, nanos), TimeUnit.NANOSECONDS) && thread.joinIfIdle(until - System.nanoTime());
    }

    /** Whether the caller is the thread that this task, and perhaps others, have their turns on. */
    boolean isCurrentThread() {
        return thread.isCurrent() || hasTurn();
    }

    /** Whether the caller is the thread that is in this task's turn, and has not been given up. */
    boolean hasTurn() {
        return Thread.currentThread() == turnIsOf;
    }

    @Nullable
    Thread turnIsOf() {
        return turnIsOf;
    }

    /** The thread's, under its lock. */
    void turnIsOf(@Nullable Thread turnIsOf) {
        this.turnIsOf = turnIsOf;
    }

    /** Whether it is in a turn on a thread on which its neighbours are not any more. */
    boolean isAside() {
        Thread its = turnIsOf;
        return its != null && !thread.isThread(its);
    }

    boolean hasEnded() {
        return over;
    }

    /** Whether its thread must not sleep now. */
    boolean isImpatient() {
        return stopped || (signalled && !faulted);
    }

    /** How many throwables it has survived. */
    long faults() {
        return faults;
    }

    /** Whether its task threw so often within a minute that it has to wait for another one. */
    boolean isResting() {
        return resting;
    }

    // ---- the thread

    /** Nanoseconds until it wants a turn again; gives it one now if it wants one. */
    long turnIfDue(long now) {
        if (stopped) {
            end();
            return FOREVER;
        }
        long left = napNanos == FOREVER ? FOREVER : napNanos - (now - napBegan);
        // After a fault the wait is kept whoever calls, or callers would make it spin.
        if (left > 0 && (!signalled || faulted)) {
            return left;
        }
        // Before the turn, not after: what comes in while the task is busy must earn it another turn.
        signalled = false;
        thread.turnBegins(this);
        try {
            return turn();
        } finally {
            thread.turnEnds(this);
        }
    }

    private long turn() {
        long nanos = FOREVER;
        try {
            nanos = task.turn();
            if (hasTurn()) {
                faulted = false;
                resting = false;
            }
        } catch (Throwable unexpected) {
            nanos = hasTurn() ? survive() : FOREVER;
        }
        if (hasTurn()) {
            napBegan = System.nanoTime();
            napNanos = nanos;
        }
        return nanos;
    }

    /** Allocates nothing and calls nobody, for the heap or the stack may be what is at an end. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // only this thread writes it
    private long survive() {
        long now = System.nanoTime();
        int place = (int) (faults % FAULTS_TO_REST);
        boolean often = faults >= FAULTS_TO_REST && now - faultTimes[place] < REST_NANOS;
        faultTimes[place] = now;
        faults++;
        faulted = true;
        resting = often;
        return often ? REST_NANOS : AFTER_FAULT_NANOS;
    }

    private void end() {
        thread.turnBegins(this);
        try {
            task.end();
        } catch (Throwable unexpected) {
            long unused = survive();
        } finally {
            over = true;
            thread.remove(this);
            thread.turnEnds(this);
            ended.countDown();
        }
    }
}
