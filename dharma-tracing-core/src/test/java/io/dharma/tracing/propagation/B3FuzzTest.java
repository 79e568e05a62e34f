package io.dharma.tracing.propagation;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.opentelemetry.context.Context;
import java.util.List;
import java.util.regex.Pattern;

/** Whatever a request says in either form of B3: both forms in which it goes on are valid, and say the same. */
class B3FuzzTest {

    private static final String IDS = "(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}";
    private static final Pattern SINGLE = Pattern.compile(IDS + "(?:-[01d])?|[01d]");

    @DictionaryEntries({"b3:", "X-B3-TraceId:", "X-B3-SpanId:", "X-B3-Sampled:", "X-B3-Flags:1", "true", "false"})
    @FuzzTest
    void headers(byte[] block) {
        B3 read = read(Headers.parse(block));

        Headers single = write(B3Propagator.SINGLE_HEADER, read);
        Headers multiple = write(B3Propagator.MULTIPLE_HEADERS, read);

        assertThat(single.isEmpty()).isEqualTo(read.saysNothing());
        single.lines("b3").forEach(header -> assertThat(header).matches(SINGLE));
        assertMultiple(multiple, read);
        assertThat(read(multiple)).as("the same in the other form").isEqualTo(read(single));
        assertThat(read(single).span().getTraceId()).isEqualTo(read.span().getTraceId());
        assertThat(read(single).span().getSpanId()).isEqualTo(read.span().getSpanId());
        assertThat(read(single).span().isSampled()).isEqualTo(read.span().isSampled());
        assertThat(write(B3Propagator.SINGLE_HEADER, read(single)).asMap()).isEqualTo(single.asMap());
    }

    private static void assertMultiple(Headers multiple, B3 read) {
        List<String> traceIds = multiple.lines("X-B3-TraceId");
        List<String> spanIds = multiple.lines("X-B3-SpanId");
        assertThat(traceIds).hasSize(read.span().isValid() ? 1 : 0);
        assertThat(spanIds).hasSameSizeAs(traceIds);
        for (int i = 0; i < traceIds.size(); i++) {
            assertThat(traceIds.get(i) + "-" + spanIds.get(i)).matches(IDS);
        }
        assertThat(multiple.lines("X-B3-Sampled")).isSubsetOf("0", "1");
        assertThat(multiple.lines("X-B3-Flags")).isSubsetOf("1");
    }

    private static B3 read(Headers headers) {
        return B3.of(B3Propagator.SINGLE_HEADER.read(Context.root(), headers, Headers.GETTER));
    }

    private static Headers write(B3Propagator propagator, B3 b3) {
        Headers written = new Headers();
        propagator.write(b3.storedIn(Context.root()), written, Headers.SETTER);
        return written;
    }
}
