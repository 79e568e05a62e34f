package io.dharma.tracing.spi;

/**
 * Makes text from outside safe to print: one line, no terminal commands, nothing that reorders or hides what is shown.
 * Any thread; never throws.
 */
public final class Printable {

    private static final char ZERO_WIDTH_NON_JOINER = 0x200c;
    private static final char ZERO_WIDTH_JOINER = 0x200d;

    private Printable() {}

    /** All of it, with what is unsafe as Java would write it. */
    public static String escape(String text) {
        int first = firstUnsafe(text);
        return first < 0 ? text : escapeFrom(text, first);
    }

    /** At most {@code limit} characters of it, escaped. */
    public static String shorten(String text, int limit) {
        if (text.length() <= limit) {
            return escape(text);
        }
        int end = Character.isHighSurrogate(text.charAt(limit - 1)) ? limit - 1 : limit;
        return escape(text.substring(0, end)) + "...";
    }

    private static int firstUnsafe(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isUnsafe(text, i)) {
                return i;
            }
        }
        return -1;
    }

    private static String escapeFrom(String text, int first) {
        StringBuilder escaped = new StringBuilder(text.length() + 16).append(text, 0, first);
        for (int i = first; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isUnsafe(text, i)) {
                appendEscape(escaped, c);
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }

    private static void appendEscape(StringBuilder escaped, char c) {
        switch (c) {
            case '\n' -> escaped.append("\\n");
            case '\r' -> escaped.append("\\r");
            case '\t' -> escaped.append("\\t");
            default -> escaped.append(String.format("\\u%04x", (int) c));
        }
    }

    private static boolean isUnsafe(String text, int index) {
        char c = text.charAt(index);
        if (c < 0x7f) {
            return c < ' ';
        }
        return c < 0xa0 || isInvisible(c) || isLoneSurrogate(text, index);
    }

    /** Separators of lines, direction marks and the like; but not the joiners that scripts and emoji need. */
    private static boolean isInvisible(char c) {
        int type = Character.getType(c);
        return type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || (type == Character.FORMAT && c != ZERO_WIDTH_NON_JOINER && c != ZERO_WIDTH_JOINER);
    }

    private static boolean isLoneSurrogate(String text, int index) {
        char c = text.charAt(index);
        if (Character.isHighSurrogate(c)) {
            return index + 1 == text.length() || !Character.isLowSurrogate(text.charAt(index + 1));
        }
        return Character.isLowSurrogate(c) && (index == 0 || !Character.isHighSurrogate(text.charAt(index - 1)));
    }
}
