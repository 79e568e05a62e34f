package io.dharma.tracing.errors.fingerprint;

import io.dharma.tracing.spi.BackgroundLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Says which failure a stack trace is of. By default:
 *
 * <ol>
 *   <li>Of a throwable and its causes the innermost one counts that has a frame of the application. Wrappers, such as
 *       {@code ExecutionException}, are looked through; what was suppressed does not count.
 *   <li>Frames of reflection, proxies, lambdas and accessors do not count; names that are generated are replaced by those
 *       that are in the source.
 *   <li>Of its frames the first one of the application counts that is not only there to throw.
 *   <li>Its line counts relative to the method's beginning, if a class file says where that is.
 *   <li>The message, without what varies, counts where the type alone says nothing, and where no frame is of the
 *       application.
 *   <li>Of a stack that overflowed, the methods of the cycle count.
 * </ol>
 *
 * <p>Immutable; any thread, but none that serves a request: a trace takes some 50 us, and a class file that is read for
 * the first time 0.1 ms or more. Time and memory are in proportion to the trace, which is bounded. Never throws.
 */
public final class Fingerprinter {

    private static final BackgroundLog LOG = BackgroundLog.of(Fingerprinter.class);

    private final InApp inApp;
    private final LineLookup lines;
    private final FingerprintRule rule;
    private final AtomicBoolean ruleHasFailed = new AtomicBoolean();

    private Fingerprinter(Builder builder) {
        this.inApp = InApp.of(builder.inApp, builder.mainClass);
        this.lines = builder.lines == null ? ClassFileLines.ofApplication() : builder.lines;
        this.rule = builder.rule;
    }

    /** With nothing said: what is of no known framework is the application's. */
    public static Builder builder() {
        return new Builder();
    }

    /** Ids and an explanation for what was thrown. */
    public Fingerprint fingerprint(StackTraceModel trace) {
        FingerprintParts byDefault = new DefaultParts(Culprit.in(trace, inApp), lines).parts();
        return Fingerprint.of(byRule(trace, byDefault));
    }

    private FingerprintParts byRule(StackTraceModel trace, FingerprintParts byDefault) {
        try {
            return Objects.requireNonNull(rule.apply(trace, byDefault), "the rule returned null");
        } catch (Throwable notOurs) {
            if (ruleHasFailed.compareAndSet(false, true)) {
                LOG.warn(
                        "The rule for grouping errors failed with {}; where it does, errors are grouped by default. "
                                + "This is said once.",
                        notOurs.getClass().getName());
            }
            return byDefault;
        }
    }

    /** What counts as the application's. */
    @Override
    public String toString() {
        return "Fingerprinter[" + Fingerprint.VERSION + ", in-app: " + inApp + "]";
    }

    /** Settings of a {@link Fingerprinter}. One thread. */
    public static final class Builder {

        private final List<String> inApp = new ArrayList<>();
        private @Nullable String mainClass;
        private @Nullable LineLookup lines;
        private FingerprintRule rule = FingerprintRule.NONE;

        private Builder() {}

        /**
         * Which code is the application's. By default that in the package of {@link #mainClass}, or what is of no known
         * framework.
         *
         * @param packages names of packages, which stand for those below them as well, such as {@code com.acme}; of
         *     classes; or {@code com.acme*} for all names that begin so. Added to those named before
         * @throws IllegalArgumentException if one is no such name
         */
        public Builder inApp(String... packages) {
            for (String name : packages) {
                inApp.add(InApp.requirePackage(name));
            }
            return this;
        }

        /**
         * The class that the service was started with, whose package, and those below it, are the application's if no
         * packages are named. Says nothing if it has no package or is a framework's launcher.
         */
        public Builder mainClass(String className) {
            this.mainClass = Objects.requireNonNull(className, "className");
            return this;
        }

        /**
         * Who knows where methods begin. By default the application's class files, see
         * {@link ClassFileLines#ofApplication()}; {@link LineLookup#NONE} for traces of programs that are not this one.
         */
        public Builder lines(LineLookup lookup) {
            this.lines = Objects.requireNonNull(lookup, "lookup");
            return this;
        }

        /** The application's own way to group; by default none. */
        public Builder rule(FingerprintRule own) {
            this.rule = Objects.requireNonNull(own, "own");
            return this;
        }

        /** A fingerprinter with these settings; the builder can be used again. */
        public Fingerprinter build() {
            return new Fingerprinter(this);
        }
    }
}
