package io.dharma.tracing.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplersTest {

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1.0001, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void ratioOutOfRange_isRefused(double ratio) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Samplers.probabilistic(ratio))
                .withMessage("the sampling ratio must be a number from 0 to 1, but is " + ratio);
    }

    @Test
    void ratioTooSmallToExpress_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Samplers.probabilistic(1e-18))
                .withMessageContaining("2^-56");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, 0.0009, 1_000_001, Double.NaN})
    void rateOutOfRange_isRefused(double rate) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Samplers.rateLimited(rate))
                .withMessageContaining("from 0.001 to 1000000, but are " + rate)
                .withMessageContaining("always_off");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 1_000_001})
    void burstOutOfRange_isRefused(int burst) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Samplers.rateLimited(1, burst))
                .withMessageContaining("but is " + burst);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "always_on | | AlwaysOnSampler",
                "always_on | 0.1 | AlwaysOnSampler",
                "always_off | | AlwaysOffSampler",
                "probabilistic | 0.25 | ParentBased{root:ProbabilitySampler{ratio=0.25, th=c}}",
                "probabilistic | | ParentBased{root:ProbabilitySampler{ratio=1.0, th=0}}",
                "rate_limited | 5 | ParentBased{root:RateLimitedSampler{tracesPerSecond=5.0, burst=5}}",
                "rate_limited | | ParentBased{root:RateLimitedSampler{tracesPerSecond=100.0, burst=100}}",
                "traceidratio | 0.5 | ProbabilitySampler{ratio=0.5, th=8}",
                "parentbased_always_on | | ParentBased{root:AlwaysOnSampler}",
                "parentbased_always_off | | ParentBased{root:AlwaysOffSampler}",
                "parentbased_traceidratio | 0.5 | ParentBased{root:ProbabilitySampler{ratio=0.5, th=8}}",
                "' ALWAYS_ON ' | ' ' | AlwaysOnSampler",
                "Probabilistic | ' 0.5 ' | ParentBased{root:ProbabilitySampler{ratio=0.5, th=8}}",
                "probabilistic | 0 | ParentBased{root:AlwaysOffSampler}",
            })
    void named_givesTheSamplerOfTheConfiguration(String name, @Nullable String argument, String description) {
        assertThat(Samplers.named(name, argument).getDescription()).isEqualTo(description);
    }

    @Test
    void unknownName_isRefusedWithWhatIsAllowed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Samplers.named("jaeger_remote", null))
                .withMessage("unknown sampler \"jaeger_remote\", allowed are always_on, always_off, probabilistic, "
                        + "rate_limited, parentbased_always_on, parentbased_always_off, parentbased_traceidratio, "
                        + "traceidratio");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ten", "1.5", "-1", "NaN", "10%"})
    void unfitArgument_isRefusedWithWhatIsMeant(String argument) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Samplers.named("probabilistic", argument))
                .withMessage("the sampler probabilistic takes a ratio from 0 to 1, not \"" + argument + '"');
    }

    @Test
    void unfitRate_isRefusedWithWhatIsMeant() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Samplers.named("rate_limited", "0"))
                .withMessage("the sampler rate_limited takes traces per second from 0.001 to 1000000, not \"0\"");
    }
}
