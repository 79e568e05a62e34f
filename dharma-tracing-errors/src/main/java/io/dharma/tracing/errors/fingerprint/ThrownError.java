package io.dharma.tracing.errors.fingerprint;

import io.dharma.tracing.spi.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One throwable of a {@link StackTraceModel}: what it was and where it was thrown, without its causes. Immutable; any
 * thread.
 *
 * @param type the name of its class; cut after 1,024 characters
 * @param message what it said; null where it said nothing; cut after {@value #MAX_MESSAGE} characters
 * @param frames where it was thrown, the innermost frame first; of more than {@value #MAX_FRAMES} the first and the last
 *     half are kept
 * @param suppressed what was thrown and not passed on, each with causes of its own; at most {@value #MAX_SUPPRESSED}
 */
public record ThrownError(
        String type, @Nullable String message, List<TraceFrame> frames, List<StackTraceModel> suppressed) {

    static final int MAX_FRAMES = 256;
    static final int MAX_MESSAGE = 8 * 1024;
    static final int MAX_SUPPRESSED = 64;

    private static final int SHOWN = 200;

    public ThrownError {
        type = Texts.atMost(type, TraceFrame.MAX_NAME);
        message = message == null ? null : Texts.atMost(message, MAX_MESSAGE);
        frames = firstAndLast(frames);
        suppressed = List.copyOf(suppressed.subList(0, Math.min(suppressed.size(), MAX_SUPPRESSED)));
    }

    /** With nothing suppressed. */
    public ThrownError(String type, @Nullable String message, List<TraceFrame> frames) {
        this(type, message, frames, List.of());
    }

    ThrownError withMessages(UnaryOperator<String> change) {
        return new ThrownError(
                type,
                message == null ? null : change.apply(message),
                frames,
                suppressed.stream().map(model -> model.withMessages(change)).toList());
    }

    /** Where a stack overflowed, its end says what began the recursion, its beginning what recurs. */
    private static List<TraceFrame> firstAndLast(List<TraceFrame> frames) {
        if (frames.size() <= MAX_FRAMES) {
            return List.copyOf(frames);
        }
        List<TraceFrame> kept = new ArrayList<>(frames.subList(0, MAX_FRAMES / 2));
        kept.addAll(frames.subList(frames.size() - MAX_FRAMES / 2, frames.size()));
        return List.copyOf(kept);
    }

    /** Type and message, short and safe to print. */
    @Override
    public String toString() {
        return Printable.shorten(message == null ? type : type + ": " + message, SHOWN);
    }
}
