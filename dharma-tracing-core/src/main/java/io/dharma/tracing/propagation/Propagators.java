package io.dharma.tracing.propagation;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The header formats that a service can speak, alone or together, by the names that {@code OTEL_PROPAGATORS} knows.
 *
 * <p>Every propagator from here is immutable and may be used by any thread. None of them throws, whatever the headers,
 * the carrier, the getter or the setter do: a header that cannot be trusted is treated as absent, so the request starts
 * a new trace, and what a failing getter or setter throws is swallowed and logged once. Only errors of the virtual
 * machine itself, such as {@link OutOfMemoryError}, pass through.
 */
public final class Propagators {

    private static final String NONE = "none";

    private static final Map<String, TextMapPropagator> BY_NAME = byName();

    private Propagators() {}

    /**
     * W3C Trace Context, level 2: the headers {@code traceparent} and {@code tracestate}.
     *
     * <p>Reads {@code tracestate} from all its header lines and writes it as one, at most 512 characters long; entries
     * that do not fit are left out whole, first those longer than 128 characters, then from the right. The flags
     * {@code sampled} and {@code random} travel on, the six reserved ones do not.
     *
     * @see <a href="https://www.w3.org/TR/trace-context-2/">Trace Context Level 2</a>
     */
    public static TextMapPropagator traceContext() {
        return TraceContextPropagator.INSTANCE;
    }

    /**
     * W3C Baggage: the header {@code baggage}, at most 64 entries and 8,192 bytes of it in either direction.
     *
     * <p>What does not fit is left out entry by entry. So is an entry whose key is not a token of HTTP, since no
     * encoding of keys exists. Values may be any text and arrive as they were; a lone surrogate becomes U+FFFD.
     *
     * @see <a href="https://www.w3.org/TR/baggage/">Propagation format for distributed context: Baggage</a>
     */
    public static TextMapPropagator baggage() {
        return BaggagePropagator.INSTANCE;
    }

    /**
     * Zipkin's B3, written as the one header {@code b3}; reads both forms of B3.
     *
     * <p>A caller may send a decision without a trace, or a trace without a decision; samplers of ours heed both.
     *
     * @see <a href="https://github.com/openzipkin/b3-propagation">B3 Propagation</a>
     */
    public static TextMapPropagator b3() {
        return B3Propagator.SINGLE_HEADER;
    }

    /** Zipkin's B3, written as several headers {@code X-B3-...}; reads both forms of B3. */
    public static TextMapPropagator b3Multi() {
        return B3Propagator.MULTIPLE_HEADERS;
    }

    /**
     * Jaeger's own format from before it took up OpenTelemetry: {@code uber-trace-id}, with baggage in headers that
     * begin with {@code uberctx-}, under the same limits as {@link #baggage()}.
     *
     * @see <a href="https://www.jaegertracing.io/docs/1.22/client-libraries/#propagation-format">Propagation Format</a>
     */
    public static TextMapPropagator jaeger() {
        return JaegerPropagator.INSTANCE;
    }

    /** The names that {@link #named} takes, in the order in which people are told of them. */
    public static List<String> names() {
        return List.copyOf(BY_NAME.keySet());
    }

    /**
     * The propagators of these names as one.
     *
     * <p>All of them write. All of them read, in the given order, and where several find a trace, or baggage, the last
     * one wins.
     *
     * @param names any of {@code tracecontext}, {@code baggage}, {@code b3}, {@code b3multi}, {@code jaeger}, or
     *     {@code none} alone; a name given twice counts once, an empty list means {@code none}
     * @throws IllegalArgumentException if a name is not known, or {@code none} is not alone
     */
    public static TextMapPropagator named(List<String> names) {
        Set<String> distinct = new LinkedHashSet<>(names);
        if (distinct.contains(NONE) && distinct.size() > 1) {
            throw new IllegalArgumentException("propagator 'none' cannot be combined with others, got " + names);
        }
        List<TextMapPropagator> named = new ArrayList<>();
        for (String name : distinct) {
            named.add(named(name));
        }
        return composed(named);
    }

    /**
     * Several propagators as one, for instance ours and one of the application's own.
     *
     * <p>Those that are not ours are held to the same promise: when one throws, the others still do their work.
     *
     * @param propagators write and read in this order, as in {@link #named}
     */
    public static TextMapPropagator composed(List<TextMapPropagator> propagators) {
        return CompositePropagator.of(propagators);
    }

    /**
     * A propagator that writes only such baggage as {@code filter} lets through: for entries that are not to leave the
     * process. What is read is not filtered. If the filter throws, no baggage is written.
     *
     * @param propagator writes and reads
     * @param filter returns the baggage to write, the same or another; runs on the calling thread, and only where there
     *     is baggage
     */
    public static TextMapPropagator filteringBaggage(TextMapPropagator propagator, UnaryOperator<Baggage> filter) {
        return new FilteredBaggagePropagator(ForeignPropagator.containing(propagator), filter);
    }

    private static TextMapPropagator named(String name) {
        TextMapPropagator propagator = BY_NAME.get(name);
        if (propagator == null) {
            throw new IllegalArgumentException(
                    "unknown propagator '" + name + "', allowed are " + String.join(", ", BY_NAME.keySet()));
        }
        return propagator;
    }

    private static Map<String, TextMapPropagator> byName() {
        Map<String, TextMapPropagator> propagators = new LinkedHashMap<>();
        propagators.put("tracecontext", traceContext());
        propagators.put("baggage", baggage());
        propagators.put("b3", b3());
        propagators.put("b3multi", b3Multi());
        propagators.put("jaeger", jaeger());
        propagators.put(NONE, TextMapPropagator.noop());
        return propagators;
    }
}
