package io.dharma.tracing.errors.fingerprint;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a throwable is, whatever it does: it may throw, return null or never the same, be its own cause, or nest
 * thousands deep. So every call into it is contained, the walk remembers what it has seen, and all is bounded.
 */
final class ThrowableReader {

    private static final int MAX_THROWABLES = 64;

    /** What is suppressed within what was suppressed within ... is of no interest long before it overflows a stack. */
    private static final int MAX_SUPPRESSED_DEPTH = 4;

    private final Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    StackTraceModel read(Throwable outermost) {
        return new StackTraceModel(chain(outermost, 0));
    }

    /** All causes before anything that is suppressed, so that a tree of those does not cost a cause. */
    private List<ThrownError> chain(Throwable outermost, int depth) {
        List<Throwable> throwables = new ArrayList<>();
        Throwable next = outermost;
        while (next != null && seen.size() < MAX_THROWABLES && seen.add(next)) {
            throwables.add(next);
            next = contained(next::getCause, null);
        }
        List<ThrownError> causes = new ArrayList<>();
        throwables.forEach(throwable -> causes.add(error(throwable, depth)));
        return causes;
    }

    private ThrownError error(Throwable throwable, int depth) {
        return new ThrownError(
                throwable.getClass().getName(), message(throwable), frames(throwable), suppressed(throwable, depth));
    }

    private static @Nullable String message(Throwable throwable) {
        return contained(throwable::getMessage, "(message not available)");
    }

    private static List<TraceFrame> frames(Throwable throwable) {
        List<TraceFrame> frames = contained(() -> framesOf(throwable.getStackTrace()), List.of());
        return frames == null ? List.of() : frames;
    }

    /** Of a million frames only those are copied that {@link ThrownError} keeps. */
    private static List<TraceFrame> framesOf(StackTraceElement[] elements) {
        List<TraceFrame> frames = new ArrayList<>();
        int half = ThrownError.MAX_FRAMES / 2;
        for (int i = 0; i < elements.length; i++) {
            if (i < half || i >= elements.length - half) {
                frames.add(TraceFrame.of(elements[i]));
            }
        }
        return frames;
    }

    /** {@code getSuppressed()} is final, and never null. */
    private List<StackTraceModel> suppressed(Throwable throwable, int depth) {
        if (depth >= MAX_SUPPRESSED_DEPTH) {
            return List.of();
        }
        List<StackTraceModel> suppressed = new ArrayList<>();
        for (Throwable one : throwable.getSuppressed()) {
            if (seen.size() >= MAX_THROWABLES) {
                break;
            }
            List<ThrownError> causes = chain(one, depth + 1);
            if (!causes.isEmpty()) {
                suppressed.add(new StackTraceModel(causes));
            }
        }
        return suppressed;
    }

    /** Whatever is thrown, a stack overflow or an out of memory included, came from the throwable's own code. */
    private static <T> @Nullable T contained(Supplier<? extends @Nullable T> call, @Nullable T otherwise) {
        try {
            return call.get();
        } catch (Throwable hostile) {
            return otherwise;
        }
    }
}
