package io.dharma.tracing.errors;

/** How bad an error is, by the names that OpenTelemetry has for the severity of log records; the least first. */
public enum Severity {
    /** Nothing went wrong, but somebody wanted to know. */
    INFO,
    /** Something went wrong that the service can live with, such as a request that was refused. */
    WARN,
    /** A request failed. */
    ERROR,
    /** The process is in danger: it has no memory left, or a class cannot be loaded. */
    FATAL
}
