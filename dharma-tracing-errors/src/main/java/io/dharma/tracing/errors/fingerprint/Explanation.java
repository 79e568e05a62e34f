package io.dharma.tracing.errors.fingerprint;

import io.dharma.tracing.spi.Printable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why an error has the group it has. Immutable; any thread.
 *
 * @param type what was thrown, by its normalised name
 * @param frame where, as it was in the trace; null where the trace has no frame that says it
 * @param line the line that counts: {@code +3} three lines below the one with which the method's code begins, {@code 127}
 *     that of the file where no class file says where the method begins, empty where no line counts
 * @param message the message without what varies, where it counts; else empty
 * @param reasons what led there, each a sentence
 */
public record Explanation(String type, @Nullable TraceFrame frame, String line, String message, List<String> reasons) {

    private static final int SHOWN = 2000;

    public Explanation {
        reasons = List.copyOf(reasons);
    }

    /** All of it, for a person, safe to print. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(type);
        if (frame != null) {
            text.append(" at ").append(frame);
        }
        if (line.startsWith("+") || line.startsWith("-")) {
            text.append(", line ").append(line).append(" of the method");
        }
        if (!message.isEmpty()) {
            text.append(", \"").append(message).append('"');
        }
        text.append(". ").append(String.join(" ", reasons));
        return Printable.shorten(text.toString(), SHOWN);
    }
}
