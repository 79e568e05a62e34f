package io.dharma.tracing.propagation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import java.net.URLDecoder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Whatever a request says in Jaeger's headers: what goes on is in their form, within limits, and says the same. */
class JaegerFuzzTest {

    private static final Pattern FOLLOWED =
            Pattern.compile("(?!0+:)[0-9a-f]{1,32}:(?!0+:)[0-9a-f]{1,16}:[^:]*:[0-9a-fA-F]{1,2}");
    private static final Pattern WRITTEN = Pattern.compile("(?!0{32})[0-9a-f]{32}:(?!0{16})[0-9a-f]{16}:0:[013]");
    private static final Pattern NAME = Pattern.compile("uberctx-[A-Za-z0-9!#$%&'*+.^_`|~-]+");
    private static final Pattern VALUE = Pattern.compile("[!-~]*");

    @DictionaryEntries({"uber-trace-id:", "uberctx-", "jaeger-baggage:", "%3A", "k1=v1, k2=v2", "+"})
    @FuzzTest
    void headers(byte[] block) {
        Headers incoming = Headers.parse(block);

        Context read = read(incoming);

        SpanContext parent = Span.fromContext(read).getSpanContext();
        if (parent.isValid()) {
            String header = incoming.lines("uber-trace-id").get(0);
            assertThat(URLDecoder.decode(header.replace("+", "%2B"), UTF_8)).matches(FOLLOWED);
        }
        assertThat(Baggage.fromContext(read).size()).isLessThanOrEqualTo(64);
        Headers written = write(read);
        assertWritten(written, parent);
        Context arrived = read(written);
        SpanContext same = Span.fromContext(arrived).getSpanContext();
        assertThat(same.getTraceId()).isEqualTo(parent.getTraceId());
        assertThat(same.getSpanId()).isEqualTo(parent.getSpanId());
        assertThat(same.isSampled()).isEqualTo(parent.isSampled());
        assertThat(lowerCase(write(arrived))).isEqualTo(lowerCase(written));
    }

    private static void assertWritten(Headers written, SpanContext parent) {
        int bytes = 0;
        int entries = 0;
        for (Map.Entry<String, List<String>> header : written.asMap().entrySet()) {
            String value = header.getValue().get(0);
            if (header.getKey().equals("uber-trace-id")) {
                assertThat(value).matches(WRITTEN);
            } else {
                assertThat(header.getKey()).matches(NAME);
                assertThat(value).matches(VALUE);
                bytes += header.getKey().length() - "uberctx-".length() + value.length();
                entries++;
            }
        }
        assertThat(written.lines("uber-trace-id")).hasSize(parent.isValid() ? 1 : 0);
        assertThat(bytes).isLessThanOrEqualTo(8192);
        assertThat(entries).isLessThanOrEqualTo(64);
    }

    /** Names of headers have no case; what was written by hand in capitals comes back in small letters. */
    private static Map<String, List<String>> lowerCase(Headers headers) {
        Headers lower = new Headers();
        headers.asMap().forEach((name, lines) -> lines.forEach(line -> lower.add(name.toLowerCase(Locale.ROOT), line)));
        return lower.asMap();
    }

    private static Context read(Headers headers) {
        return JaegerPropagator.INSTANCE.read(Context.root(), headers, Headers.GETTER);
    }

    private static Headers write(Context context) {
        Headers written = new Headers();
        JaegerPropagator.INSTANCE.write(context, written, Headers.SETTER);
        return written;
    }
}
