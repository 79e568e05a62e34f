package io.dharma.tracing.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.opentelemetry.context.Context;
import org.junit.jupiter.api.Test;

class AdjustableSamplerTest {

    private static final String TRACE = SamplerCalls.traceId("80000000000000");

    private final AdjustableSampler sampler = AdjustableSampler.startingWith(Samplers.alwaysOff());

    @Test
    void exchangedSampler_decidesFromThenOn() {
        assertThat(SamplerCalls.isSampled(sampler, Context.root(), TRACE)).isFalse();

        sampler.use(Samplers.alwaysOn());

        assertThat(SamplerCalls.isSampled(sampler, Context.root(), TRACE)).isTrue();
        assertThat(sampler.current()).isSameAs(Samplers.alwaysOn());
    }

    @Test
    void description_followsTheExchange() {
        assertThat(sampler.getDescription()).isEqualTo("Adjustable{AlwaysOffSampler}");
        sampler.use(Samplers.probabilistic(0.5));
        assertThat(sampler.getDescription()).isEqualTo("Adjustable{ProbabilitySampler{ratio=0.5, th=8}}");
    }

    @Test
    void itself_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> sampler.use(sampler));
    }
}
