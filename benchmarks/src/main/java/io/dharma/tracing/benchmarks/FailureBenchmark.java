package io.dharma.tracing.benchmarks;

import io.dharma.tracing.trace.TracedBlock;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * A block that fails with an exception of 60 frames and a cause. What recording adds on the calling thread is the
 * difference between a contender and the same one that makes the exception and does not record it.
 *
 * <p>The bytes count every thread of the process, the exporting one included.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class FailureBenchmark {

    private static final int FRAMES = 60;

    @Benchmark
    public void recorded_dharma(Contenders.Dharma dharma) {
        try (TracedBlock block = dharma.tracer.start("charge-card")) {
            block.fail(failure(FRAMES));
        }
    }

    @Benchmark
    public void unrecorded_dharma(Contenders.Dharma dharma, Blackhole nowhere) {
        try (TracedBlock block = dharma.tracer.start("charge-card")) {
            nowhere.consume(failure(FRAMES));
        }
    }

    @Benchmark
    public void recorded_raw(Contenders.Raw raw) {
        Span span = raw.tracer.spanBuilder("charge-card").startSpan();
        try (Scope scope = span.makeCurrent()) {
            span.recordException(failure(FRAMES));
        } finally {
            span.end();
        }
    }

    @Benchmark
    public void unrecorded_raw(Contenders.Raw raw, Blackhole nowhere) {
        Span span = raw.tracer.spanBuilder("charge-card").startSpan();
        try (Scope scope = span.makeCurrent()) {
            nowhere.consume(failure(FRAMES));
        } finally {
            span.end();
        }
    }

    private static Exception failure(int depth) {
        if (depth > 0) {
            return failure(depth - 1);
        }
        return new IllegalStateException("card was declined", new IllegalArgumentException("no such account"));
    }
}
