package io.dharma.tracing.propagation;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.BaggageBuilder;
import io.opentelemetry.api.baggage.BaggageEntryMetadata;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code key=value;properties,key=value,...} from left to right.
 *
 * <p>A member that breaks the grammar is left out and the rest is read on. Properties are kept as they were sent, since
 * only those who agreed on them know whether they are encoded.
 */
final class BaggageReader {

    private final String header;
    private final int end;
    private final BaggageBuilder baggage = Baggage.builder();
    private @Nullable Map<String, String> ours;
    private int position;
    private int entries;

    private BaggageReader(String header, int end) {
        this.header = header;
        this.end = end;
    }

    static Baggage read(String header) {
        BaggageReader reader = new BaggageReader(header, wholeMembers(header));
        while (reader.position < reader.end && reader.entries < BaggagePropagator.MOST_ENTRIES) {
            reader.readMember();
        }
        return reader.entries == 0 ? Baggage.empty() : reader.baggage.build();
    }

    /** Where the last member ends that is within the limit; half a member would be a wrong one. */
    private static int wholeMembers(String header) {
        return header.length() <= BaggagePropagator.MOST_BYTES
                ? header.length()
                : Math.max(0, header.lastIndexOf(',', BaggagePropagator.MOST_BYTES));
    }

    /** Reads one member and the comma behind it. */
    private void readMember() {
        String key = readKey();
        String value = key == null ? null : readValue();
        BaggageEntryMetadata properties = value == null ? null : readProperties();
        if (key != null && value != null && properties != null && atMemberEnd()) {
            put(key, value, properties);
            entries++;
        }
        int comma = header.indexOf(',', position);
        position = comma < 0 ? end : comma + 1;
    }

    /**
     * Of entries of the same name the last one counts, as everywhere. Not so for correlation, where whoever looks at the
     * first would write down another id.
     */
    private void put(String key, String value, BaggageEntryMetadata properties) {
        String first = CorrelationBaggage.isOurs(key) ? ours().putIfAbsent(key, value) : null;
        if (first == null) {
            baggage.put(key, value, properties);
        } else if (!first.equals(value)) {
            CorrelationBaggage.putAmbiguous(baggage, key, first);
        }
    }

    private Map<String, String> ours() {
        Map<String, String> known = ours;
        if (known == null) {
            known = new HashMap<>();
            ours = known;
        }
        return known;
    }

    /** Reads the key and its equals sign. */
    private @Nullable String readKey() {
        skipBlanks();
        int start = position;
        position = HeaderChars.TOKEN.skip(header, start, end);
        int keyEnd = position;
        skipBlanks();
        return keyEnd > start && readChar('=') ? header.substring(start, keyEnd) : null;
    }

    private @Nullable String readValue() {
        skipBlanks();
        int start = position;
        position = HeaderChars.BAGGAGE_OCTET.skip(header, start, end);
        String value = header.substring(start, position);
        skipBlanks();
        return value.indexOf('%') < 0 ? value : PercentCoding.decode(value);
    }

    private BaggageEntryMetadata readProperties() {
        if (!readChar(';')) {
            return BaggageEntryMetadata.empty();
        }
        skipBlanks();
        int start = position;
        position = HeaderChars.BAGGAGE_PROPERTIES.skip(header, start, end);
        int propertiesEnd = HeaderChars.trimBlanks(header, start, position);
        return BaggageEntryMetadata.create(header.substring(start, propertiesEnd));
    }

    private void skipBlanks() {
        position = HeaderChars.skipBlanks(header, position, end);
    }

    private boolean readChar(char c) {
        if (position < end && header.charAt(position) == c) {
            position++;
            return true;
        }
        return false;
    }

    private boolean atMemberEnd() {
        return position == end || header.charAt(position) == ',';
    }
}
