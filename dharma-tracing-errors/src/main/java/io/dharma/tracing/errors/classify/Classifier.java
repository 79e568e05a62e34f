package io.dharma.tracing.errors.classify;

import io.dharma.tracing.errors.fingerprint.StackTraceModel;
import io.dharma.tracing.spi.BackgroundLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Says how bad an error is and what kind of trouble. The application's rules are asked first, in the order in which they
 * were given; the first that knows the error decides. Then what is known of the exceptions of the JDK and of widely used
 * libraries:
 *
 * <ol>
 *   <li>Of a throwable and its causes each is known by its class or the nearest one above it, sometimes by its message or
 *       its SQL state too; an unknown one, perhaps, by how its class is called, such as {@code PaymentTimeoutException}.
 *   <li>The innermost that is telling decides. {@code SocketTimeoutException} is telling, {@code IOException} or
 *       {@code DataAccessException} are hardly: they count where nothing else does. A few say all, whatever caused them:
 *       {@code ClientAbortException} is a client that went away, not the broken pipe below it.
 *   <li>A network failure within a database's exception is {@link io.dharma.tracing.errors.Category#DATABASE}.
 *   <li>What endangers the process, such as an {@code OutOfMemoryError}, is {@link
 *       io.dharma.tracing.errors.Severity#FATAL} wherever in the chain it is. Otherwise the severity is that of what decides,
 *       mostly {@link Classification#of the usual one}.
 *   <li>What nobody knows is {@code ERROR} and {@code OTHER}. What was suppressed does not count.
 * </ol>
 *
 * <p>Immutable; any thread, but none that serves a request: an error takes some microseconds, beside what the application's
 * rules take. Never throws.
 */
public final class Classifier {

    private static final BackgroundLog LOG = BackgroundLog.of(Classifier.class);

    private final List<ClassificationRule> rules;
    private final AtomicBoolean ruleHasFailed = new AtomicBoolean();

    private Classifier(Builder builder) {
        this.rules = List.copyOf(builder.rules);
    }

    /** With nothing said: by what is known of libraries. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * What an error is of which the throwable is at hand, or was.
     *
     * @param types what the causes are, read from the same throwable as the trace
     */
    public Classification classify(StackTraceModel trace, ErrorTypes types) {
        for (ClassificationRule rule : rules) {
            Classification own = ask(rule, trace, types);
            if (own != null) {
                return own;
            }
        }
        return Decision.of(trace, types);
    }

    /** What an error is of which nothing but its trace is known: classes are known by their names alone. */
    public Classification classify(StackTraceModel trace) {
        return classify(trace, ErrorTypes.of(trace));
    }

    private @Nullable Classification ask(ClassificationRule rule, StackTraceModel trace, ErrorTypes types) {
        try {
            return rule.classify(trace, types);
        } catch (Throwable notOurs) {
            if (ruleHasFailed.compareAndSet(false, true)) {
                LOG.warn(
                        "A rule for classifying errors failed with {}; where one does, the next one is asked. This is said"
                                + " once.",
                        notOurs.getClass().getName());
            }
            return null;
        }
    }

    /** How many rules are asked first. */
    @Override
    public String toString() {
        return "Classifier[own rules: " + rules.size() + "]";
    }

    /** Settings of a {@link Classifier}. One thread. */
    public static final class Builder {

        private final List<ClassificationRule> rules = new ArrayList<>();

        private Builder() {}

        /** Adds a rule of the application, to be asked after those added before. By default there is none. */
        public Builder rule(ClassificationRule own) {
            rules.add(Objects.requireNonNull(own, "own"));
            return this;
        }

        /** A classifier with these settings; the builder can be used again. */
        public Classifier build() {
            return new Classifier(this);
        }
    }
}
