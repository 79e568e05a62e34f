package io.dharma.tracing.errors;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How an error was met, beside what is known of every one. Immutable; any thread.
 *
 * @param mechanism who noticed it
 * @param handled whether somebody caught it who can go on
 * @param severity how bad it is; null for what the classification says
 * @param logger who logged it; null if nobody did
 * @param logMessage what was logged with it; null if nothing was
 */
public record CaptureDetails(
        Mechanism mechanism,
        boolean handled,
        @Nullable Severity severity,
        @Nullable String logger,
        @Nullable String logMessage) {

    private static final CaptureDetails CAUGHT = new CaptureDetails(Mechanism.CAPTURE, true, null, null, null);

    static final CaptureDetails OF_BLOCK = new CaptureDetails(Mechanism.BLOCK, false, null, null, null);

    public CaptureDetails {
        Objects.requireNonNull(mechanism, "mechanism");
    }

    /** The application caught it, and goes on. */
    public static CaptureDetails caught() {
        return CAUGHT;
    }

    /** Nobody caught it. */
    public static CaptureDetails uncaught() {
        return new CaptureDetails(Mechanism.UNCAUGHT, false, null, null, null);
    }

    /** It was logged. */
    public static CaptureDetails logged(Severity severity, @Nullable String logger, @Nullable String message) {
        return new CaptureDetails(Mechanism.LOG, true, severity, logger, message);
    }

    /** The same with another severity. */
    public CaptureDetails withSeverity(@Nullable Severity newSeverity) {
        return new CaptureDetails(mechanism, handled, newSeverity, logger, logMessage);
    }
}
