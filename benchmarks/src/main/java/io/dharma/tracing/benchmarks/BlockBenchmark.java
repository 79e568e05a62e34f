package io.dharma.tracing.benchmarks;

import io.dharma.tracing.context.MdcMirror;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.sampling.KeepPolicy;
import io.dharma.tracing.sampling.Samplers;
import io.dharma.tracing.trace.DharmaTracer;
import io.dharma.tracing.trace.DharmaTracerBuilder;
import io.dharma.tracing.trace.TracedBlock;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One block: start, make current, three attributes, end; the receiver takes everything and does nothing. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BlockBenchmark {

    /** Raw OpenTelemetry with its own batch processor. */
    @State(Scope.Benchmark)
    public static class Raw {

        @Param({"sampled", "unsampled"})
        public String decision = "sampled";

        private SdkTracerProvider provider;
        private Tracer tracer;

        @Setup
        public void start() {
            provider = SdkTracerProvider.builder()
                    .setSampler(
                            Sampler.parentBased(decision.equals("sampled") ? Sampler.alwaysOn() : Sampler.alwaysOff()))
                    .addSpanProcessor(
                            BatchSpanProcessor.builder(new NothingExporter()).build())
                    .build();
            tracer = provider.get("benchmark");
        }

        @TearDown
        public void stop() {
            provider.close();
        }
    }

    @State(Scope.Benchmark)
    public static class Dharma {

        @Param({"sampled", "unsampled", "kept", "mdc-metrics"})
        public String decision = "sampled";

        private DharmaTracer tracer;

        @Setup
        public void start() {
            DharmaTracerBuilder builder = DharmaTracer.builder()
                    .sampler(Samplers.parentBased(
                            decision.equals("sampled") || decision.equals("mdc-metrics")
                                    ? Samplers.alwaysOn()
                                    : Samplers.alwaysOff()))
                    .sink(new NothingSink());
            if (decision.equals("kept")) builder.keep(KeepPolicy.nothing().andErrors());
            if (decision.equals("mdc-metrics"))
                builder.mdc(MdcMirror.ofTraceAndSpan())
                        .meterProvider(SdkMeterProvider.builder().build());
            tracer = builder.build();
        }

        @TearDown
        public void stop() {
            System.out.println(tracer.health());
            tracer.close();
        }
    }

    @Benchmark
    public void raw(Raw raw) {
        Span span = raw.tracer.spanBuilder("load-order").startSpan();
        try (io.opentelemetry.context.Scope ignored = span.makeCurrent()) {
            span.setAttribute("order.id", "o-4711");
            span.setAttribute("order.items", 3L);
            span.setAttribute("order.express", true);
        } finally {
            span.end();
        }
    }

    @Benchmark
    public void dharma(Dharma dharma) {
        try (TracedBlock block = dharma.tracer.start("load-order")) {
            block.attribute("order.id", "o-4711");
            block.attribute("order.items", 3L);
            block.attribute("order.express", true);
        }
    }

    private static final class NothingExporter implements SpanExporter {
        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }

    private static final class NothingSink implements Sink<SpanData> {
        @Override
        public String name() {
            return "nothing";
        }

        @Override
        public CompletionStage<Delivery> deliver(List<SpanData> batch) {
            return CompletableFuture.completedFuture(Delivery.delivered());
        }
    }
}
