package io.dharma.tracing.errors.classify;

import io.dharma.tracing.errors.Category;
import io.dharma.tracing.errors.Severity;
import java.util.Objects;

/**
 * What an error is taken for. Immutable; any thread.
 *
 * @param severity how bad it is
 * @param category what kind of trouble
 */
public record Classification(Severity severity, Category category) {

    public Classification {
        Objects.requireNonNull(severity, "severity");
        Objects.requireNonNull(category, "category");
    }

    /**
     * As bad as errors of its kind usually are: {@link Severity#WARN} where somebody gave up or sent what is not as it has to
     * be, which a service lives with every day, otherwise {@link Severity#ERROR}.
     */
    public static Classification of(Category category) {
        return new Classification(usual(category), category);
    }

    private static Severity usual(Category category) {
        return switch (category) {
            case CANCELLATION, VALIDATION -> Severity.WARN;
            default -> Severity.ERROR;
        };
    }
}
