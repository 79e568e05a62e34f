package io.dharma.tracing.internal.settings;

import java.util.ArrayList;
import java.util.List;

/** Writes the table of all keys for {@code docs/configuration.md}. */
public final class Reference {

    private Reference() {}

    /** One Markdown table for each section. */
    public static String tables() {
        StringBuilder page = new StringBuilder();
        for (Section section : Section.values()) {
            page.append("\n### ").append(section.title()).append("\n\n");
            page.append("| Key, environment variable | What it does | Allowed | Default |\n");
            page.append("|---|---|---|---|\n");
            for (Key<?> key : keysOf(section)) {
                page.append(row(key));
            }
        }
        return page.toString();
    }

    private static List<Key<?>> keysOf(Section section) {
        List<Key<?>> keys = new ArrayList<>();
        for (Key<?> key : Keys.all()) {
            if (key.section() == section) {
                keys.add(key);
            }
        }
        return keys;
    }

    private static String row(Key<?> key) {
        String names = key.name().equals(key.variable())
                ? "`" + key.name() + "`"
                : "`" + key.name() + "`<br>`" + key.variable() + "`";
        String otherwise = key.defaultValue() == null ? key.defaultMeaning() : "`" + key.defaultMeaning() + "`";
        return "| " + names + " | " + key.description() + " | " + key.type().allowed() + " | " + otherwise + " |\n";
    }
}
