package io.dharma.tracing.internal.settings;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/**
 * What a process is told from outside.
 *
 * @param environment its variables
 * @param systemProperties by name
 * @param classPath where {@code dharma-tracing.properties} is looked for
 */
public record Sources(Map<String, String> environment, Map<String, String> systemProperties, ClassLoader classPath) {

    /** Those of this process, as they are now. */
    public static Sources ofProcess() {
        Map<String, String> properties = new HashMap<>();
        Properties system = System.getProperties();
        for (String name : system.stringPropertyNames()) {
            String value = system.getProperty(name);
            if (value != null) {
                properties.put(name, value);
            }
        }
        return new Sources(System.getenv(), properties, classPathOfApplication());
    }

    private static ClassLoader classPathOfApplication() {
        ClassLoader ofThread = Thread.currentThread().getContextClassLoader();
        if (ofThread != null) {
            return ofThread;
        }
        ClassLoader ours = Sources.class.getClassLoader();
        return ours != null ? ours : ClassLoader.getSystemClassLoader();
    }
}
