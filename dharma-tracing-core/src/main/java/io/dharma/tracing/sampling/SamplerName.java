package io.dharma.tracing.sampling;

import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The names under which configurations know samplers, in the order in which error messages list them. */
enum SamplerName {
    ALWAYS_ON("always_on", argument -> Samplers.alwaysOn()),
    ALWAYS_OFF("always_off", argument -> Samplers.alwaysOff()),
    PROBABILISTIC("probabilistic", "a ratio from 0 to 1", 1, ratio -> parentBasedRatio(ratio)),
    RATE_LIMITED(
            "rate_limited",
            "traces per second, from 0.001 to 1000000",
            Samplers.DEFAULT_TRACES_PER_SECOND,
            rate -> Samplers.parentBased(Samplers.rateLimited(rate))),
    TRACEIDRATIO("traceidratio", "a ratio from 0 to 1", 1, Samplers::probabilistic),
    PARENTBASED_ALWAYS_ON("parentbased_always_on", argument -> Samplers.parentBased(Samplers.alwaysOn())),
    PARENTBASED_ALWAYS_OFF("parentbased_always_off", argument -> Samplers.parentBased(Samplers.alwaysOff())),
    PARENTBASED_TRACEIDRATIO("parentbased_traceidratio", "a ratio from 0 to 1", 1, ratio -> parentBasedRatio(ratio));

    private final String text;
    private final @Nullable String argumentMeaning;
    private final double defaultArgument;
    private final DoubleFunction<Sampler> factory;

    SamplerName(String text, DoubleFunction<Sampler> factory) {
        this(text, null, 0, factory);
    }

    SamplerName(
            String text, @Nullable String argumentMeaning, double defaultArgument, DoubleFunction<Sampler> factory) {
        this.text = text;
        this.argumentMeaning = argumentMeaning;
        this.defaultArgument = defaultArgument;
        this.factory = factory;
    }

    static SamplerName parse(String name) {
        String normalised = name.strip().toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(candidate -> candidate.text.equals(normalised))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("unknown sampler \"" + name + "\"; allowed are " + allowed()));
    }

    Sampler sampler(@Nullable String argument) {
        if (argumentMeaning == null || argument == null || argument.isBlank()) {
            return factory.apply(defaultArgument);
        }
        try {
            return factory.apply(Double.parseDouble(argument.strip()));
        } catch (IllegalArgumentException unfit) {
            throw new IllegalArgumentException(
                    "the sampler " + text + " takes as its argument " + argumentMeaning + ", but got \"" + argument
                            + '"',
                    unfit);
        }
    }

    private static Sampler parentBasedRatio(double ratio) {
        return Samplers.parentBased(Samplers.probabilistic(ratio));
    }

    private static String allowed() {
        return Arrays.stream(values()).map(name -> name.text).collect(Collectors.joining(", "));
    }
}
