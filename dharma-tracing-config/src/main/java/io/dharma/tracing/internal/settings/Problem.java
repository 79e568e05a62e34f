package io.dharma.tracing.internal.settings;

import io.dharma.tracing.spi.Printable;
import org.jspecify.annotations.Nullable;

/**
 * A setting that cannot be used.
 *
 * @param setting the key as it was written
 * @param value what it was set to, null if that is not to be shown
 * @param origin where it was set
 * @param what what is wrong, and what would be right
 */
public record Problem(String setting, @Nullable String value, Origin origin, String what) {

    private static final int LONGEST_VALUE = 100;

    /** The setting, its value unless secret, where it was set, what is wrong, and what is allowed: in one line. */
    @Override
    public String toString() {
        String shown = value == null ? "" : " = \"" + printable(value) + '"';
        return printable(setting) + shown + " (" + printable(origin.place()) + "): " + what;
    }

    /** Cut, and without characters that could forge a line of a log or command a terminal. */
    public static String printable(String text) {
        return Printable.shorten(text, LONGEST_VALUE);
    }
}
