package io.dharma.tracing.sampling;

import static io.dharma.tracing.sampling.SamplerCalls.ot;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.TraceState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProbabilitySamplingTest {

    @ParameterizedTest
    @CsvSource({"th:0, 0, 1", "th:8, 8, 2", "p:1;th:c, c, 4", "th:f;rv:ffffffffffffff, f, 16"})
    void sampledSpan_saysHowManyItStandsFor(String entry, String threshold, double count) {
        assertThat(ProbabilitySampling.threshold(ot(entry))).contains(threshold);
        assertThat(ProbabilitySampling.probability(ot(entry))).hasValue(1 / count);
        assertThat(ProbabilitySampling.adjustedCount(ot(entry))).hasValue(count);
    }

    @ParameterizedTest
    @ValueSource(strings = {"p:1", "th:x", "th:", "rv:ffffffffffffff"})
    void spanWithoutThreshold_saysNothing(String entry) {
        assertThat(ProbabilitySampling.threshold(ot(entry))).isEmpty();
        assertThat(ProbabilitySampling.probability(ot(entry))).isEmpty();
        assertThat(ProbabilitySampling.adjustedCount(ot(entry))).isEmpty();
    }

    @Test
    void emptyTraceState_saysNothing() {
        assertThat(ProbabilitySampling.adjustedCount(TraceState.getDefault())).isEmpty();
    }
}
