package io.dharma.tracing.propagation;

import io.dharma.tracing.context.CorrelationRefusal;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * An id that a caller sent.
 *
 * @param refusal why it is not taken; null if it is
 */
record CorrelationOffer(String value, @Nullable CorrelationRefusal refusal) {

    /** More lines of one header than any server accepts; keeps an iterator without end from holding the request. */
    private static final int MOST_LINES = 128;

    /** Null if there is no value. */
    static @Nullable CorrelationOffer of(@Nullable String value, boolean trusted) {
        if (value == null) {
            return null;
        }
        return new CorrelationOffer(value, trusted ? CorrelationRefusal.of(value) : CorrelationRefusal.UNTRUSTED);
    }

    /**
     * What a header says; null if the request has none of that name. Of several lines that say the same, that: a proxy may
     * have added its own to the client's. Of different ones nothing, for whoever looks at the first and whoever looks at
     * the last would write down different ids.
     */
    static <C> @Nullable CorrelationOffer inHeader(
            String name, @Nullable C carrier, TextMapGetter<C> getter, boolean trusted) {
        Iterator<String> lines = getter.getAll(carrier, name);
        if (lines == null || !lines.hasNext()) {
            return null;
        }
        String first = lines.next();
        if (first == null || !trusted || !lines.hasNext()) {
            return of(first, trusted);
        }
        return allEqual(first, lines) ? of(first, true) : new CorrelationOffer(first, CorrelationRefusal.AMBIGUOUS);
    }

    private static boolean allEqual(String first, Iterator<String> others) {
        for (int line = 1; others.hasNext(); line++) {
            if (line == MOST_LINES || !first.equals(others.next())) {
                return false;
            }
        }
        return true;
    }
}
