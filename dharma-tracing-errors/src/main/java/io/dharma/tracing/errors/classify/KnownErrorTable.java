package io.dharma.tracing.errors.classify;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds what is known of one throwable. */
final class KnownErrorTable {

    private static final Map<String, List<KnownError>> BY_TYPE = Stream.of(
                    KnownErrors.JDK, KnownErrors.DATABASES, KnownErrors.FRAMEWORKS, KnownErrors.CLIENTS)
            .flatMap(KnownErrorTable::parse)
            .collect(Collectors.groupingBy(KnownError::type));

    private static final List<KnownError> BY_ENDING = parse(KnownErrors.ENDINGS).toList();

    private KnownErrorTable() {}

    /**
     * The rule for the nearest class in the hierarchy that has a telling one; if none has, the nearest rule, or what a class
     * without one is called.
     */
    static @Nullable KnownError find(ErrorType type, @Nullable String message) {
        KnownError nearest = null;
        for (String name : type.names()) {
            KnownError rule = ofClass(name, message, type.sqlState());
            if (rule != null && rule.isTelling()) {
                return rule;
            }
            if (nearest == null) {
                nearest = rule == null ? byEnding(name) : rule;
            }
        }
        return nearest;
    }

    private static @Nullable KnownError ofClass(String name, @Nullable String message, @Nullable String sqlState) {
        for (KnownError rule : BY_TYPE.getOrDefault(name, List.of())) {
            if (rule.holdsFor(message, sqlState)) {
                return rule;
            }
        }
        return null;
    }

    private static @Nullable KnownError byEnding(String name) {
        for (KnownError rule : BY_ENDING) {
            if (name.endsWith(rule.type().substring(1))) {
                return rule;
            }
        }
        return null;
    }

    private static Stream<KnownError> parse(String table) {
        return table.lines().filter(line -> !line.isBlank()).flatMap(KnownError::parse);
    }
}
