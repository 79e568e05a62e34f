package io.dharma.tracing.propagation;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.context.Context;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Whatever a request brings along: its well-formed entries are taken and no others, within the limits, and what is
 * handed on says the same to whoever reads it.
 */
class BaggageFuzzTest {

    private static final int MOST_CHARACTERS = 8192;

    /**
     * A percent sign without two hex digits makes an entry malformed, as does anything that is not ASCII. Possessive,
     * since the other kind of repetition would overflow the stack on a long value.
     */
    private static final Pattern ENTRY = Pattern.compile("[ \t]*([A-Za-z0-9!#$%&'*+.^_`|~-]+)[ \t]*=[ \t]*"
            + "(?:[!#$&-+\\--:<-\\[\\]-~]|%[0-9A-Fa-f]{2})*+[ \t]*(?:;[!#-+\\--\\[\\]-~ \t]*)?");

    private static final Pattern WRITTEN = Pattern.compile("[!-~]([ -~\t]*[!-~])?");

    @DictionaryEntries({"baggage:", "user=a%20b", ";ttl=3", "%C3%A9", "\\", "\""})
    @FuzzTest
    void headers(byte[] block) {
        Headers incoming = Headers.parse(block);

        Baggage read = read(incoming);

        assertThat(read.size()).isLessThanOrEqualTo(64);
        String line = String.join(",", incoming.lines("baggage"));
        if (line.length() <= MOST_CHARACTERS && incoming.lines("baggage").size() < 100) {
            assertThat(Set.copyOf(read.asMap().keySet())).isEqualTo(keysOfFirst64(line));
        }
        Headers written = write(read);
        for (String header : written.lines("baggage")) {
            assertThat(header).hasSizeLessThanOrEqualTo(MOST_CHARACTERS).matches(WRITTEN);
        }
        assertThat(written.lines("baggage")).hasSizeLessThanOrEqualTo(1);
        Baggage arrived = read(written);
        assertThat(read.asMap()).containsAllEntriesOf(arrived.asMap());
        assertThat(write(arrived).asMap()).isEqualTo(written.asMap());
    }

    private static Set<String> keysOfFirst64(String line) {
        Set<String> keys = new HashSet<>();
        int entries = 0;
        for (String entry : List.of(line.split(",", -1))) {
            var matcher = ENTRY.matcher(entry);
            if (entries < 64 && matcher.matches()) {
                keys.add(matcher.group(1));
                entries++;
            }
        }
        return keys;
    }

    private static Baggage read(Headers headers) {
        return Baggage.fromContext(BaggagePropagator.INSTANCE.read(Context.root(), headers, Headers.GETTER));
    }

    private static Headers write(Baggage baggage) {
        Headers written = new Headers();
        BaggagePropagator.INSTANCE.write(Context.root().with(baggage), written, Headers.SETTER);
        return written;
    }
}
