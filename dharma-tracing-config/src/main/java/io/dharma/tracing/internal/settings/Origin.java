package io.dharma.tracing.internal.settings;

/**
 * Where one setting was found.
 *
 * @param source in which kind of place
 * @param place as a person would look for it: {@code environment SERVICE_NAME}, {@code file dharma-tracing.properties:3}
 */
public record Origin(Source source, String place) {

    /** A call of the builder. */
    public static final Origin CODE = new Origin(Source.CODE, "code");

    /** Nobody set it. */
    public static final Origin DEFAULT = new Origin(Source.DEFAULT, "default");

    static Origin environment(String variable) {
        return new Origin(Source.ENVIRONMENT, "environment " + variable);
    }

    static Origin systemProperty(String property) {
        return new Origin(Source.SYSTEM_PROPERTY, "system property " + property);
    }

    static Origin file(String file, int line) {
        return new Origin(Source.FILE, "file " + file + ":" + line);
    }

    @Override
    public String toString() {
        return place;
    }
}
