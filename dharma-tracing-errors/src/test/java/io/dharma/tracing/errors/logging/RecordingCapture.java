package io.dharma.tracing.errors.logging;

import io.dharma.tracing.errors.CaptureDetails;
import io.dharma.tracing.errors.Mechanism;
import io.dharma.tracing.errors.Severity;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Where a tracker would be: remembers what it is given. */
final class RecordingCapture implements BiConsumer<Throwable, CaptureDetails> {

    /** One call. */
    record Captured(Throwable throwable, CaptureDetails details) {}

    private final List<Captured> all = new CopyOnWriteArrayList<>();

    @Override
    public void accept(Throwable throwable, CaptureDetails details) {
        all.add(new Captured(throwable, details));
    }

    List<Captured> all() {
        return all;
    }

    /** As it should be called for what is logged. */
    static Captured logged(Throwable throwable, Severity severity, String logger, @Nullable String message) {
        return new Captured(throwable, new CaptureDetails(Mechanism.LOG, true, severity, logger, message));
    }
}
