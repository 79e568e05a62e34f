package io.dharma.tracing.propagation;

import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Reads a header that may come in several lines of the same name. */
final class HeaderLines {

    /** More lines than any server accepts; keeps an iterator without end from holding the request. */
    private static final int MOST_LINES = 128;

    private HeaderLines() {}

    /** The value of a header that must not be repeated; null if it is absent, and also if it is. */
    static <C> @Nullable String only(TextMapGetter<C> getter, @Nullable C carrier, String name) {
        Iterator<String> lines = getter.getAll(carrier, name);
        if (lines == null || !lines.hasNext()) {
            return null;
        }
        String line = lines.next();
        return lines.hasNext() ? null : line;
    }

    /**
     * The value of a header that is a list, its lines joined by commas as RFC 9110, section 5.3, says.
     *
     * @param enough stop joining once the value is longer than this
     * @return null if the header is absent
     */
    static <C> @Nullable String joined(TextMapGetter<C> getter, @Nullable C carrier, String name, int enough) {
        // Asked first, since most requests have no such header and getAll may make an iterator to say so.
        if (getter.get(carrier, name) == null) {
            return null;
        }
        Iterator<String> lines = getter.getAll(carrier, name);
        if (lines == null || !lines.hasNext()) {
            return null;
        }
        String first = lines.next();
        return lines.hasNext() ? join(first, lines, enough) : first;
    }

    private static String join(@Nullable String first, Iterator<String> others, int enough) {
        StringBuilder joined = new StringBuilder();
        append(joined, first);
        for (int line = 1; line < MOST_LINES && joined.length() <= enough && others.hasNext(); line++) {
            append(joined, others.next());
        }
        return joined.toString();
    }

    private static void append(StringBuilder joined, @Nullable String line) {
        if (line == null || line.isEmpty()) {
            return;
        }
        if (!joined.isEmpty()) {
            joined.append(',');
        }
        joined.append(line);
    }
}
