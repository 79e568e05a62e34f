package io.dharma.tracing.propagation;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.internal.propagation.RemoteDecision;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.BaggageBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JaegerPropagatorTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String SPAN = "b7ad6b7169203331";

    private final TextMapPropagator propagator = Propagators.jaeger();

    @ParameterizedTest
    @CsvSource({
        "0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:1,true",
        "0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:0,false",
        "0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331::01,true",
        "0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:b7ad6b7169203332:9,true",
        "0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:2,false",
        "0af7651916cd43dd8448eb211c80319c%3Ab7ad6b7169203331%3A0%3a1,true",
        "af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:1,true"
    })
    void header_isReadAsARemoteSpan(String header, boolean sampled) {
        assertThat(Headers.of("uber-trace-id", header).readSpan(propagator))
                .isEqualTo(SpanContext.createFromRemoteParent(
                        TRACE,
                        SPAN,
                        sampled ? TraceFlags.getSampled() : TraceFlags.getDefault(),
                        TraceState.getDefault()));
    }

    @Test
    void shortIds_arePadded() {
        SpanContext span = Headers.of("uber-trace-id", "1f:2e:0:1").readSpan(propagator);

        assertThat(span.getTraceId()).isEqualTo("0000000000000000000000000000001f");
        assertThat(span.getSpanId()).isEqualTo("000000000000002e");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":::",
                "1f:2e:0",
                "1f:2e:0:1:1",
                "0:2e:0:1",
                "1f:0:0:1",
                ":2e:0:1",
                "1f::0:1",
                "xyz:2e:0:1",
                "1f:2e:0:",
                "1f:2e:0:g",
                "1f:2e:0:100",
                "10af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:1",
                "0af7651916cd43dd8448eb211c80319c:1b7ad6b7169203331:0:1",
                "1f%3A2e%3A0%3",
                "1f%zz2e:0:1"
            })
    void header_thatIsBrokenStartsANewTrace(String header) {
        assertThat(Headers.of("uber-trace-id", header).read(propagator)).isSameAs(Context.root());
    }

    @Test
    void span_isWritten() {
        assertThat(Headers.written(propagator, Context.root().with(local())).get("uber-trace-id"))
                .isEqualTo(TRACE + ":" + SPAN + ":0:1");
    }

    @Test
    void debug_travelsOn() {
        Context context =
                Headers.of("uber-trace-id", TRACE + ":" + SPAN + ":0:3").read(propagator);

        assertThat(RemoteDecision.of(context)).isEqualTo(RemoteDecision.DEBUG);
        assertThat(Headers.written(propagator, context.with(local())).get("uber-trace-id"))
                .isEqualTo(TRACE + ":" + SPAN + ":0:3");
        assertThat(Headers.written(Propagators.b3(), context.with(local())).get("b3"))
                .endsWith("-d");
    }

    @Test
    void baggage_isReadFromPrefixedHeaders() {
        Headers headers = Headers.of("uberctx-User", "a%20b+c", "UBERCTX-region", "eu", "uberctx-", "x", "other", "y");

        Baggage baggage = Baggage.fromContext(headers.read(propagator));

        assertThat(baggage.asMap()).containsOnlyKeys("user", "region");
        assertThat(baggage.getEntryValue("user")).isEqualTo("a b c");
    }

    @Test
    void baggage_isReadFromTheHeaderForPeople() {
        Baggage baggage = Baggage.fromContext(
                Headers.of("jaeger-baggage", "a=1, b = 2 ,broken,c=3").read(propagator));

        assertThat(baggage.asMap()).containsOnlyKeys("a", "b", "c");
        assertThat(baggage.getEntryValue("b")).isEqualTo("2");
    }

    @Test
    void baggage_isWrittenEncoded() {
        Baggage baggage = Baggage.builder()
                .put("user", "a b+c\r\n\ud800")
                .put("k\r\ny", "dropped")
                .build();

        Headers written = Headers.written(propagator, Context.root().with(baggage));

        assertThat(written.asMap()).containsOnlyKeys("uberctx-user");
        assertThat(written.get("uberctx-user")).isEqualTo("a%20b%2Bc%0D%0A%EF%BF%BD");
    }

    @Test
    void baggage_isHeldToTheLimits() {
        BaggageBuilder many = Baggage.builder();
        IntStream.range(0, 100).forEach(i -> many.put("k" + i, "v"));
        many.put("a", "v".repeat(8192));
        Headers written = Headers.written(propagator, Context.root().with(many.build()));
        Headers read = new Headers();
        IntStream.range(0, 100).forEach(i -> read.add("uberctx-k" + i, "v"));
        read.add("uberctx-a", "v".repeat(8192));

        assertThat(written.asMap()).hasSize(64).doesNotContainKey("uberctx-a");
        assertThat(Baggage.fromContext(read.read(propagator)).size()).isEqualTo(64);
        assertThat(Baggage.fromContext(read.read(propagator)).getEntry("a")).isNull();
    }

    private static Span local() {
        return Span.wrap(SpanContext.create(TRACE, SPAN, TraceFlags.getSampled(), TraceState.getDefault()));
    }
}
