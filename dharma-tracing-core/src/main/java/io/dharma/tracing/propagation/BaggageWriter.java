package io.dharma.tracing.propagation;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.BaggageEntry;

/**
 * Writes entries until the limits of the header are reached; one that does not fit makes room for smaller ones. Those of
 * correlation come first, for without them the next service knows neither cause nor origin.
 */
final class BaggageWriter {

    private static final int TYPICAL_ENTRY = 32;

    private final StringBuilder header;
    private int entries;

    private BaggageWriter(int capacity) {
        this.header = new StringBuilder(capacity);
    }

    static String write(Baggage baggage) {
        int capacity = TYPICAL_ENTRY * Math.min(baggage.size(), BaggagePropagator.MOST_ENTRIES);
        BaggageWriter writer = new BaggageWriter(capacity);
        CorrelationBaggage.visitOursFirst(baggage, writer::write);
        return writer.header.toString();
    }

    private void write(String key, BaggageEntry entry) {
        if (entries == BaggagePropagator.MOST_ENTRIES || !isKey(key)) {
            return;
        }
        int before = header.length();
        if (before > 0) {
            header.append(',');
        }
        header.append(key).append('=');
        PercentCoding.encode(entry.getValue(), HeaderChars.BAGGAGE_LITERAL, header, BaggagePropagator.MOST_BYTES);
        String properties = HeaderChars.withoutBlanks(entry.getMetadata().getValue());
        if (!properties.isEmpty()) {
            header.append(';');
            PercentCoding.encode(properties, HeaderChars.BAGGAGE_PROPERTIES, header, BaggagePropagator.MOST_BYTES);
        }
        if (header.length() > BaggagePropagator.MOST_BYTES) {
            header.setLength(before);
        } else {
            entries++;
        }
    }

    private static boolean isKey(String key) {
        return !key.isEmpty()
                && key.length() <= BaggagePropagator.MOST_BYTES
                && HeaderChars.TOKEN.fill(key, 0, key.length());
    }
}
