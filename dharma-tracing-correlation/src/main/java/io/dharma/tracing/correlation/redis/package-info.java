/**
 * Keeps request chains in Redis, for all processes of a system together:
 * {@link io.dharma.tracing.correlation.redis.RedisCorrelationStore}.
 */
@NullMarked
package io.dharma.tracing.correlation.redis;

import org.jspecify.annotations.NullMarked;
