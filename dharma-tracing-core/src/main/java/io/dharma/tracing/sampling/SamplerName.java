package io.dharma.tracing.sampling;

import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A name under which configurations know a sampler.
 *
 * @param argumentMeaning what the argument is, for the error message; null if there is none
 */
record SamplerName(
        String text, @Nullable String argumentMeaning, double defaultArgument, DoubleFunction<Sampler> factory) {

    private static final String RATIO = "a ratio from 0 to 1";
    private static final String RATE = "traces per second from 0.001 to 1000000";

    /** In the order in which error messages list them. */
    private static final List<SamplerName> ALL = List.of(
            constant("always_on", Samplers.alwaysOn()),
            constant("always_off", Samplers.alwaysOff()),
            new SamplerName("probabilistic", RATIO, 1, SamplerName::parentBasedRatio),
            new SamplerName("rate_limited", RATE, Samplers.DEFAULT_TRACES_PER_SECOND, SamplerName::parentBasedRate),
            constant("parentbased_always_on", Samplers.parentBased(Samplers.alwaysOn())),
            constant("parentbased_always_off", Samplers.parentBased(Samplers.alwaysOff())),
            new SamplerName("parentbased_traceidratio", RATIO, 1, SamplerName::parentBasedRatio),
            new SamplerName("traceidratio", RATIO, 1, Samplers::probabilistic));

    static SamplerName parse(String name) {
        String normalised = name.strip().toLowerCase(Locale.ROOT);
        return ALL.stream()
                .filter(candidate -> candidate.text.equals(normalised))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown sampler \"" + name + "\", allowed are "
                        + ALL.stream().map(SamplerName::text).collect(Collectors.joining(", "))));
    }

    Sampler sampler(@Nullable String argument) {
        if (argumentMeaning == null || argument == null || argument.isBlank()) {
            return factory.apply(defaultArgument);
        }
        try {
            return factory.apply(Double.parseDouble(argument.strip()));
        } catch (IllegalArgumentException unfit) {
            throw new IllegalArgumentException(
                    "the sampler " + text + " takes " + argumentMeaning + ", not \"" + argument + '"', unfit);
        }
    }

    private static SamplerName constant(String text, Sampler sampler) {
        return new SamplerName(text, null, 0, argument -> sampler);
    }

    private static Sampler parentBasedRatio(double ratio) {
        return Samplers.parentBased(Samplers.probabilistic(ratio));
    }

    private static Sampler parentBasedRate(double tracesPerSecond) {
        return Samplers.parentBased(Samplers.rateLimited(tracesPerSecond));
    }
}
