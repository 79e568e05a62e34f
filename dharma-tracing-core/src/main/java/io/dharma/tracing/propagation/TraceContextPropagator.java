package io.dharma.tracing.propagation;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** W3C Trace Context, level 2. See {@link Propagators#traceContext}. */
final class TraceContextPropagator extends ContainedPropagator {

    static final TraceContextPropagator INSTANCE = new TraceContextPropagator();

    private static final String TRACEPARENT = "traceparent";
    private static final String TRACESTATE = "tracestate";
    private static final List<String> FIELDS = List.of(TRACEPARENT, TRACESTATE);

    private TraceContextPropagator() {}

    @Override
    public Collection<String> fields() {
        return FIELDS;
    }

    @Override
    <C> void write(Context context, @Nullable C carrier, TextMapSetter<C> setter) {
        SpanContext span = Span.fromContext(context).getSpanContext();
        if (!span.isValid()) {
            return;
        }
        setter.set(carrier, TRACEPARENT, Traceparent.format(span));
        String tracestate = Tracestate.format(span.getTraceState());
        if (!tracestate.isEmpty()) {
            setter.set(carrier, TRACESTATE, tracestate);
        }
    }

    @Override
    <C> Context read(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
        // Two parents are no parent: to follow either would join traces at the will of whoever added a line.
        String traceparent = HeaderLines.only(getter, carrier, TRACEPARENT);
        if (traceparent == null) {
            return context;
        }
        SpanContext parent = Traceparent.parse(traceparent, readState(carrier, getter));
        return parent.isValid() ? context.with(Span.wrap(parent)) : context;
    }

    private static <C> TraceState readState(@Nullable C carrier, TextMapGetter<C> getter) {
        String tracestate = HeaderLines.joined(getter, carrier, TRACESTATE, Tracestate.LONGEST_READ);
        return tracestate == null ? TraceState.getDefault() : Tracestate.parse(tracestate);
    }

    @Override
    public String toString() {
        return "tracecontext";
    }
}
