package io.dharma.tracing.sampling;

import static io.dharma.tracing.sampling.SamplerCalls.isSampled;
import static io.dharma.tracing.sampling.SamplerCalls.localParent;
import static io.dharma.tracing.sampling.SamplerCalls.ot;
import static io.dharma.tracing.sampling.SamplerCalls.remoteParent;
import static io.dharma.tracing.sampling.SamplerCalls.rootWith;
import static io.dharma.tracing.sampling.SamplerCalls.stateAfter;
import static io.dharma.tracing.sampling.SamplerCalls.traceId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.dharma.tracing.internal.sampling.HeadSampler;
import io.dharma.tracing.internal.sampling.NumericTraceId;
import io.dharma.tracing.internal.sampling.TimeOrderedIdGenerator;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProbabilitySamplerTest {

    private static final String HIGH = traceId("ffffffffffffff");
    private static final String LOW = traceId("00000000000000");

    @ParameterizedTest
    @CsvSource({
        "0.5, 80000000000000, true",
        "0.5, 7fffffffffffff, false",
        "0.1, e6660000000000, true",
        "0.1, e665ffffffffff, false"
    })
    void decision_comparesTheRandomPartOfTheTraceIdWithTheThreshold(double ratio, String random, boolean sampled) {
        assertThat(isSampled(Samplers.probabilistic(ratio), Context.root(), traceId(random)))
                .isEqualTo(sampled);
    }

    @Test
    void sampledRoot_carriesItsThreshold() {
        assertThat(stateAfter(Samplers.probabilistic(0.25), Context.root(), HIGH))
                .isEqualTo(ot("th:c"));
    }

    @Test
    void droppedRoot_carriesNone() {
        assertThat(stateAfter(Samplers.probabilistic(0.25), Context.root(), LOW).isEmpty())
                .isTrue();
    }

    @Test
    void alwaysOn_recordsThatItStandsForItselfOnly() {
        assertThat(isSampled(Samplers.alwaysOn(), Context.root(), LOW)).isTrue();
        assertThat(stateAfter(Samplers.alwaysOn(), Context.root(), LOW)).isEqualTo(ot("th:0"));
    }

    @Test
    void alwaysOff_erasesTheThresholdOfAParentThatWasSampled() {
        Context parent = remoteParent(HIGH, true, ot("th:c;rv:6e6d1a75832a2f"));

        assertThat(isSampled(Samplers.alwaysOff(), parent, HIGH)).isFalse();
        assertThat(stateAfter(Samplers.alwaysOff(), parent, HIGH)).isEqualTo(ot("rv:6e6d1a75832a2f"));
    }

    @Test
    void explicitRandomness_replacesThatOfTheTraceId() {
        Sampler half = Samplers.probabilistic(0.5);

        assertThat(isSampled(half, remoteParent(LOW, false, ot("rv:80000000000000")), LOW))
                .isTrue();
        assertThat(isSampled(half, remoteParent(HIGH, true, ot("rv:7fffffffffffff")), HIGH))
                .isFalse();
        assertThat(isSampled(half, remoteParent(HIGH, true, ot("rv:malformed")), HIGH))
                .isTrue();
        assertThat(isSampled(
                        half,
                        remoteParent(
                                HIGH, true, TraceState.builder().put("x", "y").build()),
                        HIGH))
                .isTrue();
    }

    @Test
    void explicitRandomness_countsForATraceThatBeginsHere() {
        Context root = rootWith(ot("rv:80000000000000"));

        assertThat(isSampled(Samplers.parentBased(Samplers.probabilistic(0.5)), root, LOW))
                .isTrue();
        assertThat(stateAfter(Samplers.parentBased(Samplers.probabilistic(0.5)), root, LOW))
                .isEqualTo(ot("th:8;rv:80000000000000"));
    }

    @Test
    void decision_ignoresTheParentsAndReplacesItsThreshold() {
        Context parent = remoteParent(HIGH, false, ot("th:fd70a;rv:ffffffffffffff"));

        assertThat(isSampled(Samplers.probabilistic(0.5), parent, HIGH)).isTrue();
        assertThat(stateAfter(Samplers.probabilistic(0.5), parent, HIGH)).isEqualTo(ot("th:8;rv:ffffffffffffff"));
    }

    @Test
    void decision_isTheSameInEveryServiceAndForEveryBlockOfATrace() {
        TimeOrderedIdGenerator ids = TimeOrderedIdGenerator.create();
        Sampler here = Samplers.probabilistic(0.1);
        Sampler there = Samplers.probabilistic(0.1);
        for (int i = 0; i < 10_000; i++) {
            String trace = ids.generateTraceId();
            boolean root = isSampled(here, Context.root(), trace);
            Context parent = remoteParent(trace, root, stateAfter(here, Context.root(), trace));
            assertThat(isSampled(there, parent, trace)).isEqualTo(root);
        }
    }

    @Test
    void higherRatio_keepsAllThatALowerOneKeeps() {
        TimeOrderedIdGenerator ids = TimeOrderedIdGenerator.create();
        Random random = new Random(3);
        for (int i = 0; i < 10_000; i++) {
            double ratio = random.nextDouble();
            String trace = ids.generateTraceId();
            if (isSampled(Samplers.probabilistic(ratio), Context.root(), trace)) {
                double higher = ratio + (1 - ratio) * random.nextDouble();
                assertThat(isSampled(Samplers.probabilistic(higher), Context.root(), trace))
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.1, 0.5, 0.75, 1})
    void adjustedCounts_addUpToTheNumberOfTraces(double ratio) {
        int traces = 100_000;
        TimeOrderedIdGenerator ids = TimeOrderedIdGenerator.create();
        Sampler sampler = Samplers.parentBased(Samplers.probabilistic(ratio));
        double estimate = 0;
        for (int i = 0; i < traces; i++) {
            String trace = ids.generateTraceId();
            TraceState state = stateAfter(sampler, Context.root(), trace);
            if (isSampled(sampler, Context.root(), trace)) {
                estimate += ProbabilitySampling.adjustedCount(state).orElseThrow();
            }
        }
        double fiveSigma = 5 * Math.sqrt(traces * (1 - ratio) / ratio);
        assertThat(estimate).isCloseTo(traces, within(fiveSigma + traces * 1e-4));
    }

    @Test
    void ratioZero_isAlwaysOff() {
        assertThat(Samplers.probabilistic(0)).isSameAs(Samplers.alwaysOff());
        assertThat(Samplers.probabilistic(-0.0)).isSameAs(Samplers.alwaysOff());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "00000000000000000000000000000000ff"})
    void malformedTraceId_isDroppedWithoutAnException(String traceId) {
        assertThat(isSampled(Samplers.probabilistic(0.5), Context.root(), traceId))
                .isFalse();
        assertThat(isSampled(Samplers.probabilistic(0.5), localParent(HIGH, true, ot("p:1")), traceId))
                .isFalse();
    }

    @Test
    void decisionForARoot_allocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Sampler sampler = AdjustableSampler.startingWith(
                Samplers.parentBased(Samplers.rules().drop("GET /health").otherwise(Samplers.probabilistic(0.5))));
        decideOften(sampler);
        long before = threads.getCurrentThreadAllocatedBytes();
        int sampled = decideOften(sampler);
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(sampled).isEqualTo(5_000);
        assertThat(bytes).isLessThan(10_000);
    }

    /** By numbers, as a block does. */
    private static int decideOften(Sampler sampler) {
        NumericTraceId high = NumericTraceId.of(HIGH);
        NumericTraceId low = NumericTraceId.of(LOW);
        int withState = 0;
        for (int i = 0; i < 10_000; i++) {
            SamplingResult result = HeadSampler.ask(
                    sampler,
                    Context.root(),
                    i % 2 == 0 ? high : low,
                    "block",
                    SpanKind.INTERNAL,
                    Attributes.empty(),
                    List.of());
            withState += result.getUpdatedTraceState(TraceState.getDefault()).size();
        }
        return withState;
    }

    @Test
    void description_namesRatioAndThreshold() {
        assertThat(Samplers.probabilistic(0.1).getDescription()).isEqualTo("ProbabilitySampler{ratio=0.1, th=e666}");
        assertThat(Samplers.alwaysOn().getDescription()).isEqualTo("AlwaysOnSampler");
        assertThat(Samplers.alwaysOff().getDescription()).isEqualTo("AlwaysOffSampler");
    }
}
