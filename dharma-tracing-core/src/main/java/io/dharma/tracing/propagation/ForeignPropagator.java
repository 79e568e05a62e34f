package io.dharma.tracing.propagation;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A propagator that the application brought along, kept from hurting it. */
final class ForeignPropagator extends ContainedPropagator {

    private final TextMapPropagator propagator;

    private ForeignPropagator(TextMapPropagator propagator) {
        this.propagator = propagator;
    }

    static ContainedPropagator containing(TextMapPropagator propagator) {
        return propagator instanceof ContainedPropagator contained ? contained : new ForeignPropagator(propagator);
    }

    @Override
    public Collection<String> fields() {
        return List.copyOf(propagator.fields());
    }

    @Override
    <C> void write(Context context, @Nullable C carrier, TextMapSetter<C> setter) {
        propagator.inject(context, carrier, setter);
    }

    @Override
    <C> Context read(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
        Context extracted = propagator.extract(context, carrier, getter);
        return extracted == null ? context : extracted;
    }

    @Override
    public String toString() {
        return propagator.toString();
    }
}
