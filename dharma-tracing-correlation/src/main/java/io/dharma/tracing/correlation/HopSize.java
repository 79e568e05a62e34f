package io.dharma.tracing.correlation;

/** How much heap a hop takes, by estimate. */
final class HopSize {

    /** It and its ids, with a place in a map. */
    private static final int OWN_BYTES = 380;

    private static final int LINK_BYTES = 170;

    /** Mostly it is one, and mostly the text is shared; but neither can be relied on. */
    private static final int BYTES_PER_CHARACTER = 2;

    private HopSize() {}

    static int of(CorrelatedHop correlated) {
        Hop hop = correlated.hop();
        int characters =
                hop.operation().length() + hop.errorType().map(String::length).orElse(0);
        return OWN_BYTES
                + BYTES_PER_CHARACTER * characters
                + LINK_BYTES * hop.links().size();
    }
}
