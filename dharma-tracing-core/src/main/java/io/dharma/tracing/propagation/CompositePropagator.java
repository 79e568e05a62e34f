package io.dharma.tracing.propagation;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Several propagators behind one, none of which can keep the others from their work. */
final class CompositePropagator implements TextMapPropagator {

    private final ContainedPropagator[] propagators;
    private final List<String> fields;

    private CompositePropagator(List<ContainedPropagator> propagators) {
        this.propagators = propagators.toArray(new ContainedPropagator[0]);
        Set<String> distinct = new LinkedHashSet<>();
        for (ContainedPropagator propagator : propagators) {
            distinct.addAll(propagator.fields());
        }
        this.fields = List.copyOf(distinct);
    }

    static TextMapPropagator of(List<TextMapPropagator> propagators) {
        List<ContainedPropagator> contained = new ArrayList<>();
        for (TextMapPropagator propagator : propagators) {
            if (propagator != TextMapPropagator.noop()) {
                contained.add(ForeignPropagator.containing(propagator));
            }
        }
        return switch (contained.size()) {
            case 0 -> TextMapPropagator.noop();
            case 1 -> contained.get(0);
            default -> new CompositePropagator(contained);
        };
    }

    @Override
    public Collection<String> fields() {
        return fields;
    }

    @Override
    public <C> void inject(@Nullable Context context, @Nullable C carrier, @Nullable TextMapSetter<C> setter) {
        for (ContainedPropagator propagator : propagators) {
            propagator.inject(context, carrier, setter);
        }
    }

    @Override
    public <C> Context extract(@Nullable Context context, @Nullable C carrier, @Nullable TextMapGetter<C> getter) {
        Context extracted = context == null ? Context.root() : context;
        for (ContainedPropagator propagator : propagators) {
            extracted = propagator.extract(extracted, carrier, getter);
        }
        return extracted;
    }

    @Override
    public String toString() {
        return List.of(propagators).stream().map(Object::toString).collect(Collectors.joining(","));
    }
}
