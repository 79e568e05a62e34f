package io.dharma.tracing.trace;

import io.dharma.tracing.pipeline.Priority;
import io.dharma.tracing.pipeline.RecordType;

/** Spans that failed, and traces that were kept for a reason, are the last to be dropped. */
final class SpanRecordType implements RecordType<RecordedSpan> {

    @Override
    public int sizeOf(RecordedSpan span) {
        return (int) Math.min(Integer.MAX_VALUE, span.estimatedBytes());
    }

    @Override
    public Priority priority(RecordedSpan span) {
        return span.hasFailed() || span.trace().keptReason() != null ? Priority.HIGH : Priority.NORMAL;
    }
}
