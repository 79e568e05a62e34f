package io.dharma.tracing.errors;

import java.lang.Thread.UncaughtExceptionHandler;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Captures what ends a thread because nobody caught it. Opt-in: there is one default handler for the whole process, which
 * {@link #install} takes over until {@link #close()}.
 *
 * <p>Whoever handled it before still does, afterwards and whatever happens to the capture; where nobody did, it is printed
 * to {@code System.err}, as the JVM would have done. Nothing is waited for, also where it was the last thread: what was
 * captured is delivered, or written down, by the hook that runs when the JVM ends.
 *
 * <p>Not heard of are threads, and thread groups, that have a handler of their own, tasks whose executor keeps what they
 * threw in a future, and threads of this library. Any thread.
 */
public final class UncaughtErrors implements AutoCloseable {

    private static final String OUR_THREADS = "dharma-";

    private final Handler handler;

    private UncaughtErrors(Handler handler) {
        this.handler = handler;
    }

    /** Captures for this tracker from now on, before what the default handler does. */
    public static UncaughtErrors install(ErrorTracker tracker) {
        Objects.requireNonNull(tracker, "tracker");
        return install(tracker::capture);
    }

    static UncaughtErrors install(BiConsumer<Throwable, CaptureDetails> capture) {
        synchronized (UncaughtErrors.class) {
            Handler handler = new Handler(capture, Thread.getDefaultUncaughtExceptionHandler());
            Thread.setDefaultUncaughtExceptionHandler(handler);
            return new UncaughtErrors(handler);
        }
    }

    /**
     * Captures no more, and puts back the handler that was there before; unless somebody has set another one since, who may
     * call ours: then ours only passes on. Harmless when repeated.
     */
    @Override
    public void close() {
        synchronized (UncaughtErrors.class) {
            handler.capture = null;
            if (Thread.getDefaultUncaughtExceptionHandler() == handler) {
                Thread.setDefaultUncaughtExceptionHandler(handler.previous);
            }
        }
    }

    /** What the JVM knows, and keeps; so it lets go of the tracker when that is closed. */
    private static final class Handler implements UncaughtExceptionHandler {

        private volatile @Nullable BiConsumer<Throwable, CaptureDetails> capture;
        private final @Nullable UncaughtExceptionHandler previous;

        Handler(BiConsumer<Throwable, CaptureDetails> capture, @Nullable UncaughtExceptionHandler previous) {
            this.capture = capture;
            this.previous = previous;
        }

        @Override
        public void uncaughtException(Thread thread, Throwable throwable) {
            try {
                capture(thread, throwable);
            } catch (Throwable contained) {
                // Nobody is there who could be told; the throwable itself matters more, and goes on.
            }
            passOn(thread, throwable);
        }

        private void capture(Thread thread, Throwable throwable) {
            BiConsumer<Throwable, CaptureDetails> open = capture;
            if (open != null && !thread.getName().startsWith(OUR_THREADS)) {
                open.accept(throwable, CaptureDetails.uncaught());
            }
        }

        private void passOn(Thread thread, Throwable throwable) {
            if (previous != null) {
                previous.uncaughtException(thread, throwable);
            } else if (!isThreadDeath(throwable)) {
                System.err.print("Exception in thread \"" + thread.getName() + "\" ");
                throwable.printStackTrace(System.err);
            }
        }

        /** By its name, since the class is going to be removed. The JVM has always been silent about it. */
        private static boolean isThreadDeath(Throwable throwable) {
            return throwable.getClass().getName().equals("java.lang.ThreadDeath");
        }
    }
}
