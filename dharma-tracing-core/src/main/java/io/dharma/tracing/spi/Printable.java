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

    /**
     * Whether a code point may be shown as it is: no control character, none that separates lines, turns the direction or
     * shows nothing, and no half of a surrogate pair; but the joiners that scripts and emoji need.
     */
    public static boolean isPrintable(int codePoint) {
        if (codePoint < 0x7f) {
            return codePoint >= ' ';
        }
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                false;
            case Character.FORMAT -> codePoint == ZERO_WIDTH_NON_JOINER || codePoint == ZERO_WIDTH_JOINER;
            default -> true;
        };
    }

    private static int firstUnsafe(String text) {
        int i = 0;
        while (i < text.length()) {
            int codePoint = text.codePointAt(i);
            if (!isPrintable(codePoint)) {
                return i;
            }
            i += Character.charCount(codePoint);
        }
        return -1;
    }

    private static String escapeFrom(String text, int first) {
        StringBuilder escaped = new StringBuilder(text.length() + 16).append(text, 0, first);
        text.substring(first).codePoints().forEach(codePoint -> append(escaped, codePoint));
        return escaped.toString();
    }

    private static void append(StringBuilder escaped, int codePoint) {
        if (isPrintable(codePoint)) {
            escaped.appendCodePoint(codePoint);
            return;
        }
        for (char c : Character.toChars(codePoint)) {
            appendEscape(escaped, c);
        }
    }

    private static void appendEscape(StringBuilder escaped, char c) {
        switch (c) {
            case '\n' -> escaped.append("\\n");
            case '\r' -> escaped.append("\\r");
            case '\t' -> escaped.append("\\t");
            default -> escaped.append(String.format("\\u%04x", (int) c));
        }
    }
}
