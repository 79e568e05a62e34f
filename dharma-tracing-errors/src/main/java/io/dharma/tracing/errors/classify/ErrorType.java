package io.dharma.tracing.errors.classify;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one throwable is, without a reference to it or its class. Immutable; any thread.
 *
 * @param names the binary name of its class, then those of what that extends and implements, the nearest first; at least
 *     one, and at most {@value #MAX_NAMES} are kept. Only the first where no more than a printed trace is known
 * @param sqlState the code by which databases say what was wrong, if it is a {@code java.sql.SQLException} that has one
 */
public record ErrorType(List<String> names, @Nullable String sqlState) {

    static final int MAX_NAMES = 64;

    /** Every throwable is both, and {@code Serializable}. */
    private static final Set<String> OF_NO_INTEREST =
            Set.of("java.lang.Object", "java.lang.Throwable", "java.io.Serializable");

    /** @throws IllegalArgumentException if there is no name */
    public ErrorType {
        if (names.isEmpty()) {
            throw new IllegalArgumentException("names must begin with the class itself, but is empty");
        }
        names = List.copyOf(names.subList(0, Math.min(names.size(), MAX_NAMES)));
    }

    /** Where nothing else is known. */
    static ErrorType named(String className) {
        return new ErrorType(List.of(className), null);
    }

    /** Of a live one, of which only what is final is called, and {@code getSQLState()}. */
    static ErrorType of(Throwable throwable) {
        return new ErrorType(hierarchy(throwable.getClass()), SqlStates.of(throwable));
    }

    /** Whether it is an instance of this class or interface, as far as that is known. */
    public boolean is(String className) {
        return names.contains(className);
    }

    /** The name of its class. */
    public String name() {
        return names.get(0);
    }

    private static List<String> hierarchy(Class<?> type) {
        Set<String> names = new LinkedHashSet<>();
        for (Class<?> next = type; next != null && names.size() < MAX_NAMES; next = next.getSuperclass()) {
            names.add(next.getName());
            addInterfaces(next, names);
        }
        List<String> telling = new ArrayList<>(names);
        telling.subList(1, telling.size()).removeAll(OF_NO_INTEREST);
        return telling;
    }

    private static void addInterfaces(Class<?> type, Set<String> names) {
        for (Class<?> each : type.getInterfaces()) {
            if (names.size() < MAX_NAMES && names.add(each.getName())) {
                addInterfaces(each, names);
            }
        }
    }
}
