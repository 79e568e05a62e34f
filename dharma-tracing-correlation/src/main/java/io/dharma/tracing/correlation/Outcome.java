package io.dharma.tracing.correlation;

/** How a hop ended. */
public enum Outcome {
    /** It returned, or nobody said otherwise. */
    OK,
    /** It failed. */
    ERROR
}
