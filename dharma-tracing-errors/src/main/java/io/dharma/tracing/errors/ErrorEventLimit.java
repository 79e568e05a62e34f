package io.dharma.tracing.errors;

import io.dharma.tracing.errors.fingerprint.Explanation;
import io.dharma.tracing.errors.fingerprint.Fingerprint;
import io.dharma.tracing.errors.fingerprint.StackTraceModel;
import io.dharma.tracing.errors.fingerprint.ThrownError;
import io.dharma.tracing.errors.fingerprint.TraceFrame;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes less of an event that is too large to be written, step by step: half as many frames of each throwable each time, and
 * half as much of each message. What is not bounded by the model goes with the last steps, labels and breadcrumbs, and with
 * them what was suppressed. Any thread.
 */
final class ErrorEventLimit {

    private static final int FRAMES = 256;
    private static final int MESSAGE = 8 * 1024;

    /** With 16 frames of a throwable left. */
    private static final int STEP_OF_ADDITIONS = 4;

    private static final int LAST_STEP = 7;

    private ErrorEventLimit() {}

    /**
     * The event with less.
     *
     * @param step from 1 on
     * @throws IOException if there is no such step, or the record is no event
     */
    static ErrorRecord lessOf(ErrorRecord record, int step) throws IOException {
        if (step > LAST_STEP || !(record instanceof ErrorEvent event)) {
            throw new IOException("is larger than a record may be, whatever is left out");
        }
        ErrorEvent.Builder less = event.toBuilder(smaller(event.fingerprint(), step), smaller(event.trace(), step))
                .logged(
                        event.logger().orElse(null),
                        shortened(event.logMessage().orElse(null), MESSAGE >> step));
        if (step >= STEP_OF_ADDITIONS) {
            less.labels(Map.of()).breadcrumbs(List.of());
        }
        return less.build();
    }

    private static Fingerprint smaller(Fingerprint fingerprint, int step) {
        Explanation why = fingerprint.explanation();
        return new Fingerprint(
                fingerprint.group(),
                fingerprint.family(),
                fingerprint.exact(),
                new Explanation(
                        why.type(),
                        why.frame(),
                        why.line(),
                        why.message(),
                        step < STEP_OF_ADDITIONS ? why.reasons() : List.of()));
    }

    private static StackTraceModel smaller(StackTraceModel trace, int step) {
        return new StackTraceModel(
                trace.causes().stream().map(error -> smaller(error, step)).toList());
    }

    private static ThrownError smaller(ThrownError error, int step) {
        List<StackTraceModel> suppressed = step >= STEP_OF_ADDITIONS
                ? List.of()
                : error.suppressed().stream().map(model -> smaller(model, step)).toList();
        return new ThrownError(
                error.type(),
                shortened(error.message(), MESSAGE >> step),
                firstAndLast(error.frames(), FRAMES >> step),
                suppressed);
    }

    private static List<TraceFrame> firstAndLast(List<TraceFrame> frames, int most) {
        if (frames.size() <= most) {
            return frames;
        }
        List<TraceFrame> kept = new ArrayList<>(frames.subList(0, most / 2));
        kept.addAll(frames.subList(frames.size() - most / 2, frames.size()));
        return kept;
    }

    private static @Nullable String shortened(@Nullable String text, int most) {
        return text == null || text.length() <= most ? text : text.substring(0, most);
    }
}
