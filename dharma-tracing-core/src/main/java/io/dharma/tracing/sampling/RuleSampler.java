package io.dharma.tracing.sampling;

import io.dharma.tracing.internal.sampling.HeadSampler;
import io.dharma.tracing.internal.sampling.NumericTraceId;
import io.dharma.tracing.sampling.SamplingRules.Rule;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;
import java.util.stream.Collectors;

/** Asks the sampler of the first rule that matches. */
record RuleSampler(List<Rule> rules, Sampler otherwise) implements HeadSampler {

    @Override
    public SamplingResult shouldSample(
            Context parent,
            NumericTraceId traceId,
            String name,
            SpanKind kind,
            Attributes attributes,
            List<LinkData> links) {
        return HeadSampler.ask(samplerFor(name, attributes), parent, traceId, name, kind, attributes, links);
    }

    private Sampler samplerFor(String name, Attributes attributes) {
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            if (rule.matches(name, attributes)) {
                return rule.sampler();
            }
        }
        return otherwise;
    }

    @Override
    public String getDescription() {
        String list = rules.stream()
                .map(rule -> rule.condition() + ":" + rule.sampler().getDescription() + ", ")
                .collect(Collectors.joining());
        return "Rules{" + list + "otherwise:" + otherwise.getDescription() + '}';
    }

    @Override
    public String toString() {
        return getDescription();
    }
}
