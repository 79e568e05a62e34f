package io.dharma.tracing.errors.fingerprint;

/**
 * Knows where methods begin, so that a line can be given relative to that: an edit elsewhere in the file moves a method,
 * but not the lines within it.
 *
 * <p>Called by whoever calls {@link Fingerprinter#fingerprint}, once for most traces; must be safe for its threads. What
 * it throws counts as not knowing.
 */
@FunctionalInterface
public interface LineLookup {

    /** Knows nothing: lines stay as they are in the trace. */
    LineLookup NONE = frame -> 0;

    /**
     * The first line of the method that this frame is in, by the file that its line is counted in.
     *
     * @param frame a frame with a line
     * @return 0 where it is not known, be it because there is no class file, or one in which that method does not have
     *     that line
     */
    int firstLine(TraceFrame frame);
}
