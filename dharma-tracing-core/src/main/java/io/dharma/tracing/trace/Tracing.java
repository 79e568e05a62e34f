package io.dharma.tracing.trace;

import io.opentelemetry.api.OpenTelemetry;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Traced blocks without a tracer at hand: for code that is far from where the service was started.
 *
 * <p>Each call goes to the tracer that was installed last. Before there is one, and after it was removed, bodies run
 * and blocks do nothing. Thread-safe; costs one volatile read more than calling the tracer itself.
 */
public final class Tracing {

    private static volatile DharmaTracer installed = DharmaTracer.noop();

    private Tracing() {}

    /**
     * Makes a tracer the one that is used here.
     *
     * @return the one that was used before, the no-op tracer if there was none
     */
    public static synchronized DharmaTracer install(DharmaTracer tracer) {
        DharmaTracer before = installed;
        installed = Objects.requireNonNull(tracer, "tracer");
        return before;
    }

    /** Removes a tracer if it is the one that is used here; otherwise nothing happens. */
    public static synchronized void uninstall(DharmaTracer tracer) {
        if (installed == tracer) {
            installed = DharmaTracer.noop();
        }
    }

    /** The installed tracer; the no-op tracer if there is none. */
    public static DharmaTracer tracer() {
        return installed;
    }

    /** See {@link DharmaTracer#start}. */
    public static TracedBlock start(@Nullable String name) {
        return tracer().start(name);
    }

    /** See {@link DharmaTracer#block}. */
    public static TracedBlockBuilder block(@Nullable String name) {
        return tracer().block(name);
    }

    /** See {@link DharmaTracer#traced}. */
    public static <T extends @Nullable Object, X extends Throwable> T traced(
            @Nullable String name, TracedCall<T, X> body) throws X {
        return tracer().traced(name, body);
    }

    /** See {@link DharmaTracer#tracedRun}. */
    public static <X extends Throwable> void tracedRun(@Nullable String name, TracedAction<X> body) throws X {
        tracer().tracedRun(name, body);
    }

    /** See {@link DharmaTracer#tracedAsync}. */
    public static <S extends @Nullable CompletionStage<?>, X extends Throwable> S tracedAsync(
            @Nullable String name, TracedCall<S, X> body) throws X {
        return tracer().tracedAsync(name, body);
    }

    /** The block that is current on this thread; an inert one if there is none. */
    public static TracedBlock current() {
        return tracer().current();
    }

    /** See {@link DharmaTracer#openTelemetry}. */
    public static OpenTelemetry openTelemetry() {
        return tracer().openTelemetry();
    }
}
