package io.dharma.tracing.propagation;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TraceContextPropagatorTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String SPAN = "b7ad6b7169203331";
    private static final String PARENT = "00-" + TRACE + "-" + SPAN + "-01";

    private final TextMapPropagator propagator = Propagators.traceContext();

    @Test
    void traceparent_isReadAsARemoteSpan() {
        SpanContext span = Headers.of("traceparent", PARENT).readSpan(propagator);

        assertThat(span)
                .isEqualTo(SpanContext.createFromRemoteParent(
                        TRACE, SPAN, TraceFlags.getSampled(), TraceState.getDefault()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"traceparent", "Traceparent", "TRACEPARENT", "TrAcEpArEnT"})
    void traceparent_isReadWhateverTheCaseOfItsName(String name) {
        assertThat(Headers.of(name, PARENT).readSpan(propagator).getTraceId()).isEqualTo(TRACE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                " 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\t",
                "\t 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 \t",
                "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
                "fe-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-the-future-will-be-like"
            })
    void traceparent_isReadWithBlanksAroundItAndInLaterVersions(String header) {
        SpanContext span = Headers.of("traceparent", header).readSpan(propagator);

        assertThat(span.getTraceId()).isEqualTo(TRACE);
        assertThat(span.getSpanId()).isEqualTo(SPAN);
        assertThat(span.isSampled()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "00",
                "garbage",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-the-future-will-be-like",
                "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.what-the-future-will-be-like",
                "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
                "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "FE-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                ".0-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "0.-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "000-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "0-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                "00-.af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c1-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                "00-0af7651916cd43dd8448eb211c80319c-.7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b71692033311-01",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333-01",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-.0",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0.",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0A",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-001",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
                "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331_01",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333\u0661-01"
            })
    void traceparent_thatIsBrokenStartsANewTrace(String header) {
        assertThat(Headers.of("traceparent", header, "tracestate", "foo=1").read(propagator))
                .isSameAs(Context.root());
    }

    @Test
    void traceparent_thatComesTwiceStartsANewTrace() {
        assertThat(Headers.of("traceparent", PARENT, "traceparent", PARENT).read(propagator))
                .isSameAs(Context.root());
    }

    @ParameterizedTest
    @CsvSource({"00,00", "01,01", "02,02", "03,03", "ff,03", "fc,00", "06,02"})
    void flags_keepSampledAndRandomAndNothingElse(String read, String written) {
        Context context = Headers.of("traceparent", "00-" + TRACE + "-" + SPAN + "-" + read)
                .read(propagator);

        assertThat(Headers.written(propagator, context).get("traceparent"))
                .isEqualTo("00-" + TRACE + "-" + SPAN + "-" + written);
    }

    @Test
    void flags_thatAreReservedAreNotSentWhoeverSetThem() {
        SpanContext span = SpanContext.create(TRACE, SPAN, TraceFlags.fromByte((byte) 0xFF), TraceState.getDefault());

        assertThat(Headers.written(propagator, in(span)).get("traceparent")).endsWith("-03");
    }

    @Test
    void laterVersion_isWrittenAsOurs() {
        Context context = Headers.of("traceparent", "cc-" + TRACE + "-" + SPAN + "-01-more")
                .read(propagator);

        assertThat(Headers.written(propagator, context).get("traceparent")).isEqualTo(PARENT);
    }

    @Test
    void context_withoutASpanWritesNothing() {
        assertThat(Headers.written(propagator, Context.root()).isEmpty()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "foo=1; foo=1",
                "foo=1,bar=2; foo=1,bar=2",
                "\"foo=1 \t , \t bar=2, \t baz=3\"; foo=1,bar=2,baz=3",
                "\" foo=1\"; foo=1",
                "\"foo=1\t\"; foo=1",
                "\"foo= 1 2\"; \"foo= 1 2\"",
                "\",, foo=1,, ,bar=2,\"; foo=1,bar=2",
                "foo=1,foo=1; foo=1",
                "foo=1,foo=2; foo=1",
                "bar=0,foo=1,baz=2,foo=3,bar=4; bar=0,foo=1,baz=2",
                "foo=1,fo=2,o=3,foobar=4; foo=1,fo=2,o=3,foobar=4",
                "foo@=1,bar=2; foo@=1,bar=2",
                "foo@@bar=1,bar=2; foo@@bar=1,bar=2",
                "foo@bar@baz=1; foo@bar@baz=1",
                "1up=1; 1up=1",
                "a_-*/@z=!\"\"#$%&'()*+-./:<>?@[]^_`{|}~; a_-*/@z=!\"\"#$%&'()*+-./:<>?@[]^_`{|}~"
            })
    void tracestate_isCarriedInOrder(String read, String written) {
        assertThat(forwarded("tracestate", read)).isEqualTo(written);
    }

    @Test
    void tracestate_ofSamplingIsLeftAlone() {
        String state = "ot=th:8;rv:6e6d1a75832a2f,congo=t61rcWkgMzE";

        assertThat(forwarded("tracestate", state)).isEqualTo(state);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " \t",
                ",, ,",
                "foo",
                "=1",
                "foo=",
                "foo= ",
                "foo=,bar=3",
                "foo =1",
                "FOO=1",
                "foo.bar=1",
                "@foo=1,bar=2",
                "_foo=1",
                "foo=bar=baz",
                "foo=1,bar=2=3",
                "foo=a\tb",
                "foo=a\u0000b",
                "foo=\u00e9",
                "foo=1;bar,b\u00e4r=2"
            })
    void tracestate_thatIsBrokenIsDiscardedButNotTheTrace(String state) {
        Context context = Headers.of("traceparent", PARENT, "tracestate", state).read(propagator);

        assertThat(Span.fromContext(context).getSpanContext().getTraceId()).isEqualTo(TRACE);
        assertThat(Headers.written(propagator, context).get("tracestate")).isNull();
    }

    @Test
    void tracestate_withoutTraceparentIsDiscarded() {
        assertThat(Headers.of("tracestate", "foo=1").read(propagator)).isSameAs(Context.root());
    }

    @Test
    void tracestate_isJoinedFromAllItsLines() {
        assertThat(forwarded(
                        "tracestate", "foo=1,bar=2", "tracestate", "", "tracestate", "rojo=1", "tracestate", "a=3"))
                .isEqualTo("foo=1,bar=2,rojo=1,a=3");
        assertThat(forwarded("tracestate", "", "tracestate", "foo=1")).isEqualTo("foo=1");
        assertThat(forwarded("tracestate", "foo=1", "tracestate", "foo=2")).isEqualTo("foo=1");
    }

    @Test
    void tracestate_takesThirtyTwoMembersAndNoMore() {
        assertThat(forwarded("tracestate", members(32))).isEqualTo(members(32));
        assertThat(forwarded("tracestate", members(33))).isNull();
        assertThat(forwarded("tracestate", members(30), "tracestate", "x=1,y=2,z=3"))
                .isNull();
        assertThat(forwarded("tracestate", members(32) + ",,,")).isEqualTo(members(32));
    }

    @Test
    void tracestate_takesKeysAndValuesOf256CharactersAndNoLonger() {
        String longest = "z".repeat(256) + "=1";
        assertThat(forwarded("tracestate", "foo=1," + longest)).isEqualTo("foo=1," + longest);
        assertThat(forwarded("tracestate", "foo=1,z" + longest)).isNull();
        assertThat(forwarded("tracestate", "foo=" + "v".repeat(256))).isEqualTo("foo=" + "v".repeat(256));
        assertThat(forwarded("tracestate", "foo=" + "v".repeat(257))).isNull();
        String tenant = "t".repeat(242) + "@v=1";
        assertThat(forwarded("tracestate", tenant)).isEqualTo(tenant);
    }

    @Test
    void tracestate_losesItsLongEntriesFirstWhenItIsTooLong() {
        String longMember = "long=" + "x".repeat(124);
        String longerMember = "longer=" + "x".repeat(200);
        String fair = "fair=" + "x".repeat(123);
        List<String> shortMembers = IntStream.range(0, 30)
                .mapToObj(i -> "k" + (10 + i) + "=abcdefghij")
                .toList();

        assertThat(longMember).hasSize(129);
        assertThat(fair).hasSize(128);
        assertThat(forwarded("tracestate", longMember + "," + fair + "," + longerMember + "," + fair.replace('f', 'g')))
                .isEqualTo(longMember + "," + fair + "," + fair.replace('f', 'g'));
        assertThat(forwarded("tracestate", longMember + "," + String.join(",", shortMembers) + "," + longerMember))
                .isEqualTo(String.join(",", shortMembers));
    }

    @Test
    void tracestate_losesEntriesFromTheRightWhenItIsStillTooLong() {
        List<String> members = new ArrayList<>();
        for (int i = 10; i < 42; i++) {
            members.add("k" + i + "=" + "v".repeat(16)); // 20 characters, 21 with the comma
        }

        String written = forwarded("tracestate", String.join(",", members));

        assertThat(written).isEqualTo(String.join(",", members.subList(0, 24)));
        assertThat(written).hasSize(503); // the next one would make it 524
    }

    @Test
    void tracestate_ofExactly512CharactersIsSentWhole() {
        String state = IntStream.range(0, 4)
                .mapToObj(i -> "k" + i + "=" + "v".repeat(i == 0 ? 125 : 124))
                .collect(Collectors.joining(","));

        assertThat(state.length()).isEqualTo(512);
        assertThat(forwarded("tracestate", state)).isEqualTo(state);
        assertThat(forwarded("tracestate", state + "v")).isNotEqualTo(state + "v");
    }

    @Test
    void tracestate_ofAnotherImplementationIsWritten() {
        TraceState state = TraceState.builder().put("bar", "2").put("foo", "1").build();

        assertThat(Headers.written(propagator, in(span(state))).get("tracestate"))
                .isEqualTo("foo=1,bar=2");
    }

    @Test
    void tracestate_ofAHostileImplementationNeverReachesTheWire() {
        TraceState hostile = HostileObjects.traceState("foo", "1\r\nX-Admin: true");

        Headers written = Headers.written(propagator, in(span(hostile)));

        assertThat(written.get("traceparent")).isEqualTo(PARENT);
        assertThat(written.get("tracestate")).isNull();
    }

    @Test
    void fields_areTheTwoHeaders() {
        assertThat(propagator.fields()).containsExactly("traceparent", "tracestate");
    }

    private static SpanContext span(TraceState state) {
        return SpanContext.create(TRACE, SPAN, TraceFlags.getSampled(), state);
    }

    private static Context in(SpanContext span) {
        return Context.root().with(Span.wrap(span));
    }

    private static String members(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> "bar" + i + "=" + i)
                .collect(Collectors.joining(","));
    }

    private @Nullable String forwarded(String... namesAndValues) {
        Headers headers = Headers.of(namesAndValues);
        headers.add("traceparent", PARENT);
        return Headers.written(propagator, headers.read(propagator)).get("tracestate");
    }
}
