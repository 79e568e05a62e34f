package io.dharma.tracing.internal.settings;

import java.util.Locale;
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
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < text.length() && shown.length() < LONGEST_VALUE; i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c) || Character.isSurrogate(c) || isInvisible(c)) {
                shown.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                shown.append(c);
            }
        }
        return shown.length() < LONGEST_VALUE
                ? shown.toString()
                : shown.append("...").toString();
    }

    private static boolean isInvisible(char c) {
        int type = Character.getType(c);
        return type == Character.FORMAT || type == Character.LINE_SEPARATOR || type == Character.PARAGRAPH_SEPARATOR;
    }
}
