package io.dharma.tracing.propagation;

import io.dharma.tracing.context.Correlation;
import io.dharma.tracing.context.CorrelationContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What another propagator reads and writes, and correlation with it. See {@link CorrelationPropagation#around}. */
final class CorrelationPropagator extends ContainedPropagator {

    private final ContainedPropagator propagator;
    private final CorrelationPropagation rules;
    private final List<String> fields;

    CorrelationPropagator(TextMapPropagator propagator, CorrelationPropagation rules) {
        this.propagator = ForeignPropagator.containing(propagator);
        this.rules = rules;
        List<String> all = new ArrayList<>(propagator.fields());
        all.add(rules.correlationHeader().written());
        this.fields = List.copyOf(all);
    }

    @Override
    public Collection<String> fields() {
        return fields;
    }

    @Override
    <C> void write(Context context, @Nullable C carrier, TextMapSetter<C> setter) {
        CorrelationContext correlation = Correlation.from(context);
        if (correlation == null || !rules.mayLeave(carrier, setter)) {
            propagator.inject(CorrelationBaggage.without(context), carrier, setter);
            return;
        }
        propagator.inject(CorrelationBaggage.with(correlation, context), carrier, setter);
        rules.write(correlation.correlationId(), carrier, setter);
    }

    @Override
    <C> Context read(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
        Context extracted = propagator.extract(context, carrier, getter);
        CorrelationContext correlation = new CorrelationReading(rules, context, extracted).read(carrier, getter);
        return Correlation.stored(correlation, CorrelationBaggage.without(extracted));
    }

    @Override
    public String toString() {
        return propagator + " with correlation";
    }
}
