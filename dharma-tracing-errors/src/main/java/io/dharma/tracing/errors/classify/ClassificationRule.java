package io.dharma.tracing.errors.classify;

import io.dharma.tracing.errors.fingerprint.StackTraceModel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An application's own way to classify, for errors that it knows better:
 *
 * <pre>{@code
 * (trace, types) -> types.include("com.acme.PaymentDeclined")
 *         ? new Classification(Severity.WARN, Category.EXTERNAL_SERVICE) : null
 * }</pre>
 *
 * <p>Called by whoever calls {@link Classifier#classify}, and must be safe for its threads. Where it throws, it has said
 * nothing.
 */
@FunctionalInterface
public interface ClassificationRule {

    /**
     * What an error is.
     *
     * @param trace what was thrown, with its causes
     * @param types what these are, by their superclasses and interfaces too where those are known; one for each cause
     * @return null to leave it to the next rule
     */
    @Nullable
    Classification classify(StackTraceModel trace, ErrorTypes types);

    /**
     * A rule for all errors of a class: those that are, or were caused by, one of its instances.
     *
     * @param className the binary name of a class, a superclass or an interface
     */
    static ClassificationRule ofType(String className, Classification classification) {
        Objects.requireNonNull(className, "className");
        Objects.requireNonNull(classification, "classification");
        return (trace, types) -> types.include(className) ? classification : null;
    }
}
