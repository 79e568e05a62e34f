package io.dharma.tracing.propagation;

import io.dharma.tracing.context.Correlation;
import io.dharma.tracing.spi.SensitiveIds;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.Collection;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Hands on what a request says of its correlation, and makes nothing. See {@link CorrelationPropagation#passingOn}.
 *
 * <p>What came is held beside the baggage, for baggage goes to every host.
 */
final class PassingCorrelationPropagator extends ContainedPropagator {

    private static final ContextKey<Passed> KEY = ContextKey.named("dharma-passed-correlation");

    private final ContainedPropagator propagator;
    private final CorrelationPropagator own;
    private final CorrelationPropagation rules;
    private final Predicate<String> sensitive;

    /** What came: the header, and the entries of baggage. */
    private record Passed(@Nullable String header, Baggage baggage) {}

    PassingCorrelationPropagator(
            TextMapPropagator propagator, CorrelationPropagation rules, Predicate<String> sensitive) {
        this.propagator = ForeignPropagator.containing(propagator);
        this.own = new CorrelationPropagator(propagator, rules);
        this.rules = rules;
        this.sensitive = sensitive;
    }

    @Override
    public Collection<String> fields() {
        return own.fields();
    }

    @Override
    <C> Context read(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
        Context extracted = propagator.extract(context, carrier, getter);
        Passed passed = passed(extracted, carrier, getter);
        Context without = CorrelationBaggage.without(extracted);
        return passed == null ? without : without.with(KEY, passed);
    }

    private <C> @Nullable Passed passed(Context extracted, @Nullable C carrier, TextMapGetter<C> getter) {
        try {
            if (!rules.trusts(carrier, getter)) {
                return null;
            }
            CorrelationOffer offer = CorrelationOffer.inHeader(rules.correlationHeader(), carrier, getter, true);
            String header = offer == null || offer.refusal() != null ? null : passable(offer.value());
            Baggage baggage = CorrelationBaggage.alone(extracted, value -> passable(value) != null);
            return header == null && baggage.isEmpty() ? null : new Passed(header, baggage);
        } catch (Throwable hostile) {
            ContainedPropagator.passOnIfFatal(hostile);
            return null;
        }
    }

    private @Nullable String passable(String value) {
        return SensitiveIds.isSensitive(sensitive, value) ? null : value;
    }

    @Override
    <C> void write(Context context, @Nullable C carrier, TextMapSetter<C> setter) {
        Passed passed = context.get(KEY);
        if (passed == null || Correlation.from(context) != null) {
            // One that the application itself began goes out as ever.
            own.write(context, carrier, setter);
            return;
        }
        Context others = CorrelationBaggage.without(context);
        if (!rules.mayLeave(carrier, setter)) {
            propagator.inject(others, carrier, setter);
            return;
        }
        propagator.inject(CorrelationBaggage.with(passed.baggage, others), carrier, setter);
        if (passed.header != null) {
            rules.write(passed.header, carrier, setter);
        }
    }

    @Override
    public String toString() {
        return propagator + " passing correlation on";
    }
}
