package io.dharma.tracing.trace;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.logs.LoggerProvider;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.propagation.ContextPropagators;
import org.jspecify.annotations.Nullable;

/** Our tracer, with the SDK's metrics and logs, as libraries expect to find them together. */
final class DharmaOpenTelemetry implements OpenTelemetry {

    private final TracerProvider tracers;
    private final MeterProvider meters;
    private final LoggerProvider loggers;
    private final ContextPropagators propagators;

    DharmaOpenTelemetry(
            TracerProvider tracers,
            @Nullable MeterProvider meters,
            @Nullable LoggerProvider loggers,
            ContextPropagators propagators) {
        this.tracers = tracers;
        this.meters = meters == null ? MeterProvider.noop() : meters;
        this.loggers = loggers == null ? LoggerProvider.noop() : loggers;
        this.propagators = propagators;
    }

    @Override
    public TracerProvider getTracerProvider() {
        return tracers;
    }

    @Override
    public MeterProvider getMeterProvider() {
        return meters;
    }

    @Override
    public LoggerProvider getLogsBridge() {
        return loggers;
    }

    @Override
    public ContextPropagators getPropagators() {
        return propagators;
    }

    @Override
    public String toString() {
        return "DharmaOpenTelemetry{" + propagators.getTextMapPropagator().fields() + "}";
    }
}
