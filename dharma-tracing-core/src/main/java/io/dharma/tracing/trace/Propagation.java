package io.dharma.tracing.trace;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The configured propagator, with whatever a carrier or a propagator of the application throws kept from callers. */
final class Propagation implements ContextPropagators {

    private final TextMapPropagator propagator;

    Propagation(TextMapPropagator propagator, SpanSource source) {
        this.propagator = new Shielded(propagator, source);
    }

    <C> Context extract(Context parent, @Nullable C carrier, TextMapGetter<C> getter) {
        return propagator.extract(parent, carrier, getter);
    }

    <C> void inject(Context context, @Nullable C carrier, TextMapSetter<C> setter) {
        propagator.inject(context, carrier, setter);
    }

    @Override
    public TextMapPropagator getTextMapPropagator() {
        return propagator;
    }

    private record Shielded(TextMapPropagator propagator, SpanSource source) implements TextMapPropagator {

        @Override
        public Collection<String> fields() {
            try {
                return propagator.fields();
            } catch (Throwable hostile) {
                source.contain(hostile);
                return List.of();
            }
        }

        @Override
        public <C> void inject(Context context, @Nullable C carrier, TextMapSetter<C> setter) {
            try {
                propagator.inject(context, carrier, setter);
            } catch (Throwable hostile) {
                source.contain(hostile);
            }
        }

        @Override
        public <C> Context extract(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
            try {
                Context extracted = propagator.extract(context, carrier, getter);
                return Objects.requireNonNull(extracted, "a propagator extracted null");
            } catch (Throwable hostile) {
                source.contain(hostile);
                return context;
            }
        }
    }
}
