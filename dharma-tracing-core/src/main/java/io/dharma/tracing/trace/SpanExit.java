package io.dharma.tracing.trace;

/** Where ended spans leave the application's thread. */
@FunctionalInterface
interface SpanExit {

    /** Takes a span over; never blocks, never throws. */
    void accept(RecordedSpan span);
}
