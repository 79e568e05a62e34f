package io.dharma.tracing.errors;

/** How an error came to be known. */
public enum Mechanism {
    /** A traced block failed with it. */
    BLOCK,
    /** The application handed it to {@link ErrorTracker#capture(Throwable)}. */
    CAPTURE,
    /** Nobody caught it, and its thread ended. */
    UNCAUGHT,
    /** It was logged. */
    LOG
}
