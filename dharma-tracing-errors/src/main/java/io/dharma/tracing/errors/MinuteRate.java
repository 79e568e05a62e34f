package io.dharma.tracing.errors;

import java.time.Instant;

/**
 * How often something happened in one minute. Immutable; any thread.
 *
 * @param minute when it began
 * @param count how often, exactly
 */
public record MinuteRate(Instant minute, long count) {}
