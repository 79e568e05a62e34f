package io.dharma.tracing.propagation;

import io.dharma.tracing.internal.propagation.RemoteDecision;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Jaeger's {@code uber-trace-id: traceId:spanId:parentSpanId:flags}. See {@link Propagators#jaeger}.
 *
 * <p>Ids may lack their leading zeros, the colons may be percent-encoded, the parent's id is obsolete.
 */
final class JaegerPropagator extends ContainedPropagator {

    static final JaegerPropagator INSTANCE = new JaegerPropagator();

    private static final String NAME = "uber-trace-id";
    private static final List<String> FIELDS = List.of(NAME);

    /** All four parts at their longest, with every colon encoded. */
    private static final int LONGEST = 32 + 3 + 16 + 3 + 16 + 3 + 2;

    private static final int SAMPLED = 0x01;
    private static final int DEBUG = 0x02;

    private JaegerPropagator() {}

    @Override
    public Collection<String> fields() {
        return FIELDS;
    }

    @Override
    <C> void write(Context context, @Nullable C carrier, TextMapSetter<C> setter) {
        SpanContext span = Span.fromContext(context).getSpanContext();
        if (span.isValid()) {
            setter.set(carrier, NAME, span.getTraceId() + ":" + span.getSpanId() + ":0:" + flags(span, context));
        }
        JaegerBaggage.write(Baggage.fromContext(context), carrier, setter);
    }

    private static String flags(SpanContext span, Context context) {
        if (RemoteDecision.in(context) == RemoteDecision.DEBUG) {
            return Integer.toString(SAMPLED | DEBUG);
        }
        return span.isSampled() ? "1" : "0";
    }

    @Override
    <C> Context read(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
        String header = getter.get(carrier, NAME);
        Context traced = header == null || header.length() > LONGEST ? context : readTrace(context, header);
        Baggage baggage = JaegerBaggage.read(carrier, getter);
        return baggage.isEmpty() ? traced : traced.with(baggage);
    }

    private static Context readTrace(Context context, String header) {
        String decoded = header.indexOf('%') < 0 ? header : PercentCoding.decode(header);
        String[] parts = decoded == null ? new String[0] : decoded.split(":", -1);
        return parts.length == 4 ? readTrace(context, parts[0], parts[1], parts[3]) : context;
    }

    private static Context readTrace(Context context, String traceId, String spanId, String hexFlags) {
        int flags = parseFlags(hexFlags);
        if (flags < 0) {
            return context;
        }
        SpanContext span = HexIds.remoteSpan(traceId, spanId, (flags & SAMPLED) != 0);
        if (!span.isValid()) {
            return context;
        }
        boolean debug = (flags & SAMPLED) != 0 && (flags & DEBUG) != 0;
        return RemoteDecision.stored(debug ? RemoteDecision.DEBUG : null, context)
                .with(Span.wrap(span));
    }

    /** One or two hex digits; negative if they are not. */
    private static int parseFlags(String flags) {
        return switch (flags.length()) {
            case 1 -> Character.digit(flags.charAt(0), 16);
            case 2 -> Character.digit(flags.charAt(0), 16) << 4 | Character.digit(flags.charAt(1), 16);
            default -> -1;
        };
    }

    @Override
    public String toString() {
        return "jaeger";
    }
}
