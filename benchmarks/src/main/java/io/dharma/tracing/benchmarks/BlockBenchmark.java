package io.dharma.tracing.benchmarks;

import io.dharma.tracing.trace.DharmaTracer;
import io.dharma.tracing.trace.TracedBlock;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** One block: start, make current, three attributes, end. And a request: one such block with nine inside. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class BlockBenchmark {

    private static final int INNER_BLOCKS = 9;

    @Benchmark
    public void sampled_dharma(Contenders.Dharma dharma) {
        block(dharma.tracer);
    }

    @Benchmark
    public void sampled_dharmaWithMdcAndMetrics(Contenders.DharmaWithMdcAndMetrics dharma) {
        block(dharma.tracer);
    }

    @Benchmark
    public void sampled_raw(Contenders.Raw raw) {
        block(raw.tracer);
    }

    @Benchmark
    public void unsampled_dharma(Contenders.DharmaUnsampled dharma) {
        block(dharma.tracer);
    }

    @Benchmark
    public void unsampled_dharmaKeeping(Contenders.DharmaKeeping dharma) {
        block(dharma.tracer);
    }

    @Benchmark
    public void unsampled_raw(Contenders.RawUnsampled raw) {
        block(raw.tracer);
    }

    @Benchmark
    public void request_dharma(Contenders.Dharma dharma) {
        request(dharma.tracer);
    }

    @Benchmark
    public void request_raw(Contenders.Raw raw) {
        request(raw.tracer);
    }

    private static void block(DharmaTracer tracer) {
        try (TracedBlock block = tracer.start("load-order")) {
            attributes(block);
        }
    }

    private static void request(DharmaTracer tracer) {
        try (TracedBlock block = tracer.start("GET /orders")) {
            attributes(block);
            for (int i = 0; i < INNER_BLOCKS; i++) {
                block(tracer);
            }
        }
    }

    private static void attributes(TracedBlock block) {
        block.attribute("order.id", "o-4711");
        block.attribute("order.items", 3);
        block.attribute("order.express", true);
    }

    private static void block(Tracer tracer) {
        Span span = tracer.spanBuilder("load-order").startSpan();
        try (Scope scope = span.makeCurrent()) {
            attributes(span);
        } finally {
            span.end();
        }
    }

    private static void request(Tracer tracer) {
        Span span = tracer.spanBuilder("GET /orders").startSpan();
        try (Scope scope = span.makeCurrent()) {
            attributes(span);
            for (int i = 0; i < INNER_BLOCKS; i++) {
                block(tracer);
            }
        } finally {
            span.end();
        }
    }

    private static void attributes(Span span) {
        span.setAttribute("order.id", "o-4711");
        span.setAttribute("order.items", 3);
        span.setAttribute("order.express", true);
    }
}
