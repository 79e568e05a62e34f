package io.dharma.tracing.sampling;

import io.opentelemetry.api.trace.TraceState;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Reads from an exported span how likely it was to be exported, so that counts can be scaled back: ten spans with an
 * adjusted count of 4 stand for about forty.
 *
 * <p>Empty where the probability is unknown: the trace was kept because it failed or was slow, passed a rate limit,
 * or came from a service that does not record probabilities. Such spans are evidence, not a sample; do not scale them.
 *
 * <p>As in <a href="https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/">OpenTelemetry's
 * probability sampling</a>, the value travels as {@code ot=th:...} in the trace state. Any thread may call.
 */
public final class ProbabilitySampling {

    private ProbabilitySampling() {}

    /** The hex digits of the rejection threshold: {@code c} for 25 %, {@code 0} for all. */
    public static Optional<String> threshold(TraceState state) {
        String entry = state.get(OtelEntry.KEY);
        int start = thresholdStart(entry);
        if (entry == null || start < 0) {
            return Optional.empty();
        }
        return Optional.of(entry.substring(start, OtelEntry.end(entry, start)));
    }

    /** The probability with which a span of this trace state was exported, above 0 and at most 1. */
    public static OptionalDouble probability(TraceState state) {
        String entry = state.get(OtelEntry.KEY);
        int start = thresholdStart(entry);
        if (entry == null || start < 0) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(Threshold.probability(entry, start, OtelEntry.end(entry, start)));
    }

    /** How many spans one span of this trace state stands for: 1 / probability. */
    public static OptionalDouble adjustedCount(TraceState state) {
        OptionalDouble probability = probability(state);
        return probability.isEmpty() ? probability : OptionalDouble.of(1 / probability.getAsDouble());
    }

    private static int thresholdStart(@Nullable String entry) {
        return entry == null ? -1 : OtelEntry.thresholdStart(entry);
    }
}
