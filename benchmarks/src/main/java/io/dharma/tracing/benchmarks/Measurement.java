package io.dharma.tracing.benchmarks;

import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/**
 * What one benchmark method came to.
 *
 * @param subject the class and the part of the method's name before the last underscore, with parameters if there are
 * @param contender the part behind it
 * @param threads how many ran it at once
 * @param time per operation
 * @param error half the width of the 99.9 % confidence interval of {@code time}
 * @param unit of both
 * @param bytes allocated per operation
 */
record Measurement(
        String subject, String contender, int threads, double time, double error, String unit, double bytes) {

    private static final String BYTES = "gc.alloc.rate.norm";

    static Measurement of(RunResult run) {
        BenchmarkParams params = run.getParams();
        String method = params.getBenchmark().substring(params.getBenchmark().lastIndexOf('.') + 1);
        int underscore = method.lastIndexOf('_');
        Result<?> time = run.getPrimaryResult();
        Result<?> bytes = run.getSecondaryResults().get(BYTES);
        return new Measurement(
                simpleClass(params) + "." + (underscore < 0 ? method : method.substring(0, underscore))
                        + values(params),
                underscore < 0 ? "" : method.substring(underscore + 1),
                params.getThreads(),
                time.getScore(),
                time.getScoreError(),
                time.getScoreUnit(),
                bytes == null ? Double.NaN : bytes.getScore());
    }

    private static String simpleClass(BenchmarkParams params) {
        String[] parts = params.getBenchmark().split("\\.", -1);
        return parts[parts.length - 2];
    }

    private static String values(BenchmarkParams params) {
        StringBuilder values = new StringBuilder();
        for (String key : params.getParamsKeys()) {
            values.append(' ').append(key).append('=').append(params.getParam(key));
        }
        return values.toString();
    }
}
