package io.dharma.tracing.correlation;

import io.dharma.tracing.spi.Printable;

/**
 * Text in the columns of a terminal, where a Chinese character takes two and an accent none. After the ranges of
 * Unicode's East Asian Width that are in use; a terminal may see some emoji otherwise.
 */
final class Columns {

    private static final String CUT = "...";

    private Columns() {}

    /** How many columns text takes that is safe to print. */
    static int of(String text) {
        return text.codePoints().map(Columns::of).sum();
    }

    /** The text if it fits, otherwise its start and three dots. */
    static String fit(String text, int columns) {
        if (text.length() <= columns / 2 || of(text) <= columns) {
            return text;
        }
        int room = columns - CUT.length();
        if (room <= 0) {
            return CUT.substring(0, Math.max(0, columns));
        }
        int end = 0;
        int taken = 0;
        while (taken + of(text.codePointAt(end)) <= room) {
            taken += of(text.codePointAt(end));
            end += Character.charCount(text.codePointAt(end));
        }
        return text.substring(0, end) + CUT;
    }

    /** The text, escaped, cut to the columns, and filled with spaces up to them. */
    static String cell(String text, int columns) {
        String shown = fit(Printable.escape(text), columns);
        return shown + " ".repeat(columns - of(shown));
    }

    private static int of(int codePoint) {
        if (codePoint < 0x300) {
            return 1;
        }
        int type = Character.getType(codePoint);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || type == Character.FORMAT) {
            return 0;
        }
        return isWide(codePoint) ? 2 : 1;
    }

    private static boolean isWide(int c) {
        return (c >= 0x1100 && c <= 0x115f)
                || (c >= 0x2e80 && c <= 0xa4cf)
                || (c >= 0xa960 && c <= 0xa97f)
                || (c >= 0xac00 && c <= 0xd7a3)
                || (c >= 0xf900 && c <= 0xfaff)
                || (c >= 0xfe30 && c <= 0xfe6f)
                || (c >= 0xff00 && c <= 0xff60)
                || (c >= 0xffe0 && c <= 0xffe6)
                || (c >= 0x1f300 && c <= 0x1f64f)
                || (c >= 0x1f680 && c <= 0x1f6ff)
                || (c >= 0x1f900 && c <= 0x1faff)
                || (c >= 0x20000 && c <= 0x3fffd);
    }
}
