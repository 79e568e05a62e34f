package io.dharma.tracing.correlation;

import io.opentelemetry.api.trace.SpanKind;
import java.util.ArrayList;
import java.util.List;

/** Hops in milliseconds after a fixed moment, with small numbers as span ids. */
final class Hops {

    static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    static final long EPOCH = 1_700_000_000_000_000_000L;
    static final long MS = 1_000_000;

    private Hops() {}

    static String span(int number) {
        return String.format("%016x", number);
    }

    static HopId id(int number) {
        return new HopId(TRACE, span(number));
    }

    /** @param parent 0 for none */
    static Hop.Builder hop(int number, int parent, String service, String operation, long from, long to) {
        return Hop.builder(TRACE, span(number))
                .parent(parent == 0 ? null : span(parent))
                .service(service)
                .operation(operation)
                .start(EPOCH + from * MS)
                .duration((to - from) * MS);
    }

    /** One that held up its parent. */
    static Hop internal(int number, int parent, String operation, long from, long to) {
        return hop(number, parent, "shop", operation, from, to).nested(true).build();
    }

    /** One of which nobody knows whether its parent waited for it. */
    static Hop background(int number, int parent, String operation, long from, long to) {
        return hop(number, parent, "shop", operation, from, to).build();
    }

    /** One that held up its parent. */
    static Hop client(int number, int parent, String service, long from, long to) {
        return hop(number, parent, service, "call " + number, from, to)
                .nested(true)
                .kind(SpanKind.CLIENT)
                .build();
    }

    static Hop server(int number, int parent, String service, long from, long to) {
        return hop(number, parent, service, "serve " + number, from, to)
                .kind(SpanKind.SERVER)
                .build();
    }

    static RequestChain chain(Hop... hops) {
        return RequestChain.of("order-4711", List.of(hops));
    }

    static ChainHop find(RequestChain chain, int number) {
        return chain.find(id(number)).orElseThrow();
    }

    /** From when to when, in milliseconds. */
    static String span(ChainHop hop) {
        return ms(hop.startEpochNanos()) + ".." + ms(hop.endEpochNanos());
    }

    static double ms(long epochNanos) {
        return (epochNanos - EPOCH) / (double) MS;
    }

    /** Each as {@code operation from..to}. */
    static List<String> segments(CriticalPath path) {
        List<String> segments = new ArrayList<>();
        for (CriticalPath.Segment segment : path.segments()) {
            segments.add(segment.hop().hop().operation() + " "
                    + Math.round(ms(segment.startEpochNanos())) + ".."
                    + Math.round(ms(segment.endEpochNanos())));
        }
        return segments;
    }
}
