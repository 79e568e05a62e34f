package io.dharma.tracing.pipeline;

import io.dharma.tracing.spi.Printable;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** One-line reasons for health and log. */
final class Reasons {

    private static final int MAX_LENGTH = 200;

    private Reasons() {}

    /** What a sink said, cut to one short line that cannot forge another. */
    static String oneLine(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return "no reason given";
        }
        return Printable.shorten(text, MAX_LENGTH);
    }

    /**
     * What a sink threw: its class and where, not its message, which may quote a URL with a password or the payload.
     */
    static String of(Throwable thrown) {
        try {
            Throwable cause = thrown;
            if (thrown instanceof CompletionException && thrown.getCause() != null) {
                cause = thrown.getCause();
            }
            StackTraceElement[] frames = cause.getStackTrace();
            return oneLine(cause.getClass().getName() + (frames.length == 0 ? "" : " at " + frames[0]));
        } catch (Throwable hostile) {
            return "unknown failure";
        }
    }
}
