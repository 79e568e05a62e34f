package io.dharma.tracing.internal.settings;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lists as they are written in one line. */
final class Lists {

    private Lists() {}

    /** What stands between commas, without blanks around it; empty entries are nothing. */
    static List<String> split(String text) {
        List<String> entries = new ArrayList<>();
        int start = 0;
        while (start <= text.length()) {
            int comma = text.indexOf(',', start);
            int end = comma < 0 ? text.length() : comma;
            String entry = text.substring(start, end).strip();
            if (!entry.isEmpty()) {
                entries.add(entry);
            }
            start = end + 1;
        }
        return Collections.unmodifiableList(entries);
    }

    /** {@code name=value} pairs in the order in which they stand; the last of a name counts. */
    static Map<String, String> pairs(String text) {
        Map<String, String> pairs = new LinkedHashMap<>();
        int position = 0;
        for (String entry : split(text)) {
            position++;
            int equals = entry.indexOf('=');
            String name = equals < 0 ? "" : entry.substring(0, equals).strip();
            if (name.isEmpty()) {
                throw new IllegalArgumentException("has no name=value at its entry " + position);
            }
            pairs.put(name, percentDecoded(entry.substring(equals + 1).strip()));
        }
        return Collections.unmodifiableMap(pairs);
    }

    /** A percent sign without two hex digits stands for itself, as with OpenTelemetry. */
    private static String percentDecoded(String value) {
        if (value.indexOf('%') < 0) {
            return value;
        }
        byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream decoded = new ByteArrayOutputStream(encoded.length);
        for (int i = 0; i < encoded.length; i++) {
            int high = encoded[i] == '%' && i + 2 < encoded.length ? Character.digit((char) encoded[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit((char) encoded[i + 2], 16);
            if (low < 0) {
                decoded.write(encoded[i]);
            } else {
                decoded.write(high * 16 + low);
                i += 2;
            }
        }
        return decoded.toString(StandardCharsets.UTF_8);
    }
}
