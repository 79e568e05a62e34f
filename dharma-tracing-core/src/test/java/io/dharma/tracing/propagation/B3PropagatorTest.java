package io.dharma.tracing.propagation;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.internal.propagation.RemoteDecision;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class B3PropagatorTest {

    private static final String TRACE = "80f198ee56343ba864fe8b2a57d3eff7";
    private static final String SPAN = "e457b5a2e4d86bd1";

    private final TextMapPropagator single = Propagators.b3();
    private final TextMapPropagator multiple = Propagators.b3Multi();

    @ParameterizedTest
    @CsvSource({"1,true", "0,false", "d,true", "1-05e3ac9a4f6e3b90,true", "0-05e3ac9a4f6e3b90,false"})
    void singleHeader_isReadByBoth(String rest, boolean sampled) {
        Headers headers = Headers.of("b3", TRACE + "-" + SPAN + "-" + rest);

        assertThat(headers.readSpan(single)).isEqualTo(remote(TRACE, sampled));
        assertThat(headers.readSpan(multiple)).isEqualTo(remote(TRACE, sampled));
    }

    @ParameterizedTest
    @CsvSource({"1,true", "0,false", "true,true", "false,false"})
    void multipleHeaders_areReadByBoth(String value, boolean sampled) {
        Headers headers = Headers.of("X-B3-TraceId", TRACE, "x-b3-spanid", SPAN, "X-B3-Sampled", value);

        assertThat(headers.readSpan(single)).isEqualTo(remote(TRACE, sampled));
        assertThat(headers.readSpan(multiple)).isEqualTo(remote(TRACE, sampled));
    }

    @Test
    void traceIdOf64Bits_isPadded() {
        String padded = "0000000000000000" + SPAN;

        assertThat(Headers.of("b3", SPAN + "-" + SPAN + "-1").readSpan(single)).isEqualTo(remote(padded, true));
        assertThat(Headers.of("X-B3-TraceId", SPAN, "X-B3-SpanId", SPAN, "X-B3-Sampled", "1")
                        .readSpan(multiple))
                .isEqualTo(remote(padded, true));
    }

    @Test
    void singleHeader_winsOverMultiple() {
        Headers headers = Headers.of("b3", TRACE + "-" + SPAN + "-1", "X-B3-TraceId", SPAN, "X-B3-SpanId", SPAN);

        assertThat(headers.readSpan(multiple).getTraceId()).isEqualTo(TRACE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "2",
                "x",
                "80f198ee56343ba864fe8b2a57d3eff7",
                "80f198ee56343ba864fe8b2a57d3eff7-",
                "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd",
                "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-",
                "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-2",
                "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1-05e3ac9a4f6e3b90-1",
                "80f198ee56343ba864fe8b2a57d3eff-e457b5a2e4d86bd1-1",
                "80F198EE56343BA864FE8B2A57D3EFF7-e457b5a2e4d86bd1-1",
                "00000000000000000000000000000000-e457b5a2e4d86bd1-1",
                "80f198ee56343ba864fe8b2a57d3eff7-0000000000000000-1",
                "80f198ee56343ba864fe8b2a57d3eff7-g457b5a2e4d86bd1-1"
            })
    void singleHeader_thatIsBrokenStartsANewTrace(String header) {
        assertThat(Headers.of("b3", header).read(single)).isSameAs(Context.root());
    }

    @ParameterizedTest
    @CsvSource({
        "80f198ee56343ba864fe8b2a57d3eff7,e457b5a2e4d86bd,1",
        "80f198ee56343ba864fe8b2a57d3ef,e457b5a2e4d86bd1,1",
        "00000000000000000000000000000000,e457b5a2e4d86bd1,1",
        "80f198ee56343ba864fe8b2a57d3eff7,e457b5a2e4d86bd1,maybe"
    })
    void multipleHeaders_thatAreBrokenStartANewTrace(String traceId, String spanId, String sampled) {
        Headers headers = Headers.of("X-B3-TraceId", traceId, "X-B3-SpanId", spanId, "X-B3-Sampled", sampled);

        assertThat(headers.read(multiple)).isSameAs(Context.root());
    }

    @Test
    void multipleHeaders_withOneIdMissingStartANewTrace() {
        assertThat(Headers.of("X-B3-TraceId", TRACE, "X-B3-Sampled", "1").read(multiple))
                .isSameAs(Context.root());
        assertThat(Headers.of("X-B3-SpanId", SPAN, "X-B3-Sampled", "1").read(multiple))
                .isSameAs(Context.root());
    }

    @ParameterizedTest
    @CsvSource({"0,DENIED", "1,ACCEPTED", "d,DEBUG"})
    void decisionWithoutATrace_isToldAndPassedOn(String header, RemoteDecision decision) {
        Context context = Headers.of("b3", header).read(single);

        assertThat(RemoteDecision.of(context)).isEqualTo(decision);
        assertThat(Span.fromContext(context).getSpanContext().isValid()).isFalse();
        assertThat(Headers.written(single, context).get("b3")).isEqualTo(header);
    }

    @Test
    void decisionWithoutATrace_isReadFromMultipleHeaders() {
        Context denied = Headers.of("X-B3-Sampled", "0").read(multiple);
        Context debugged = Headers.of("X-B3-Flags", "1").read(multiple);

        assertThat(RemoteDecision.of(denied)).isEqualTo(RemoteDecision.DENIED);
        assertThat(Headers.written(multiple, denied).asMap()).containsOnlyKeys("X-B3-Sampled");
        assertThat(RemoteDecision.of(debugged)).isEqualTo(RemoteDecision.DEBUG);
        assertThat(Headers.written(multiple, debugged).asMap()).containsOnlyKeys("X-B3-Flags");
    }

    @Test
    void traceWithoutADecision_isOursToDecide() {
        Context one = Headers.of("b3", TRACE + "-" + SPAN).read(single);
        Context several = Headers.of("X-B3-TraceId", TRACE, "X-B3-SpanId", SPAN).read(single);

        assertThat(RemoteDecision.of(one)).isEqualTo(RemoteDecision.DEFERRED);
        assertThat(RemoteDecision.of(several)).isEqualTo(RemoteDecision.DEFERRED);
        assertThat(RemoteDecision.of(one.with(local(true)))).isNull();
        assertThat(Headers.written(single, one.with(local(true))).get("b3")).isEqualTo(TRACE + "-" + SPAN + "-1");
    }

    @Test
    void traceWithoutADecision_isPassedOnWithoutOne() {
        Context context = Headers.of("b3", TRACE + "-" + SPAN).read(single);

        assertThat(Headers.written(single, context).get("b3")).isEqualTo(TRACE + "-" + SPAN);
        assertThat(Headers.written(multiple, context).asMap()).containsOnlyKeys("X-B3-TraceId", "X-B3-SpanId");
    }

    /** A message is worked on inside a request, say. */
    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "d", TRACE + "-" + SPAN, TRACE + "-" + SPAN + "-d"})
    void decisionOfAnEarlierRequest_doesNotCountForTheNext(String earlier) {
        Context request = Headers.of("b3", earlier).read(single);

        Context message = single.extract(request, Headers.of("b3", TRACE + "-" + SPAN + "-1"), Headers.GETTER);

        assertThat(RemoteDecision.in(message)).isNull();
        assertThat(Headers.written(single, message).get("b3")).isEqualTo(TRACE + "-" + SPAN + "-1");
    }

    @Test
    void debug_travelsOnFromAnyFormToAnyForm() {
        Context one = Headers.of("b3", TRACE + "-" + SPAN + "-d").read(single).with(local(true));
        Context several = Headers.of("X-B3-TraceId", TRACE, "X-B3-SpanId", SPAN, "X-B3-Flags", "1")
                .read(single)
                .with(local(true));

        assertThat(RemoteDecision.of(one)).isEqualTo(RemoteDecision.DEBUG);
        assertThat(Headers.written(single, several).get("b3")).isEqualTo(TRACE + "-" + SPAN + "-d");
        assertThat(Headers.written(multiple, one).get("X-B3-Flags")).isEqualTo("1");
        assertThat(Headers.written(multiple, one).get("X-B3-Sampled")).isNull();
    }

    @Test
    void ordinaryDecision_isInTheFlagsAndNowhereElse() {
        assertThat(RemoteDecision.of(Headers.of("b3", TRACE + "-" + SPAN + "-0").read(single)))
                .isNull();
    }

    @Test
    void span_isWrittenInBothForms() {
        Context context = Context.root().with(local(false));
        Headers written = Headers.written(multiple, context);

        assertThat(Headers.written(single, context).get("b3")).isEqualTo(TRACE + "-" + SPAN + "-0");
        assertThat(written.get("X-B3-TraceId")).isEqualTo(TRACE);
        assertThat(written.get("X-B3-SpanId")).isEqualTo(SPAN);
        assertThat(written.get("X-B3-Sampled")).isEqualTo("0");
    }

    @Test
    void context_withoutASpanWritesNothing() {
        assertThat(Headers.written(single, Context.root()).isEmpty()).isTrue();
        assertThat(Headers.written(multiple, Context.root()).isEmpty()).isTrue();
    }

    private static SpanContext remote(String traceId, boolean sampled) {
        return SpanContext.createFromRemoteParent(traceId, SPAN, flags(sampled), TraceState.getDefault());
    }

    private static Span local(boolean sampled) {
        return Span.wrap(SpanContext.create(TRACE, SPAN, flags(sampled), TraceState.getDefault()));
    }

    private static TraceFlags flags(boolean sampled) {
        return sampled ? TraceFlags.getSampled() : TraceFlags.getDefault();
    }
}
