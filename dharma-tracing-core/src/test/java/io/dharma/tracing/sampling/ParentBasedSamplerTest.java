package io.dharma.tracing.sampling;

import static io.dharma.tracing.sampling.SamplerCalls.isSampled;
import static io.dharma.tracing.sampling.SamplerCalls.localParent;
import static io.dharma.tracing.sampling.SamplerCalls.ot;
import static io.dharma.tracing.sampling.SamplerCalls.remoteParent;
import static io.dharma.tracing.sampling.SamplerCalls.stateAfter;
import static io.dharma.tracing.sampling.SamplerCalls.traceId;
import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.propagation.Propagators;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParentBasedSamplerTest {

    private static final String TRACE = traceId("9000000000000a");

    private final Sampler dropsRoots = Samplers.parentBased(Samplers.alwaysOff());
    private final Sampler keepsRoots = Samplers.parentBased(Samplers.alwaysOn());

    @Test
    void root_isDecidedByTheRootSampler() {
        assertThat(isSampled(keepsRoots, Context.root(), TRACE)).isTrue();
        assertThat(isSampled(dropsRoots, Context.root(), TRACE)).isFalse();
        assertThat(stateAfter(keepsRoots, Context.root(), TRACE)).isEqualTo(ot("th:0"));
    }

    @Test
    void child_doesWhatItsParentDid() {
        TraceState none = TraceState.getDefault();

        assertThat(isSampled(dropsRoots, remoteParent(TRACE, true, none), TRACE))
                .isTrue();
        assertThat(isSampled(dropsRoots, localParent(TRACE, true, none), TRACE)).isTrue();
        assertThat(isSampled(keepsRoots, remoteParent(TRACE, false, none), TRACE))
                .isFalse();
        assertThat(isSampled(keepsRoots, localParent(TRACE, false, none), TRACE))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "0, false, false",
        "1, true, true",
        "d, true, true",
        "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1, false, true",
        "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-0, false, false",
        "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-d, true, true",
    })
    void b3Header_decidesWhatItSaysAndLeavesTheRestToTheRoot(String header, boolean byOff, boolean byOn) {
        Context context = Propagators.b3().extract(Context.root(), Map.of("b3", header), MapGetter.INSTANCE);
        String trace = header.length() > 2 ? header.substring(0, 32) : TRACE;

        assertThat(isSampled(dropsRoots, context, trace)).isEqualTo(byOff);
        assertThat(isSampled(keepsRoots, context, trace)).isEqualTo(byOn);
    }

    @Test
    void debugDecision_keepsTheLocalChildrenOfItsTraceToo() {
        Context debug = Propagators.b3().extract(Context.root(), Map.of("b3", "d"), MapGetter.INSTANCE);
        Span sampled = Span.fromContext(localParent(TRACE, true, TraceState.getDefault()));

        assertThat(isSampled(dropsRoots, debug.with(sampled), TRACE)).isTrue();
    }

    private enum MapGetter implements TextMapGetter<Map<String, String>> {
        INSTANCE;

        @Override
        @SuppressWarnings("deprecation") // deprecated, but still to be implemented
        public Iterable<String> keys(Map<String, String> headers) {
            return headers.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Map<String, String> headers, String name) {
            return headers == null ? null : headers.get(name);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"th:0", "th:8", "th:9000000000000a", "p:1;th:8;rv:80000000000000", "th:c;rv:c0000000000000"})
    void consistentThreshold_isHandedOnUnchanged(String entry) {
        TraceState state =
                TraceState.builder().put("vendor", "v").put("ot", entry).build();

        assertThat(stateAfter(dropsRoots, remoteParent(TRACE, true, state), TRACE))
                .isSameAs(state);
        assertThat(stateAfter(dropsRoots, localParent(TRACE, true, state), TRACE))
                .isSameAs(state);
    }

    @ParameterizedTest
    @CsvSource({
        "th:c;p:1, p:1",
        "th:9000000000000b;p:1, p:1",
        "th:8;rv:7fffffffffffff, rv:7fffffffffffff",
        "th:xyz;p:1, p:1",
    })
    void thresholdThatContradictsTheSampledFlag_isErased(String before, String after) {
        Context parent = remoteParent(TRACE, true, ot(before));

        assertThat(isSampled(dropsRoots, parent, TRACE)).isTrue();
        assertThat(stateAfter(dropsRoots, parent, TRACE)).isEqualTo(ot(after));
    }

    @Test
    void thresholdOfADroppedParent_isErased() {
        assertThat(stateAfter(keepsRoots, remoteParent(TRACE, false, ot("th:c;p:1")), TRACE))
                .isEqualTo(ot("p:1"));
    }

    @Test
    void absentThreshold_staysAbsent() {
        TraceState state = TraceState.builder().put("vendor", "v").build();

        assertThat(stateAfter(keepsRoots, remoteParent(TRACE, true, state), TRACE))
                .isSameAs(state);
        assertThat(stateAfter(keepsRoots, remoteParent(TRACE, true, ot("p:1")), TRACE))
                .isEqualTo(ot("p:1"));
    }

    @Test
    void description_namesTheRootSampler() {
        assertThat(keepsRoots.getDescription()).isEqualTo("ParentBased{root:AlwaysOnSampler}");
    }
}
