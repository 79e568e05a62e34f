/**
 * Speaks to Redis, or to what speaks its protocol: a standalone server, a sentinel set or a cluster.
 * {@link io.dharma.tracing.redis.RedisClient} is where to begin. What is written and how is up to those who use it.
 *
 * <p>Needs {@code io.lettuce:lettuce-core}, which only those bring along who keep something in Redis. Nothing of it is in
 * what is public here.
 */
@NullMarked
package io.dharma.tracing.redis;

import org.jspecify.annotations.NullMarked;
