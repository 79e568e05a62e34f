package io.dharma.tracing.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/**
 * Which ids must not become part of a correlation, because a redactor that is at work in this process would take them out
 * of spans and logs: a card's number, say, that somebody uses as an order's.
 *
 * <p>The application makes a {@link io.dharma.tracing.context.CorrelationContext} without naming a tracer, so there is one
 * list for the process, which every tracer with a redactor is on while it runs. An id that was made before is not looked at
 * again.
 *
 * <p>Any thread. Asking costs a volatile read where nothing is registered.
 */
public final class SensitiveIds {

    private static volatile List<Predicate<String>> screens = List.of();

    private SensitiveIds() {}

    /**
     * Adds a screen, which is asked about every id that an application names, on the thread that does.
     *
     * @param screen whether an id is sensitive; of one that throws, all are
     */
    public static Registration register(Predicate<String> screen) {
        Objects.requireNonNull(screen, "screen");
        synchronized (SensitiveIds.class) {
            List<Predicate<String>> more = new ArrayList<>(screens);
            more.add(screen);
            screens = List.copyOf(more);
        }
        AtomicBoolean open = new AtomicBoolean(true);
        return () -> {
            if (open.compareAndSet(true, false)) {
                unregister(screen);
            }
        };
    }

    private static synchronized void unregister(Predicate<String> screen) {
        List<Predicate<String>> fewer = new ArrayList<>(screens);
        fewer.remove(screen);
        screens = List.copyOf(fewer);
    }

    /** Whether any screen says so. */
    public static boolean include(String id) {
        List<Predicate<String>> asked = screens;
        for (int i = 0; i < asked.size(); i++) {
            if (isSensitive(asked.get(i), id)) {
                return true;
            }
        }
        return false;
    }

    /** Asks one screen, and is on the safe side if it fails. */
    public static boolean isSensitive(Predicate<String> screen, String id) {
        try {
            return screen.test(id);
        } catch (Exception | LinkageError | StackOverflowError | AssertionError hostile) {
            return true;
        }
    }

    /** Takes a screen off the list again. */
    public interface Registration extends AutoCloseable {
        /** Takes effect for ids named later; harmless when repeated. */
        @Override
        void close();
    }
}
