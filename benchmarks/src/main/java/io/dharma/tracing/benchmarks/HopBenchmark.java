package io.dharma.tracing.benchmarks;

import io.dharma.tracing.context.Correlation;
import io.dharma.tracing.context.CorrelationContext;
import io.dharma.tracing.correlation.ChainRecorder;
import io.dharma.tracing.sampling.Samplers;
import io.dharma.tracing.trace.DharmaTracer;
import io.dharma.tracing.trace.DharmaTracerBuilder;
import io.dharma.tracing.trace.TracedBlock;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What recording a hop costs the thread on which a block ends: blocks without attributes inside a correlation, with and
 * without a recorder of chains, beside raw OpenTelemetry's span. What the recorder costs is the difference.
 *
 * <p>In bursts of as many blocks as wait between two looks of the consumer in brisk traffic; what was left of the burst
 * before is dealt with first, out of the measured time. So this is the price of hops that are kept.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class HopBenchmark {

    private static final int BURST = 1_000;
    private static final Duration SOON = Duration.ofSeconds(5);

    @Benchmark
    @OperationsPerInvocation(BURST)
    public void sampled_dharma(Sampled contender, DrainedSampled drained) {
        contender.burst();
    }

    @Benchmark
    @OperationsPerInvocation(BURST)
    public void sampled_dharmaWithHops(SampledWithHops contender, DrainedSampledWithHops drained) {
        contender.burst();
    }

    @Benchmark
    @OperationsPerInvocation(BURST)
    public void sampled_raw(Contenders.Raw raw) {
        for (int i = 0; i < BURST; i++) {
            Span span = raw.tracer.spanBuilder("load-order").startSpan();
            try (io.opentelemetry.context.Scope scope = span.makeCurrent()) {
                span.isRecording();
            } finally {
                span.end();
            }
        }
    }

    @Benchmark
    @OperationsPerInvocation(BURST)
    public void unsampled_dharma(Unsampled contender) {
        contender.burst();
    }

    @Benchmark
    @OperationsPerInvocation(BURST)
    public void unsampled_dharmaWithHops(UnsampledWithHops contender, DrainedUnsampledWithHops drained) {
        contender.burst();
    }

    /** A tracer, and who hears of its spans. */
    abstract static class Contender {

        private final CorrelationContext correlation = CorrelationContext.create();
        private final @Nullable ChainRecorder recorder;
        private final DharmaTracer tracer;

        Contender(Sampler sampler, boolean hops) {
            DharmaTracerBuilder builder =
                    DharmaTracer.builder().sink(new NoSink<>()).sampler(Samplers.parentBased(sampler));
            recorder = hops
                    ? ChainRecorder.builder("checkout")
                            .hopsPerMinute(Integer.MAX_VALUE)
                            .build()
                    : null;
            if (recorder != null) {
                builder.correlatedSpans(recorder);
            }
            tracer = builder.build();
        }

        /** What a request would do, a thousand times over. */
        void burst() {
            Correlation.with(correlation).run(() -> {
                for (int i = 0; i < BURST; i++) {
                    try (TracedBlock block = tracer.start("load-order")) {
                        block.isRecording();
                    }
                }
            });
        }

        void drain() {
            boolean flushed = tracer.flush(SOON) && (recorder == null || recorder.flush(SOON));
            if (!flushed) {
                throw new IllegalStateException("some of the burst was dropped");
            }
        }

        @TearDown
        public void stop() {
            tracer.close();
            if (recorder != null) {
                recorder.close();
            }
        }
    }

    /** Every trace sampled, no hops. */
    @State(Scope.Benchmark)
    public static class Sampled extends Contender {

        public Sampled() {
            super(Sampler.alwaysOn(), false);
        }
    }

    /** Every trace sampled, and hops recorded. */
    @State(Scope.Benchmark)
    public static class SampledWithHops extends Contender {

        public SampledWithHops() {
            super(Sampler.alwaysOn(), true);
        }
    }

    /** No trace sampled, no hops. */
    @State(Scope.Benchmark)
    public static class Unsampled extends Contender {

        public Unsampled() {
            super(Sampler.alwaysOff(), false);
        }
    }

    /** No trace sampled, but hops recorded. */
    @State(Scope.Benchmark)
    public static class UnsampledWithHops extends Contender {

        public UnsampledWithHops() {
            super(Sampler.alwaysOff(), true);
        }
    }

    /** Emptied before each burst. */
    @State(Scope.Thread)
    public static class DrainedSampled {

        @Setup(Level.Invocation)
        public void drain(Sampled contender) {
            contender.drain();
        }
    }

    /** Emptied before each burst. */
    @State(Scope.Thread)
    public static class DrainedSampledWithHops {

        @Setup(Level.Invocation)
        public void drain(SampledWithHops contender) {
            contender.drain();
        }
    }

    /** Emptied before each burst. */
    @State(Scope.Thread)
    public static class DrainedUnsampledWithHops {

        @Setup(Level.Invocation)
        public void drain(UnsampledWithHops contender) {
            contender.drain();
        }
    }
}
