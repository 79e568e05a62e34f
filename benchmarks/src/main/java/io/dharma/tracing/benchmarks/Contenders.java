package io.dharma.tracing.benchmarks;

import io.dharma.tracing.context.MdcMirror;
import io.dharma.tracing.sampling.KeepPolicy;
import io.dharma.tracing.sampling.Samplers;
import io.dharma.tracing.trace.DharmaTracer;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.Collection;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Tracers with a receiver that takes everything and does nothing: what remains is the cost of tracing itself. */
public final class Contenders {

    private Contenders() {}

    /** Ours, every trace sampled. */
    @State(Scope.Benchmark)
    public static class Dharma {

        final DharmaTracer tracer = DharmaTracer.builder().sink(new NoSink<>()).build();

        @TearDown
        public void stop() {
            tracer.close();
        }
    }

    /** Ours, every trace sampled, the MDC kept up to date and durations measured. */
    @State(Scope.Benchmark)
    public static class DharmaWithMdcAndMetrics {

        final DharmaTracer tracer = DharmaTracer.builder()
                .sink(new NoSink<>())
                .mdc(MdcMirror.ofTraceAndSpan())
                .meterProvider(SdkMeterProvider.builder().build())
                .build();

        @TearDown
        public void stop() {
            tracer.close();
        }
    }

    /** Ours, no trace sampled. */
    @State(Scope.Benchmark)
    public static class DharmaUnsampled {

        final DharmaTracer tracer = DharmaTracer.builder()
                .sink(new NoSink<>())
                .sampler(Samplers.parentBased(Samplers.alwaysOff()))
                .build();

        @TearDown
        public void stop() {
            tracer.close();
        }
    }

    /** Ours, no trace sampled, but recorded in case it fails or is slow. */
    @State(Scope.Benchmark)
    public static class DharmaKeeping {

        final DharmaTracer tracer = DharmaTracer.builder()
                .sink(new NoSink<>())
                .sampler(Samplers.parentBased(Samplers.alwaysOff()))
                .keep(KeepPolicy.nothing().andErrors())
                .build();

        @TearDown
        public void stop() {
            tracer.close();
        }
    }

    /** OpenTelemetry's SDK with its own batch processor, every trace sampled. */
    @State(Scope.Benchmark)
    public static class Raw {

        final SdkTracerProvider provider = rawProvider(Sampler.alwaysOn());
        final Tracer tracer = provider.get("benchmark");

        @TearDown
        public void stop() {
            provider.close();
        }
    }

    /** OpenTelemetry's SDK with its own batch processor, no trace sampled. */
    @State(Scope.Benchmark)
    public static class RawUnsampled {

        final SdkTracerProvider provider = rawProvider(Sampler.alwaysOff());
        final Tracer tracer = provider.get("benchmark");

        @TearDown
        public void stop() {
            provider.close();
        }
    }

    private static SdkTracerProvider rawProvider(Sampler root) {
        return SdkTracerProvider.builder()
                .setSampler(Sampler.parentBased(root))
                .addSpanProcessor(BatchSpanProcessor.builder(new NoExporter()).build())
                .build();
    }

    private static final class NoExporter implements SpanExporter {

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
}
