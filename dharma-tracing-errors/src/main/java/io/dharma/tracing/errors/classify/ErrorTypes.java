package io.dharma.tracing.errors.classify;

import io.dharma.tracing.errors.fingerprint.StackTraceModel;
import io.dharma.tracing.errors.fingerprint.ThrownError;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a throwable and its causes are: so that a rule for {@code java.sql.SQLException} also holds for the exceptions of
 * every driver. Immutable; any thread.
 *
 * @param causes the throwable, what caused it, what caused that, and so on; at least one, and at most
 *     {@value #MAX_CAUSES} are kept
 */
public record ErrorTypes(List<ErrorType> causes) {

    static final int MAX_CAUSES = 64;

    /** @throws IllegalArgumentException if there is none */
    public ErrorTypes {
        if (causes.isEmpty()) {
            throw new IllegalArgumentException("causes must have the throwable itself, but is empty");
        }
        causes = List.copyOf(causes.subList(0, Math.min(causes.size(), MAX_CAUSES)));
    }

    /**
     * Reads a throwable. Never throws, whatever the throwable does; but it calls {@code getCause()} and {@code getSQLState()},
     * which the application may have overridden, so this is not for a thread that serves a request.
     */
    public static ErrorTypes of(Throwable throwable) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        List<ErrorType> causes = new ArrayList<>();
        Throwable next = throwable;
        while (next != null && causes.size() < MAX_CAUSES && seen.add(next)) {
            causes.add(ErrorType.of(next));
            next = causeOf(next);
        }
        return new ErrorTypes(causes);
    }

    /** Where only a trace is known: the names in it. */
    public static ErrorTypes of(StackTraceModel trace) {
        return new ErrorTypes(trace.causes().stream()
                .map(ThrownError::type)
                .map(ErrorType::named)
                .toList());
    }

    /** Whether the throwable or one of its causes is an instance of this class or interface, as far as that is known. */
    public boolean include(String className) {
        return causes.stream().anyMatch(cause -> cause.is(className));
    }

    /**
     * The one at this place of a trace. What does not fit, because a throwable named another cause when it was asked again,
     * is known by its name alone.
     */
    ErrorType at(int index, ThrownError error) {
        if (index < causes.size() && causes.get(index).name().equals(error.type())) {
            return causes.get(index);
        }
        return ErrorType.named(error.type());
    }

    private static @Nullable Throwable causeOf(Throwable throwable) {
        try {
            return throwable.getCause();
        } catch (Throwable hostile) {
            return null;
        }
    }
}
