package io.dharma.tracing.sampling;

import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.Locale;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** The names under which configurations know samplers, in the order in which error messages list them. */
enum SamplerName {
    ALWAYS_ON(null, 0),
    ALWAYS_OFF(null, 0),
    PROBABILISTIC("a ratio from 0 to 1", 1),
    RATE_LIMITED("traces per second from 0.001 to 1000000", Samplers.DEFAULT_TRACES_PER_SECOND),
    PARENTBASED_ALWAYS_ON(null, 0),
    PARENTBASED_ALWAYS_OFF(null, 0),
    PARENTBASED_TRACEIDRATIO("a ratio from 0 to 1", 1),
    TRACEIDRATIO("a ratio from 0 to 1", 1);

    /** What the argument is, for the error message; null if there is none. */
    private final @Nullable String argumentMeaning;

    private final double defaultArgument;

    SamplerName(@Nullable String argumentMeaning, double defaultArgument) {
        this.argumentMeaning = argumentMeaning;
        this.defaultArgument = defaultArgument;
    }

    static SamplerName parse(String name) {
        String normalised = name.strip().toLowerCase(Locale.ROOT);
        StringJoiner allowed = new StringJoiner(", ");
        for (SamplerName candidate : values()) {
            if (candidate.text().equals(normalised)) {
                return candidate;
            }
            allowed.add(candidate.text());
        }
        throw new IllegalArgumentException("unknown sampler \"" + name + "\", allowed are " + allowed);
    }

    private String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    Sampler sampler(@Nullable String argument) {
        if (argumentMeaning == null || argument == null || argument.isBlank()) {
            return of(defaultArgument);
        }
        try {
            return of(Double.parseDouble(argument.strip()));
        } catch (IllegalArgumentException unfit) {
            throw new IllegalArgumentException(
                    "the sampler " + text() + " takes " + argumentMeaning + ", not \"" + argument + '"', unfit);
        }
    }

    private Sampler of(double argument) {
        return switch (this) {
            case ALWAYS_ON -> Samplers.alwaysOn();
            case ALWAYS_OFF -> Samplers.alwaysOff();
            case PARENTBASED_ALWAYS_ON -> Samplers.parentBased(Samplers.alwaysOn());
            case PARENTBASED_ALWAYS_OFF -> Samplers.parentBased(Samplers.alwaysOff());
            case PROBABILISTIC, PARENTBASED_TRACEIDRATIO -> Samplers.parentBased(Samplers.probabilistic(argument));
            case RATE_LIMITED -> Samplers.parentBased(Samplers.rateLimited(argument));
            case TRACEIDRATIO -> Samplers.probabilistic(argument);
        };
    }
}
