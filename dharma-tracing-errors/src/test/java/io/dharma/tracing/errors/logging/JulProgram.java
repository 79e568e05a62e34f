package io.dharma.tracing.errors.logging;

import io.dharma.tracing.errors.classify.Classifier;
import io.dharma.tracing.errors.classify.ErrorTypes;
import io.dharma.tracing.errors.fingerprint.Fingerprinter;
import io.dharma.tracing.errors.fingerprint.StackTraceModel;
import java.util.logging.Level;
import java.util.logging.Logger;

/** A service that has no logger but the JDK's, and uses all the rest of this module. */
final class JulProgram {

    private JulProgram() {}

    public static void main(String[] arguments) {
        IllegalStateException thrown = new IllegalStateException("boom");
        Logger logger = Logger.getLogger("com.acme.Shop");
        logger.log(Level.SEVERE, "severe", thrown);
        logger.log(Level.WARNING, "warning", thrown);
        useTheRest(thrown);
        System.out.println(LogCaptureCounts.ofProcess());
    }

    private static void useTheRest(Throwable thrown) {
        try (InstalledTracker tracker = new InstalledTracker()) {
            tracker.capture(thrown);
        }
        StackTraceModel trace = StackTraceModel.of(thrown);
        System.out.println(Fingerprinter.builder().build().fingerprint(trace).group());
        System.out.println(Classifier.builder().build().classify(trace, ErrorTypes.of(thrown)));
    }
}
