package io.dharma.tracing.trace;

/**
 * What became of traces that the sampler had dropped.
 *
 * @param keptForError traces exported because something in them failed
 * @param keptForSlowness traces exported because their local root was slow
 * @param evictedSpans spans that could not wait for their root because the room was full
 * @param undecidedSpans spans whose root had not ended when the tracer was closed, or that ended after it
 * @param heldBytes what waits at this moment, in estimated bytes
 */
public record KeptCounts(
        long keptForError, long keptForSlowness, long evictedSpans, long undecidedSpans, long heldBytes) {

    static final KeptCounts NONE = new KeptCounts(0, 0, 0, 0, 0);
}
