package io.dharma.tracing.errors.alert;

/**
 * An alarm.
 *
 * @param key of what: an error group, an operation, a service; or {@link MinuteCounts#OTHER}
 * @param reading how many there were, and how many were expected; its {@link SpikeReading#alarm} is the level
 */
public record Spike(String key, SpikeReading reading) {}
