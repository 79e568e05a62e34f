package io.dharma.tracing.errors.logging;

import io.dharma.tracing.errors.CaptureDetails;
import io.dharma.tracing.errors.ErrorTracker;
import io.dharma.tracing.errors.ErrorTrackers;
import io.dharma.tracing.errors.UncaughtErrors;
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
        ErrorTracker tracker = new ErrorTracker();
        ErrorTrackers.install(tracker);
        try (UncaughtErrors uncaught = UncaughtErrors.install(tracker)) {
            tracker.capture(thrown, CaptureDetails.caught());
            StackTraceModel trace = StackTraceModel.of(thrown);
            System.out.println(
                    Fingerprinter.builder().build().fingerprint(trace).group());
            System.out.println(Classifier.builder().build().classify(trace, ErrorTypes.of(thrown)));
        }
        ErrorTrackers.uninstall(tracker);
    }
}
