package io.dharma.tracing.internal.settings;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was set, by key. The higher source wins, in whatever order they come; of one source the later call.
 *
 * <p>For one thread while it is filled; nobody changes it after that.
 */
public final class Settings {

    private final Map<Key<?>, Setting<?>> byKey = new LinkedHashMap<>();

    /** Attributes are the one setting whose sources add up. */
    private final Map<String, Setting<String>> attributes = new TreeMap<>();

    /** A copy that later changes of this object do not reach. */
    public Settings copy() {
        Settings copy = new Settings();
        copy.byKey.putAll(byKey);
        copy.attributes.putAll(attributes);
        return copy;
    }

    /** Sets, unless a higher source did before. */
    public <T> void put(Key<T> key, T value, Origin origin) {
        Setting<T> before = find(key);
        if (before == null || origin.source().compareTo(before.origin().source()) >= 0) {
            byKey.put(key, new Setting<>(value, origin));
        }
    }

    /** Checks what code set, and takes out what is wrong. */
    public void checkCode(List<Problem> problems) {
        for (Key<?> key : Keys.all()) {
            checkCode(key, problems);
        }
    }

    private <T> void checkCode(Key<T> key, List<Problem> problems) {
        Setting<T> setting = find(key);
        if (setting == null || !setting.isCode()) {
            return;
        }
        try {
            key.type().check(setting.value());
        } catch (IllegalArgumentException wrong) {
            String shown = key.type().isSecret() ? null : key.type().show(setting.value());
            problems.add(new Problem(key.name(), shown, setting.origin(), whatIsWrong(key, wrong)));
            byKey.remove(key);
        }
    }

    static String whatIsWrong(Key<?> key, IllegalArgumentException wrong) {
        return wrong.getMessage() + "; allowed is " + key.type().allowed();
    }

    /** Sets one attribute of the resource, unless a higher source did before. */
    public void putAttribute(String name, String value, Origin origin) {
        Setting<String> before = attributes.get(name);
        if (before == null || origin.source().compareTo(before.origin().source()) >= 0) {
            attributes.put(name, new Setting<>(value, origin));
        }
    }

    /** What was set; null if nothing was. */
    @SuppressWarnings("unchecked") // put() admits nothing else under this key
    public <T> @Nullable Setting<T> find(Key<T> key) {
        return (Setting<T>) byKey.get(key);
    }

    /** What was set, or else the key's default. */
    public <T> Setting<T> get(Key<T> key) {
        Setting<T> found = find(key);
        return found != null
                ? found
                : new Setting<>(Objects.requireNonNull(key.defaultValue(), key.name()), Origin.DEFAULT);
    }

    /** The value that was set, or else the key's default. */
    public <T> T value(Key<T> key) {
        return get(key).value();
    }

    /** Attributes of the resource by name. */
    public Map<String, Setting<String>> attributes() {
        return attributes;
    }

    /** Of two settings of the same thing the one from the higher source, the former if both are from the same. */
    public static <T> @Nullable Setting<T> higher(@Nullable Setting<T> former, @Nullable Setting<T> latter) {
        if (former == null || latter == null) {
            return former == null ? latter : former;
        }
        return latter.origin().source().compareTo(former.origin().source()) > 0 ? latter : former;
    }

    /** What was set, a line for each, without secrets. */
    public String describe() {
        StringBuilder lines = new StringBuilder();
        for (Key<?> key : Keys.all()) {
            describe(key, lines);
        }
        attributes.forEach((name, setting) -> line(
                lines,
                "resource attribute " + Problem.printable(name),
                ShownAttribute.value(name, setting.value()),
                setting.origin()));
        return lines.toString();
    }

    private <T> void describe(Key<T> key, StringBuilder lines) {
        Setting<T> setting = find(key);
        if (setting != null) {
            line(lines, key.name(), key.type().show(setting.value()), setting.origin());
        }
    }

    private static void line(StringBuilder lines, String what, String value, Origin origin) {
        lines.append("  ")
                .append(what)
                .append(" = ")
                .append(value)
                .append(" (")
                .append(Problem.printable(origin.place()))
                .append(")\n");
    }

    /** Whether the same things are set to the same values, wherever. */
    public boolean hasSameValuesAs(Settings other) {
        return values().equals(other.values());
    }

    private Map<Object, Object> values() {
        Map<Object, Object> values = new LinkedHashMap<>();
        byKey.forEach((key, setting) -> values.put(key, setting.value()));
        attributes.forEach((name, setting) -> values.put(name, setting.value()));
        return values;
    }
}
