package io.dharma.tracing.errors;

import io.dharma.tracing.context.CorrelationContext;
import io.dharma.tracing.pipeline.Priority;
import io.opentelemetry.api.trace.SpanContext;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A throwable and what was around it when it was captured, on its way to the thread that makes an {@link ErrorEvent} of
 * it. No method of the throwable has been called yet.
 *
 * @param site what else is likely to be the same error
 * @param first whether none of its site was captured before, so that it must not get lost
 * @param epochNanos when, in nanoseconds since 1970
 * @param span in which span; invalid outside of one
 * @param mdc what of the MDC may leave the process
 */
record CapturedError(
        Throwable throwable,
        CaptureDetails details,
        CaptureSite site,
        boolean first,
        long epochNanos,
        SpanContext span,
        @Nullable CorrelationContext correlation,
        String thread,
        Map<String, String> mdc,
        List<Breadcrumb> breadcrumbs)
        implements Incoming {

    /** A throwable of some 50 frames, with what the JVM keeps to print them. */
    private static final int BYTES = 2048;

    private static final int BYTES_PER_TEXT = 128;

    @Override
    public int estimatedBytes() {
        return BYTES + (mdc.size() + breadcrumbs.size()) * BYTES_PER_TEXT;
    }

    @Override
    public Priority priority() {
        return first ? Priority.HIGH : Priority.NORMAL;
    }

    @Nullable
    String traceId() {
        return span.isValid() ? span.getTraceId() : null;
    }
}
