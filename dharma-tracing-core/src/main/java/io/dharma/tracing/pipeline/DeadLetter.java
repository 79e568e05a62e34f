package io.dharma.tracing.pipeline;

import java.time.Instant;

/**
 * A record that its receiver will not have.
 *
 * @param record what was sent
 * @param sink where to
 * @param reason what the receiver said, or why it was given up; one line
 * @param at when that was
 */
public record DeadLetter<T>(T record, String sink, String reason, Instant at) {}
