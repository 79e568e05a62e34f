package io.dharma.tracing.benchmarks;

import io.dharma.tracing.propagation.Propagators;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Reads the headers of a request and writes those of the next: with a trace, a trace state, and baggage of four. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class PropagationBenchmark {

    private static final String TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03";
    private static final String TRACESTATE = "ot=th:8,congo=t61rcWkgMzE";
    private static final String BAGGAGE =
            "user.id=alice-4711,tenant=acme%20gmbh,region=eu-central-1,experiment=checkout-b;ttl=3";

    /** Headers of a request by trace alone, and by all that can come along. */
    @State(Scope.Thread)
    public static class Requests {
        final Map<String, String> traced = Map.of("traceparent", TRACEPARENT);
        final Map<String, String> stateful = Map.of("traceparent", TRACEPARENT, "tracestate", TRACESTATE);
        final Map<String, String> laden = Map.of("traceparent", TRACEPARENT, "baggage", BAGGAGE);
        final Map<String, String> next = new HashMap<>();
        final Context context =
                W3CTraceContextPropagator.getInstance().extract(Context.root(), traced, MapGetter.INSTANCE);
    }

    /** Ours. */
    @State(Scope.Benchmark)
    public static class Dharma {
        final TextMapPropagator trace = Propagators.traceContext();
        final TextMapPropagator both = Propagators.named(List.of("tracecontext", "baggage"));
    }

    /** OpenTelemetry's. */
    @State(Scope.Benchmark)
    public static class Raw {
        final TextMapPropagator trace = W3CTraceContextPropagator.getInstance();
        final TextMapPropagator both = TextMapPropagator.composite(trace, W3CBaggagePropagator.getInstance());
    }

    @Benchmark
    public Map<String, String> trace_dharma(Dharma dharma, Requests requests) {
        return forward(dharma.trace, requests.traced, requests.next);
    }

    @Benchmark
    public Map<String, String> trace_raw(Raw raw, Requests requests) {
        return forward(raw.trace, requests.traced, requests.next);
    }

    @Benchmark
    public Context extractTrace_dharma(Dharma dharma, Requests requests) {
        return dharma.trace.extract(Context.root(), requests.traced, MapGetter.INSTANCE);
    }

    @Benchmark
    public Context extractTrace_raw(Raw raw, Requests requests) {
        return raw.trace.extract(Context.root(), requests.traced, MapGetter.INSTANCE);
    }

    @Benchmark
    public Map<String, String> injectTrace_dharma(Dharma dharma, Requests requests) {
        dharma.trace.inject(requests.context, requests.next, MapSetter.INSTANCE);
        return requests.next;
    }

    @Benchmark
    public Map<String, String> injectTrace_raw(Raw raw, Requests requests) {
        raw.trace.inject(requests.context, requests.next, MapSetter.INSTANCE);
        return requests.next;
    }

    @Benchmark
    public Map<String, String> traceAndState_dharma(Dharma dharma, Requests requests) {
        return forward(dharma.trace, requests.stateful, requests.next);
    }

    @Benchmark
    public Map<String, String> traceAndState_raw(Raw raw, Requests requests) {
        return forward(raw.trace, requests.stateful, requests.next);
    }

    @Benchmark
    public Map<String, String> traceAndBaggage_dharma(Dharma dharma, Requests requests) {
        return forward(dharma.both, requests.laden, requests.next);
    }

    @Benchmark
    public Map<String, String> traceAndBaggage_raw(Raw raw, Requests requests) {
        return forward(raw.both, requests.laden, requests.next);
    }

    private static Map<String, String> forward(
            TextMapPropagator propagator, Map<String, String> request, Map<String, String> next) {
        Context context = propagator.extract(Context.root(), request, MapGetter.INSTANCE);
        propagator.inject(context, next, MapSetter.INSTANCE);
        return next;
    }

    private enum MapGetter implements TextMapGetter<Map<String, String>> {
        INSTANCE;

        @Override
        @SuppressWarnings("deprecation") // keys() is, and has to be implemented
        public Iterable<String> keys(Map<String, String> headers) {
            return headers.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Map<String, String> headers, String name) {
            return headers == null ? null : headers.get(name);
        }
    }

    private enum MapSetter implements TextMapSetter<Map<String, String>> {
        INSTANCE;

        @Override
        public void set(@Nullable Map<String, String> headers, String name, String value) {
            if (headers != null) {
                headers.put(name, value);
            }
        }
    }
}
