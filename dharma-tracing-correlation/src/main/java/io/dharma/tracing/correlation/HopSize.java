package io.dharma.tracing.correlation;

/** How much heap a hop takes, by estimate. */
final class HopSize {

    /** It and its ids, with a place in a map. Names are mostly shared by many hops. */
    private static final int OWN_BYTES = 380;

    private static final int LINK_BYTES = 170;

    private HopSize() {}

    static int of(CorrelatedHop hop) {
        return OWN_BYTES + LINK_BYTES * hop.hop().links().size();
    }
}
