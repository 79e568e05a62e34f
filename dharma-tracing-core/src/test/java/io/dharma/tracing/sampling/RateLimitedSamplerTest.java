package io.dharma.tracing.sampling;

import static io.dharma.tracing.sampling.SamplerCalls.isSampled;
import static io.dharma.tracing.sampling.SamplerCalls.ot;
import static io.dharma.tracing.sampling.SamplerCalls.remoteParent;
import static io.dharma.tracing.sampling.SamplerCalls.stateAfter;
import static io.dharma.tracing.sampling.SamplerCalls.traceId;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateLimitedSamplerTest {

    private static final String TRACE = traceId("80000000000000");

    /** Near its overflow, which {@link System#nanoTime()} may be at any time. */
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1_500_000_000L);

    @Test
    void burst_passesAtOnceAndNoMore() {
        assertThat(sampledOf(100, sampler(10, 10))).isEqualTo(10);
    }

    @Test
    void rate_isReachedAndNotPassedOverTime() {
        Sampler sampler = sampler(10, 10);
        int sampled = 0;
        for (int millisecond = 0; millisecond < 60_000; millisecond++) {
            sampled += sampledOf(1, sampler);
            pass(Duration.ofMillis(1));
        }
        assertThat(sampled).isBetween(10 + 599, 10 + 600);
    }

    @Test
    void quietTime_savesUpNoMoreThanTheBurst() {
        Sampler sampler = sampler(10, 5);
        sampledOf(100, sampler);
        pass(Duration.ofHours(1));

        assertThat(sampledOf(100, sampler)).isEqualTo(5);
    }

    @Test
    void fractionOfASecondsToken_isNotLost() {
        Sampler sampler = sampler(1, 1);
        sampledOf(1, sampler);

        pass(Duration.ofMillis(999));
        assertThat(sampledOf(1, sampler)).isZero();
        pass(Duration.ofMillis(1));
        assertThat(sampledOf(2, sampler)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"0.001, 1000000, 1", "1000000, 1, 1000"})
    void extremeRates_areHeld(double rate, long milliseconds, int expected) {
        Sampler sampler = sampler(rate, 1000);
        sampledOf(1000, sampler);
        pass(Duration.ofMillis(milliseconds));

        assertThat(sampledOf(2000, sampler)).isEqualTo(expected);
    }

    @Test
    void threadsTogether_takeNoMoreThanThereIs() throws Exception {
        Sampler sampler = sampler(1, 10_000);
        ExecutorService executor = Executors.newFixedThreadPool(4);
        try {
            Callable<Integer> task = () -> sampledOf(5_000, sampler);
            int sampled = 0;
            for (Future<Integer> part : executor.invokeAll(List.of(task, task, task, task))) {
                sampled += part.get();
            }
            assertThat(sampled).isEqualTo(10_000);
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void probability_isUnknown() {
        Context parent = remoteParent(TRACE, true, ot("th:8;p:1"));

        assertThat(stateAfter(sampler(1, 1), Context.root(), TRACE).isEmpty()).isTrue();
        assertThat(stateAfter(sampler(1, 1), parent, TRACE)).isEqualTo(ot("p:1"));
    }

    @Test
    void burst_isOneSecondsWorthUnlessSaid() {
        assertThat(Samplers.rateLimited(2.5).getDescription())
                .isEqualTo("RateLimitedSampler{tracesPerSecond=2.5, burst=3}");
        assertThat(Samplers.rateLimited(0.1).getDescription())
                .isEqualTo("RateLimitedSampler{tracesPerSecond=0.1, burst=1}");
    }

    private Sampler sampler(double tracesPerSecond, int burst) {
        return new RateLimitedSampler(tracesPerSecond, burst, clock::get);
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    private static int sampledOf(int traces, Sampler sampler) {
        int sampled = 0;
        for (int i = 0; i < traces; i++) {
            sampled += isSampled(sampler, Context.root(), TRACE) ? 1 : 0;
        }
        return sampled;
    }
}
