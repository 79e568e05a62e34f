package io.dharma.tracing.correlation;

import io.dharma.tracing.spi.Printable;
import java.util.Locale;

/** Values as people read them. */
final class Texts {

    private static final int QUOTED = 40;
    private static final long MANY_SECONDS = 99_999_000_000_000L;
    private static final double NANOS_OF_A_DAY = 86_400e9;

    private Texts() {}

    /** Safe to print, and short. */
    static String quote(String text) {
        return "\"" + Printable.shorten(text, QUOTED) + "\"";
    }

    /** Three digits, in the unit in which people say it; at most 8 characters, and a minus sign where it is negative. */
    static String duration(long nanos) {
        if (nanos < 0) {
            return "-" + duration(nanos == Long.MIN_VALUE ? Long.MAX_VALUE : -nanos);
        }
        if (nanos < 1_000_000) {
            return threeDigits(nanos / 1e3) + " us";
        }
        if (nanos < 1_000_000_000) {
            return threeDigits(nanos / 1e6) + " ms";
        }
        return nanos < MANY_SECONDS ? threeDigits(nanos / 1e9) + " s" : threeDigits(nanos / NANOS_OF_A_DAY) + " d";
    }

    private static String threeDigits(double value) {
        String format = value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f";
        return String.format(Locale.ROOT, format, value);
    }
}
