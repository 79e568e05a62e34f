package io.dharma.tracing.internal.settings;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One setting as sources name it. An entry of {@link Keys}.
 *
 * @param <T> what its values are
 */
public final class Key<T> {

    private final Section section;
    private final String name;
    private final String variable;
    private final Type<T> type;
    private final @Nullable String defaultText;
    private final String defaultMeaning;
    private final String description;

    private Key(
            Section section,
            String name,
            String variable,
            Type<T> type,
            @Nullable String defaultText,
            String defaultMeaning,
            String description) {
        this.section = section;
        this.name = name;
        this.variable = variable;
        this.type = type;
        this.defaultText = defaultText;
        this.defaultMeaning = defaultMeaning;
        this.description = description;
    }

    static <T> Key<T> withDefault(Section section, String name, Type<T> type, String defaultText, String description) {
        return new Key<>(section, name, variableOf(name), type, defaultText, defaultText, description);
    }

    static <T> Key<T> withoutDefault(
            Section section, String name, Type<T> type, String defaultMeaning, String description) {
        return new Key<>(section, name, variableOf(name), type, null, defaultMeaning, description);
    }

    private static String variableOf(String name) {
        return name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** As system properties and files name it: {@code otel.service.name}. */
    public String name() {
        return name;
    }

    /** As the environment names it: {@code OTEL_SERVICE_NAME}. */
    public String variable() {
        return variable;
    }

    /** What values it takes. */
    public Type<T> type() {
        return type;
    }

    /** What goes on if nobody sets it; null if that is more than a value. */
    public @Nullable T defaultValue() {
        return defaultText == null ? null : type.parse(defaultText);
    }

    Section section() {
        return section;
    }

    String defaultMeaning() {
        return defaultMeaning;
    }

    String description() {
        return description;
    }

    @Override
    public String toString() {
        return name;
    }
}
