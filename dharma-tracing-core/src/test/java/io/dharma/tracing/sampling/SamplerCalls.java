package io.dharma.tracing.sampling;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;

/** Asks samplers as a tracer would, and builds the parents they look at. */
final class SamplerCalls {

    static final String SPAN_ID = "00f067aa0ba902b7";

    private SamplerCalls() {}

    /** A trace id with these 14 random digits. */
    static String traceId(String randomDigits) {
        return "0192d5f1a2b34c5d6e" + randomDigits;
    }

    static Context remoteParent(String traceId, boolean sampled, TraceState state) {
        return holding(SpanContext.createFromRemoteParent(traceId, SPAN_ID, flags(sampled), state));
    }

    static Context localParent(String traceId, boolean sampled, TraceState state) {
        return holding(SpanContext.create(traceId, SPAN_ID, flags(sampled), state));
    }

    /** No parent, but a trace state in which the application chose the randomness of the trace it begins. */
    static Context rootWith(TraceState state) {
        return holding(SpanContext.create("", "", flags(false), state));
    }

    static TraceState ot(String entry) {
        return TraceState.builder().put("ot", entry).build();
    }

    static SamplingResult ask(Sampler sampler, Context parent, String traceId) {
        return ask(sampler, parent, traceId, "block", Attributes.empty());
    }

    static SamplingResult ask(Sampler sampler, String name, Attributes attributes) {
        return ask(sampler, Context.root(), traceId("ffffffffffffff"), name, attributes);
    }

    private static SamplingResult ask(
            Sampler sampler, Context parent, String traceId, String name, Attributes attributes) {
        return sampler.shouldSample(parent, traceId, name, SpanKind.INTERNAL, attributes, List.of());
    }

    static boolean isSampled(Sampler sampler, Context parent, String traceId) {
        return ask(sampler, parent, traceId).getDecision() == SamplingDecision.RECORD_AND_SAMPLE;
    }

    /** The trace state that the new block would carry. */
    static TraceState stateAfter(Sampler sampler, Context parent, String traceId) {
        TraceState before = Span.fromContext(parent).getSpanContext().getTraceState();
        return ask(sampler, parent, traceId).getUpdatedTraceState(before);
    }

    private static Context holding(SpanContext spanContext) {
        return Context.root().with(Span.wrap(spanContext));
    }

    private static TraceFlags flags(boolean sampled) {
        return sampled ? TraceFlags.getSampled() : TraceFlags.getDefault();
    }
}
