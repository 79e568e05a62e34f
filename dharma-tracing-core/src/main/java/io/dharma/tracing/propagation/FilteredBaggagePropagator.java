package io.dharma.tracing.propagation;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.Collection;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Writes what another one writes, of baggage only what a filter lets through. */
final class FilteredBaggagePropagator implements TextMapPropagator {

    private final TextMapPropagator propagator;
    private final UnaryOperator<Baggage> filter;

    FilteredBaggagePropagator(TextMapPropagator propagator, UnaryOperator<Baggage> filter) {
        this.propagator = propagator;
        this.filter = filter;
    }

    @Override
    public Collection<String> fields() {
        return propagator.fields();
    }

    @Override
    public <C> void inject(@Nullable Context context, @Nullable C carrier, @Nullable TextMapSetter<C> setter) {
        propagator.inject(context == null ? null : filtered(context), carrier, setter);
    }

    private Context filtered(Context context) {
        Baggage baggage = Baggage.fromContextOrNull(context);
        if (baggage == null || baggage.isEmpty()) {
            return context;
        }
        Baggage allowed = allowed(baggage);
        return allowed == baggage ? context : context.with(allowed);
    }

    private Baggage allowed(Baggage baggage) {
        try {
            Baggage allowed = filter.apply(baggage);
            return allowed == null ? Baggage.empty() : allowed;
        } catch (Throwable hostile) {
            ContainedPropagator.passOnIfFatal(hostile);
            // Baggage may be the application's own class. What could not be looked through does not leave.
            return Baggage.empty();
        }
    }

    @Override
    public <C> Context extract(@Nullable Context context, @Nullable C carrier, @Nullable TextMapGetter<C> getter) {
        return propagator.extract(context, carrier, getter);
    }

    @Override
    public String toString() {
        return propagator.toString();
    }
}
