package io.dharma.tracing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The version of this library. */
final class Version {

    private static final int MAX_BYTES = 100;

    private static final String CURRENT = read();

    private Version() {}

    /** As Maven has it, such as {@code 0.1.0}. Not from the jar's manifest: that of a shaded jar is the application's. */
    static String current() {
        return CURRENT;
    }

    private static String read() {
        try (InputStream stream = Version.class.getResourceAsStream("version.txt")) {
            return stream == null
                    ? "unknown"
                    : new String(stream.readNBytes(MAX_BYTES), StandardCharsets.UTF_8).strip();
        } catch (IOException unreadable) {
            return "unknown";
        }
    }
}
