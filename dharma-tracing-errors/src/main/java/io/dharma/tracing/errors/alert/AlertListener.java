package io.dharma.tracing.errors.alert;

/**
 * Code of the application that hears of alerts.
 *
 * <p>Called on a thread of its own ({@code dharma-alerts-listener}, shared by all listeners), by one call at a time and once
 * for each alert. It may wait: after five seconds it is interrupted, and the alert counts as not delivered. What it throws is
 * contained, said once in the log, and counts likewise.
 */
@FunctionalInterface
public interface AlertListener {

    /** There is something that somebody should know. */
    void raised(Alert alert);
}
