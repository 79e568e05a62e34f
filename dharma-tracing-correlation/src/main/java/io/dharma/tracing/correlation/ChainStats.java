package io.dharma.tracing.correlation;

/**
 * What this process keeps of requests, at one moment.
 *
 * @param chains how many chains
 * @param bytes how much heap they take, by estimate
 * @param forgottenHops how many hops made room for others, or had none
 */
public record ChainStats(int chains, long bytes, long forgottenHops) {}
