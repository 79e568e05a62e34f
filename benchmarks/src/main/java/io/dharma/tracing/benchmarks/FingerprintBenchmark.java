package io.dharma.tracing.benchmarks;

import io.dharma.tracing.errors.fingerprint.ClassFileLines;
import io.dharma.tracing.errors.fingerprint.Fingerprint;
import io.dharma.tracing.errors.fingerprint.Fingerprinter;
import io.dharma.tracing.errors.fingerprint.LineLookup;
import io.dharma.tracing.errors.fingerprint.StackTraceModel;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the worker does with an exception of 60 frames and a cause: read it, and say which failure it is. {@code floor}
 * prints its stack trace, which whoever exports it does in any case.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class FingerprintBenchmark {

    private static final int FRAMES = 60;

    /** An exception, and what reads it. */
    @State(Scope.Benchmark)
    public static class Failure {
        final Exception thrown = failure(FRAMES);
        final StackTraceModel model = StackTraceModel.of(thrown);
        final Fingerprinter plain = Fingerprinter.builder()
                .inApp("io.dharma.tracing.benchmarks")
                .lines(LineLookup.NONE)
                .build();
        final Fingerprinter withLines = Fingerprinter.builder()
                .inApp("io.dharma.tracing.benchmarks")
                .lines(ClassFileLines.ofApplication())
                .build();
    }

    @Benchmark
    public StackTraceModel read_dharma(Failure failure) {
        return StackTraceModel.of(failure.thrown);
    }

    @Benchmark
    public String read_floor(Failure failure) {
        StringWriter text = new StringWriter();
        failure.thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    @Benchmark
    public Fingerprint fingerprint_dharma(Failure failure) {
        return failure.withLines.fingerprint(failure.model);
    }

    @Benchmark
    public Fingerprint fingerprint_withoutClassFiles(Failure failure) {
        return failure.plain.fingerprint(failure.model);
    }

    private static Exception failure(int depth) {
        if (depth > 0) {
            return failure(depth - 1);
        }
        return new IllegalStateException("card was declined", new IllegalArgumentException("no such account"));
    }
}
