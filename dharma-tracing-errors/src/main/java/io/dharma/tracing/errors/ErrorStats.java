package io.dharma.tracing.errors;

/**
 * What became of all throwables that an {@link ErrorTracker} was told of. Immutable.
 *
 * @param captured each once
 * @param repeated that were told of again, or in other words: wrapped in another throwable
 * @param counted of those captured, how many are only counted and not looked at, since there were too many
 * @param uncountable of those captured, how many could not be counted in a group
 * @param contained failures of our own, or of what a throwable's class does
 * @param groups how many groups are known
 */
public record ErrorStats(long captured, long repeated, long counted, long uncountable, long contained, int groups) {}
