package io.dharma.tracing.errors;

import io.dharma.tracing.trace.FailureListener;
import io.dharma.tracing.trace.TracedBlock;

/** Catches failures, each once. */
public final class ErrorTracker implements FailureListener {

    /** Captures what the application caught. */
    public void capture(Throwable throwable) {
        capture(throwable, CaptureDetails.caught());
    }

    /** As {@link #capture(Throwable)}, saying more about it. */
    public void capture(Throwable throwable, CaptureDetails details) {}

    @Override
    public void failed(Throwable throwable, TracedBlock block) {
        capture(throwable, CaptureDetails.OF_BLOCK);
    }
}
