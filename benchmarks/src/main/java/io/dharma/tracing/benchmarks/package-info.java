/**
 * What Dharma Tracing costs, side by side with raw OpenTelemetry and others, each in JVMs of its own.
 *
 * <p>Run it from the project's root: {@code mvn -q -Pbenchmarks -Dbenchmarks.include=Propagation}. It prints
 * nanoseconds and bytes per operation, and the ratio of each to raw OpenTelemetry's. Properties:
 *
 * <ul>
 *   <li>{@code benchmarks.include}: a regular expression for what to run; all by default
 *   <li>{@code benchmarks.threads}: the numbers of threads to run with, {@code 1,2} by default
 *   <li>{@code benchmarks.jvm}: the {@code java} to measure, that of Maven by default
 *   <li>{@code benchmarks.args}: options of JMH's command line, such as {@code -f 1 -wi 2 -i 3} for a quick look
 *   <li>{@code benchmarks.main}: another class of this package to run instead: {@code StartupComparison},
 *       {@code LossComparison}, {@code HangingSinksComparison}, {@code StoreFigures},
 *       {@code RedisChainFigures}; each says what it takes as {@code benchmarks.args}
 * </ul>
 *
 * <p>To add a benchmark, write a class {@code ...Benchmark} with one method for every contender, named
 * {@code subject_contender}: {@code extract_dharma} beside {@code extract_raw}. The report makes one row of the methods
 * that differ in nothing but the contender; {@code raw} is what the ratios are to, other names are free ({@code floor},
 * {@code brave}). Keep each contender's state in a {@code @State} class of its own, so that nobody pays for another's
 * set-up, and put mode, unit, forks and iterations on the class, as {@code PropagationBenchmark} does.
 */
@NullMarked
package io.dharma.tracing.benchmarks;

import org.jspecify.annotations.NullMarked;
