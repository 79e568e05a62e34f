package io.dharma.tracing.errors.alert;

/** What an {@link Alert} is about. */
public enum AlertKind {
    /** An error that nobody knew. */
    NEW_GROUP,
    /** An error that was over and came back. */
    REGRESSION,
    /** Far more errors than usual: of a group, in an operation, or of the service as a whole. */
    SPIKE,
    /** There were more alerts within a minute than are sent; this one stands for all that were not. */
    OVERFLOW
}
