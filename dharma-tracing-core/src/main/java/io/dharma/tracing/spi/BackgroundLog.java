package io.dharma.tracing.spi;

import io.dharma.tracing.spi.BlockingTasks.Lane;
import io.dharma.tracing.spi.BlockingTasks.Later;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log for threads that others depend on. The application's log may hang, be it on a standard output that nobody
 * reads, and must not take our deliveries with it: a line is only handed over, and written by another thread
 * ({@link BlockingTasks}).
 *
 * <p>Lines stay in order. While {@value #MAX_LINES} wait for a log that hangs, further ones are dropped. Any thread;
 * nothing here waits, unless it says so, or throws. Arguments are those of SLF4J, and must not change any more.
 */
public final class BackgroundLog {

    private static final int MAX_LINES = 256;
    private static final Lane LINES = BlockingTasks.lane(MAX_LINES);

    private final Logger logger;

    private BackgroundLog(Logger logger) {
        this.logger = logger;
    }

    /** The log named after a class. */
    public static BackgroundLog of(Class<?> type) {
        return new BackgroundLog(LoggerFactory.getLogger(type));
    }

    /** The log of this name. */
    public static BackgroundLog named(String name) {
        return new BackgroundLog(LoggerFactory.getLogger(name));
    }

    public void warn(String format, @Nullable Object... arguments) {
        say(() -> logger.warn(format, arguments));
    }

    public void info(String format, @Nullable Object... arguments) {
        say(() -> logger.info(format, arguments));
    }

    /** Nothing is handed over if the log does not want it. */
    public void debug(String format, @Nullable Object... arguments) {
        try {
            if (logger.isDebugEnabled()) {
                say(() -> logger.debug(format, arguments));
            }
        } catch (Throwable hostile) {
            // A filter of the application, say.
        }
    }

    private static void say(Runnable line) {
        try {
            boolean unused = LINES.offer(line);
        } catch (Throwable noMemoryLeft) {
            // It is a line in a log.
        }
    }

    /**
     * Waits until what was said before is written.
     *
     * @return false if that took too long
     */
    public static boolean await(Duration deadline) throws InterruptedException {
        if (LINES.isIdle()) {
            return true;
        }
        CountDownLatch written = new CountDownLatch(1);
        // Behind the others, and also where no more may wait.
        Later last = LINES.schedule(written::countDown, Duration.ZERO);
        try {
            return written.await(Timeouts.nanos(deadline), TimeUnit.NANOSECONDS);
        } finally {
            last.cancel();
        }
    }
}
