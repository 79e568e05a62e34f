package io.dharma.tracing.correlation;

/** Why a hop stands where it stands in its chain. */
public enum Placement {
    /** It began its trace, or hangs under the parent that it names. */
    RECORDED,
    /** It began its trace, and hangs under the first hop of the chain that it has a link to. */
    LINKED,
    /** The parent that it names is not there, and it hangs under the hop of its trace that it happened within. */
    BY_TIME,
    /** The parent that it names is not there, and it happened within no other hop of its trace. It is a root. */
    ORPHANED,
    /** It and its ancestors name each other as parents in a circle, which was opened here. It is a root. */
    OUT_OF_CIRCLE
}
