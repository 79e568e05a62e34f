package io.dharma.tracing.propagation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PropagatorsTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String SPAN = "b7ad6b7169203331";

    @Test
    void named_writesAllFormats() {
        TextMapPropagator all = Propagators.named(List.of("tracecontext", "baggage", "b3", "b3multi", "jaeger"));
        Headers headers = Headers.of("traceparent", "00-" + TRACE + "-" + SPAN + "-01", "baggage", "a=1");

        Headers written = Headers.written(all, headers.read(all));

        assertThat(written.asMap())
                .containsOnlyKeys(
                        "traceparent",
                        "baggage",
                        "b3",
                        "X-B3-TraceId",
                        "X-B3-SpanId",
                        "X-B3-Sampled",
                        "uber-trace-id",
                        "uberctx-a");
        assertThat(all.fields())
                .containsExactly(
                        "traceparent",
                        "tracestate",
                        "baggage",
                        "b3",
                        "X-B3-TraceId",
                        "X-B3-SpanId",
                        "X-B3-Sampled",
                        "X-B3-Flags",
                        "uber-trace-id");
        assertThat(all).hasToString("tracecontext,baggage,b3,b3multi,jaeger");
    }

    @Test
    void named_letsTheLastOneThatFindsATraceWin() {
        Headers headers = Headers.of("traceparent", "00-" + TRACE + "-" + SPAN + "-01", "b3", SPAN + "-" + SPAN + "-1");

        assertThat(headers.readSpan(Propagators.named(List.of("b3", "tracecontext")))
                        .getTraceId())
                .isEqualTo(TRACE);
        assertThat(headers.readSpan(Propagators.named(List.of("tracecontext", "b3")))
                        .getTraceId())
                .isEqualTo("0000000000000000" + SPAN);
    }

    @Test
    void named_takesOneNameTwiceAsOne() {
        assertThat(Propagators.named(List.of("b3", "b3"))).isSameAs(Propagators.b3());
    }

    @Test
    void named_withNoneDoesNothing() {
        assertThat(Propagators.named(List.of("none"))).isSameAs(TextMapPropagator.noop());
        assertThat(Propagators.named(List.of())).isSameAs(TextMapPropagator.noop());
    }

    @Test
    void named_saysWhatIsAllowed() {
        assertThatThrownBy(() -> Propagators.named(List.of("tracecontext", "xray")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("unknown propagator 'xray', allowed are tracecontext, baggage, b3, b3multi, jaeger, none");
        assertThatThrownBy(() -> Propagators.named(List.of("none", "b3")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'none' cannot be combined");
        assertThat(Propagators.names()).containsExactly("tracecontext", "baggage", "b3", "b3multi", "jaeger", "none");
    }

    @Test
    void composed_keepsWorkingWhenAForeignPropagatorThrows() {
        TextMapPropagator composed = Propagators.composed(List.of(
                new ThrowingPropagator(), Propagators.traceContext(), new ThrowingPropagator(), Propagators.baggage()));
        Headers headers = Headers.of("traceparent", "00-" + TRACE + "-" + SPAN + "-01", "baggage", "a=1");

        Context context = headers.read(composed);

        assertThat(Baggage.fromContext(context).getEntryValue("a")).isEqualTo("1");
        assertThat(Headers.written(composed, context).asMap()).containsOnlyKeys("traceparent", "baggage");
    }

    private static final class ThrowingPropagator implements TextMapPropagator {
        @Override
        public Collection<String> fields() {
            return List.of("x-throwing");
        }

        @Override
        public <C> void inject(Context context, @Nullable C carrier, TextMapSetter<C> setter) {
            throw new IllegalStateException("inject");
        }

        @Override
        public <C> Context extract(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
            throw new IllegalStateException("extract");
        }
    }

    @ParameterizedTest
    @MethodSource("hostileFilters")
    void filterOfBaggage_thatMisbehavesLetsNothingThrough(UnaryOperator<Baggage> filter) {
        TextMapPropagator propagator = Propagators.filteringBaggage(Propagators.named(List.of("baggage")), filter);
        Map<String, String> headers = new HashMap<>();

        propagator.inject(Context.root().with(Baggage.builder().put("k", "v").build()), headers, Map::put);

        assertThat(headers).isEmpty();
    }

    static Stream<UnaryOperator<Baggage>> hostileFilters() {
        return Stream.of(
                baggage -> null,
                baggage -> {
                    throw new AssertionError("hostile");
                },
                baggage -> {
                    throw new StackOverflowError("hostile");
                });
    }
}
