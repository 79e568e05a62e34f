/**
 * What all processes of a system know together of their errors, in Redis:
 * {@link io.dharma.tracing.errors.redis.RedisErrorCache}.
 */
@NullMarked
package io.dharma.tracing.errors.redis;

import org.jspecify.annotations.NullMarked;
