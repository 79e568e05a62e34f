package io.dharma.tracing.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.internal.sampling.HeadSampler;
import io.dharma.tracing.internal.sampling.NumericTraceId;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HeadSamplerTest {

    @Test
    void numbersAndText_decideAlike() {
        Random random = new Random(11);
        Sampler sampler = Samplers.parentBased(Samplers.probabilistic(0.3));
        for (int i = 0; i < 10_000; i++) {
            long high = random.nextLong();
            long low = random.nextLong();
            SamplingResult byText = SamplerCalls.ask(sampler, Context.root(), TraceId.fromLongs(high, low));
            assertThat(askByNumbers(sampler, high, low)).isSameAs(byText);
        }
    }

    @Test
    void samplerThatReadsNoNumbers_isAskedWithTheText() {
        AskedSampler foreign = new AskedSampler();
        Sampler sampler = AdjustableSampler.startingWith(
                Samplers.parentBased(Samplers.rules().drop("x").otherwise(foreign)));

        askByNumbers(sampler, 0x0192d5f1a2b34c5dL, 0xff00000000000001L);

        assertThat(foreign.traceIds).containsExactly("0192d5f1a2b34c5dff00000000000001");
    }

    private static SamplingResult askByNumbers(Sampler sampler, long high, long low) {
        return HeadSampler.ask(
                sampler,
                Context.root(),
                NumericTraceId.of(high, low),
                "block",
                SpanKind.INTERNAL,
                Attributes.empty(),
                List.of());
    }

    private static final class AskedSampler implements Sampler {

        private final List<String> traceIds = new ArrayList<>();

        @Override
        public SamplingResult shouldSample(
                Context parent,
                String traceId,
                String name,
                SpanKind kind,
                Attributes attributes,
                List<LinkData> links) {
            traceIds.add(traceId);
            return SamplingResult.drop();
        }

        @Override
        public String getDescription() {
            return "AskedSampler";
        }
    }
}
