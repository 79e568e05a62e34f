package io.dharma.tracing.propagation;

import io.dharma.tracing.context.CorrelationRefusal;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.BaggageEntry;
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

    static CorrelationOffer of(String value, boolean trusted) {
        return new CorrelationOffer(
                value, trusted ? CorrelationRefusal.inThisProcess(value) : CorrelationRefusal.UNTRUSTED);
    }

    /**
     * What a header says; null if the request has none of that name. Of several lines that say the same, that: a proxy may
     * have added its own to the client's. Of different ones nothing, for whoever looks at the first and whoever looks at
     * the last would write down different ids.
     */
    static <C> @Nullable CorrelationOffer inHeader(
            HeaderName name, @Nullable C carrier, TextMapGetter<C> getter, boolean trusted) {
        Iterator<String> lines = name.lines(carrier, getter);
        String first = lines == null ? null : lines.next();
        if (lines == null || first == null) {
            return null;
        }
        return !trusted || !lines.hasNext() || allEqual(first, lines) ? of(first, trusted) : ambiguous(first);
    }

    /** What the entry {@code dharma.cid} of baggage says; null if there is none. */
    static @Nullable CorrelationOffer inBaggage(Baggage baggage, boolean trusted) {
        BaggageEntry entry = baggage.getEntry(CorrelationBaggage.CORRELATION_ID);
        if (entry == null) {
            return null;
        }
        return trusted && CorrelationBaggage.isAmbiguous(entry)
                ? ambiguous(entry.getValue())
                : of(entry.getValue(), trusted);
    }

    private static CorrelationOffer ambiguous(String first) {
        return new CorrelationOffer(first, CorrelationRefusal.AMBIGUOUS);
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
