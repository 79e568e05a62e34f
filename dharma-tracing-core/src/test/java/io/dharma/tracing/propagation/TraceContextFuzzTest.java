package io.dharma.tracing.propagation;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whatever a request says of its trace: it is followed exactly if the recommendation says so, and what goes on is what
 * the recommendation allows. Read and written behind the containment, which would hide what is thrown.
 */
class TraceContextFuzzTest {

    private static final Pattern FOLLOWED = Pattern.compile(
            "[ \t]*(?:00-IDS-[0-9a-f]{2}|(?!00|ff)[0-9a-f]{2}-IDS-[0-9a-f]{2}(?:-.*)?)[ \t]*"
                    .replace("IDS", "(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}"),
            Pattern.DOTALL);
    private static final Pattern WRITTEN = Pattern.compile("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[0-3]");
    private static final Pattern MEMBER =
            Pattern.compile("[a-z0-9][a-z0-9_*/@-]{0,255}=[ -+\\--<>-~]{0,255}[!-+\\--<>-~]");

    @DictionaryEntries({
        "traceparent:",
        "tracestate:",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03",
        "ot=th:8",
        "foo@bar="
    })
    @FuzzTest
    void headers(byte[] block) {
        Headers incoming = Headers.parse(block);

        Context read = TraceContextPropagator.INSTANCE.read(Context.root(), incoming, Headers.GETTER);

        SpanContext parent = Span.fromContext(read).getSpanContext();
        assertThat(parent.isValid()).isEqualTo(isFollowed(incoming.lines("traceparent")));
        Headers written = write(read);
        if (parent.isValid()) {
            assertThat(written.get("traceparent")).matches(WRITTEN);
            assertMembers(written.get("tracestate"), incoming.lines("tracestate"));
            assertChangeable(parent.getTraceState());
            assertArrives(written, parent);
        } else {
            assertThat(written.isEmpty()).isTrue();
        }
    }

    private static boolean isFollowed(List<String> traceparents) {
        return traceparents.size() == 1 && FOLLOWED.matcher(traceparents.get(0)).matches();
    }

    private static Headers write(Context context) {
        Headers written = new Headers();
        TraceContextPropagator.INSTANCE.write(context, written, Headers.SETTER);
        return written;
    }

    private static void assertMembers(@Nullable String tracestate, List<String> incoming) {
        if (tracestate == null) {
            return;
        }
        List<String> members = List.of(tracestate.split(",", -1));
        assertThat(tracestate).hasSizeLessThanOrEqualTo(512);
        assertThat(members)
                .hasSizeLessThanOrEqualTo(32)
                .allMatch(member -> MEMBER.matcher(member).matches());
        assertThat(members.stream().map(member -> member.substring(0, member.indexOf('='))))
                .doesNotHaveDuplicates();
        Set<String> sent = new HashSet<>();
        incoming.forEach(line -> Arrays.stream(line.split(",", -1))
                .map(member -> HeaderChars.withoutBlanks(member))
                .forEach(sent::add));
        assertThat(sent).as("nothing is invented").containsAll(members);
    }

    private static void assertChangeable(TraceState state) {
        TraceState changed = state.toBuilder().put("dharma", "1").build();

        assertThat(changed.asMap().keySet()).startsWith("dharma").hasSizeLessThanOrEqualTo(32);
        assertThat(changed.get("dharma")).isEqualTo("1");
        assertThat(changed.toBuilder().remove("dharma").build().get("dharma")).isNull();
        state.forEach((key, value) -> assertThat(state.get(key)).isEqualTo(value));
    }

    private static void assertArrives(Headers written, SpanContext parent) {
        Context read = TraceContextPropagator.INSTANCE.read(Context.root(), written, Headers.GETTER);

        SpanContext arrived = Span.fromContext(read).getSpanContext();
        assertThat(arrived.getTraceId()).isEqualTo(parent.getTraceId());
        assertThat(arrived.getSpanId()).isEqualTo(parent.getSpanId());
        assertThat(arrived.getTraceFlags()).isEqualTo(parent.getTraceFlags());
        assertThat(write(read).asMap()).isEqualTo(written.asMap());
    }
}
