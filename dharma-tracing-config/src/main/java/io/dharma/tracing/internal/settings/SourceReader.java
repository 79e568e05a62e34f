package io.dharma.tracing.internal.settings;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@link Sources} into {@link Settings}, and notes what is wrong instead of stopping at it. */
public final class SourceReader {

    private static final String DHARMA = "dharma.";
    private static final String DHARMA_VARIABLE = "DHARMA_";
    /** Compiled only when it is asked for, which at most starts it is not. */
    private static final String OF_A_SERVICE =
            "DHARMA_[A-Z0-9_]+_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)";

    private final Map<String, Key<?>> byName = new HashMap<>();
    private final Map<String, Key<?>> byVariable = new HashMap<>();
    private final Settings settings;
    private final List<Problem> problems;

    public SourceReader(Settings settings, List<Problem> problems) {
        this.settings = settings;
        this.problems = problems;
        for (Key<?> key : Keys.all()) {
            byName.put(key.name(), key);
            byVariable.put(key.variable(), key);
        }
    }

    /** Reads system properties, environment and file. */
    public void read(Sources sources) {
        readSystemProperties(sources.systemProperties());
        readEnvironment(sources.environment());
        readFile(sources.classPath());
    }

    private void readSystemProperties(Map<String, String> properties) {
        for (Map.Entry<String, String> property : properties.entrySet()) {
            String name = property.getKey();
            Key<?> key = byName.get(name);
            if (key != null) {
                set(key, name, property.getValue(), Origin.systemProperty(name));
            } else if (name.startsWith(DHARMA)) {
                unknown(name, Origin.systemProperty(name));
            }
        }
    }

    private void readEnvironment(Map<String, String> environment) {
        for (Map.Entry<String, String> variable : environment.entrySet()) {
            String name = variable.getKey();
            Key<?> key = byVariable.get(name);
            if (key != null) {
                set(key, name, variable.getValue(), Origin.environment(name));
            } else if (name.startsWith(DHARMA_VARIABLE) && !isOfAnotherService(name)) {
                unknown(name, Origin.environment(name));
            }
        }
    }

    /**
     * Kubernetes tells every container where the services of its namespace are, by variables that begin with a service's
     * name: {@code DHARMA_CONSOLE_SERVICE_HOST}, {@code DHARMA_CONSOLE_PORT_8080_TCP_ADDR}.
     */
    private static boolean isOfAnotherService(String variable) {
        return variable.matches(OF_A_SERVICE);
    }

    private void readFile(ClassLoader classPath) {
        Setting<Path> named = settings.find(Keys.CONFIG_FILE);
        SettingsFile file = named == null ? SettingsFile.onClassPath(classPath) : SettingsFile.at(named);
        if (file == null) {
            return;
        }
        problems.addAll(file.problems());
        for (SettingsFile.Line line : file.lines()) {
            readLine(line);
        }
    }

    private void readLine(SettingsFile.Line line) {
        Key<?> key = byName.containsKey(line.name()) ? byName.get(line.name()) : byVariable.get(line.name());
        if (key == Keys.CONFIG_FILE) {
            problems.add(new Problem(line.name(), null, line.origin(), "a file cannot name the file to read"));
        } else if (key != null) {
            set(key, line.name(), line.value(), line.origin());
        } else if (!isForeign(line.name())) {
            unknown(line.name(), line.origin());
        }
    }

    /** Of OpenTelemetry's many keys most mean nothing to us; everything else in our own file is a mistake. */
    private static boolean isForeign(String name) {
        return name.toLowerCase(Locale.ROOT).startsWith("otel.") || name.startsWith("OTEL_");
    }

    private <T> void set(Key<T> key, String name, String text, Origin origin) {
        String stripped = text.strip();
        if (stripped.isEmpty()) {
            // As OpenTelemetry has it: set to nothing is not set.
            return;
        }
        try {
            settings.put(key, key.type().parse(stripped), origin);
            if (key == Keys.RESOURCE_ATTRIBUTES) {
                Keys.RESOURCE_ATTRIBUTES
                        .type()
                        .parse(stripped)
                        .forEach((attribute, value) -> settings.putAttribute(attribute, value, origin));
            }
        } catch (IllegalArgumentException malformed) {
            String shown = key.type().isSecret() ? null : stripped;
            problems.add(new Problem(name, shown, origin, Settings.whatIsWrong(key, malformed)));
        }
    }

    private void unknown(String name, Origin origin) {
        String suggestion = suggestion(name);
        problems.add(new Problem(
                name,
                null,
                origin,
                "there is no such setting"
                        + (suggestion == null
                                ? "; docs/configuration.md lists all"
                                : "; did you mean " + suggestion + "?")));
    }

    private @Nullable String suggestion(String name) {
        boolean isVariable = name.startsWith(DHARMA_VARIABLE) || name.equals(name.toUpperCase(Locale.ROOT));
        return Spelling.nearest(name, isVariable ? byVariable.keySet() : byName.keySet());
    }
}
