package io.dharma.tracing.correlation.redis;

import io.opentelemetry.sdk.common.Clock;

/**
 * What all that is written has in common. Any thread.
 *
 * @param written names, and services in an hour, that need not be written again
 */
record Schema(Keys keys, Retention retention, NameCache names, RecentlyWritten written, Clock clock) {}
