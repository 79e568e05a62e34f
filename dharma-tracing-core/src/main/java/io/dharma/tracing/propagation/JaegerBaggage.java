package io.dharma.tracing.propagation;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.BaggageBuilder;
import io.opentelemetry.api.baggage.BaggageEntry;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.Iterator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Jaeger's baggage: a header {@code uberctx-key: value} for each entry, and {@code jaeger-baggage: k1=v1, k2=v2} for
 * people with curl.
 *
 * <p>Jaeger sets no limits; we hold it to those of W3C Baggage, names and values counted together.
 */
final class JaegerBaggage {

    private static final String PREFIX = "uberctx-";
    private static final String BY_HAND = "jaeger-baggage";

    /** More headers than any server accepts. */
    private static final int MOST_HEADERS = 1024;

    private final BaggageBuilder baggage = Baggage.builder();
    private int entries;
    private int bytes;

    private JaegerBaggage() {}

    @SuppressWarnings("deprecation") // keys(): nothing else tells which headers begin with a prefix
    static <C> Baggage read(@Nullable C carrier, TextMapGetter<C> getter) {
        Iterable<String> names = carrier == null ? null : getter.keys(carrier);
        if (carrier == null || names == null) {
            return Baggage.empty();
        }
        JaegerBaggage read = new JaegerBaggage();
        Iterator<String> remaining = names.iterator();
        for (int header = 0; header < MOST_HEADERS && remaining.hasNext(); header++) {
            read.readHeader(remaining.next(), carrier, getter);
        }
        return read.entries == 0 ? Baggage.empty() : read.baggage.build();
    }

    private <C> void readHeader(@Nullable String name, C carrier, TextMapGetter<C> getter) {
        if (name == null || !name.regionMatches(true, 0, PREFIX, 0, PREFIX.length())) {
            if (BY_HAND.equalsIgnoreCase(name)) {
                readByHand(getter.get(carrier, BY_HAND));
            }
            return;
        }
        // Header names have no case on the way, so keys have none either.
        readEntry(name.substring(PREFIX.length()).toLowerCase(Locale.ROOT), getter.get(carrier, name));
    }

    private void readByHand(@Nullable String header) {
        if (header == null || header.length() > BaggagePropagator.MOST_BYTES) {
            return;
        }
        for (String member : header.split(",", -1)) {
            int equals = member.indexOf('=');
            if (equals >= 0) {
                readEntry(
                        member.substring(0, equals).strip(),
                        member.substring(equals + 1).strip());
            }
        }
    }

    private void readEntry(String key, @Nullable String encoded) {
        if (encoded == null || !isKey(key) || !fits(key.length() + encoded.length())) {
            return;
        }
        String value = PercentCoding.decode(encoded.replace('+', ' '));
        if (value != null) {
            baggage.put(key, value);
            entries++;
            bytes += key.length() + encoded.length();
        }
    }

    static <C> void write(Baggage baggage, @Nullable C carrier, TextMapSetter<C> setter) {
        if (!baggage.isEmpty()) {
            JaegerBaggage written = new JaegerBaggage();
            CorrelationBaggage.visitOursFirst(baggage, (key, entry) -> written.writeEntry(key, entry, carrier, setter));
        }
    }

    private <C> void writeEntry(String key, BaggageEntry entry, @Nullable C carrier, TextMapSetter<C> setter) {
        if (!isKey(key)) {
            return;
        }
        StringBuilder value = new StringBuilder();
        PercentCoding.encode(entry.getValue(), HeaderChars.JAEGER_LITERAL, value, BaggagePropagator.MOST_BYTES);
        if (fits(key.length() + value.length())) {
            setter.set(carrier, PREFIX + key, value.toString());
            entries++;
            bytes += key.length() + value.length();
        }
    }

    private boolean fits(int length) {
        return entries < BaggagePropagator.MOST_ENTRIES && bytes + length <= BaggagePropagator.MOST_BYTES;
    }

    private static boolean isKey(String key) {
        return !key.isEmpty() && HeaderChars.TOKEN.fill(key, 0, key.length());
    }
}
