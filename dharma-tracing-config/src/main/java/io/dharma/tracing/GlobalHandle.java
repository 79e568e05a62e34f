package io.dharma.tracing;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.logs.LoggerProvider;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.propagation.ContextPropagators;

/**
 * What stands in {@link GlobalOpenTelemetry}. That can be set once in the life of a process, so it is given this
 * handle, which points to whatever is running, and to nothing after a close. A tracer that a library got before the
 * close stays with what was closed.
 */
final class GlobalHandle implements OpenTelemetry {

    private static final GlobalHandle INSTANCE = new GlobalHandle();

    private static boolean registered;

    private volatile OpenTelemetry target = OpenTelemetry.noop();

    private GlobalHandle() {}

    /**
     * Points the global to this one.
     *
     * @return false if somebody else has registered theirs
     */
    static synchronized boolean pointTo(OpenTelemetry openTelemetry) {
        if (!registered && !register()) {
            return false;
        }
        INSTANCE.target = openTelemetry;
        return true;
    }

    private static boolean register() {
        try {
            if (GlobalOpenTelemetry.isSet()) {
                return false;
            }
            GlobalOpenTelemetry.set(INSTANCE);
            registered = true;
        } catch (IllegalStateException somebodyWasFaster) {
            return false;
        }
        return true;
    }

    /** Points the global to nothing, if it points to this one. */
    static synchronized void release(OpenTelemetry openTelemetry) {
        if (INSTANCE.target == openTelemetry) {
            INSTANCE.target = OpenTelemetry.noop();
        }
    }

    @Override
    public TracerProvider getTracerProvider() {
        return target.getTracerProvider();
    }

    @Override
    public MeterProvider getMeterProvider() {
        return target.getMeterProvider();
    }

    @Override
    public LoggerProvider getLogsBridge() {
        return target.getLogsBridge();
    }

    @Override
    public ContextPropagators getPropagators() {
        return target.getPropagators();
    }

    @Override
    public String toString() {
        return target.toString();
    }
}
