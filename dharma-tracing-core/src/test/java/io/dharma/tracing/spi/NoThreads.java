package io.dharma.tracing.spi;

import io.dharma.tracing.spi.BlockingTasks.Lane;
import java.util.concurrent.atomic.AtomicBoolean;

/** A machine that is out of threads, until it has some again. Any thread. */
public final class NoThreads {

    private final AtomicBoolean out = new AtomicBoolean(true);

    /** Makes one that cannot be started, as long as there are none. */
    public Thread make(String name, Runnable task) {
        Thread thread = out.get() ? new Unstartable(name) : new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    public void are(boolean none) {
        out.set(none);
    }

    /** A lane whose tasks need a thread of this machine. */
    public Lane lane(int room) {
        return new BlockingTasks(this::make).newLane(room);
    }

    private static final class Unstartable extends Thread {

        Unstartable(String name) {
            super(name);
        }

        @Override
        public synchronized void start() {
            throw new OutOfMemoryError("unable to create native thread, as if");
        }
    }
}
