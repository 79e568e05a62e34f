package io.dharma.tracing.propagation;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** W3C Baggage. See {@link Propagators#baggage}. */
final class BaggagePropagator extends ContainedPropagator {

    static final BaggagePropagator INSTANCE = new BaggagePropagator();

    /** What the recommendation wants every platform to carry, and more than we let strangers load on a request. */
    static final int MOST_ENTRIES = 64;

    static final int MOST_BYTES = 8192;

    private static final String NAME = "baggage";
    private static final List<String> FIELDS = List.of(NAME);

    private BaggagePropagator() {}

    @Override
    public Collection<String> fields() {
        return FIELDS;
    }

    @Override
    <C> void write(Context context, @Nullable C carrier, TextMapSetter<C> setter) {
        Baggage baggage = Baggage.fromContext(context);
        if (baggage.isEmpty()) {
            return;
        }
        String header = BaggageWriter.write(baggage);
        if (!header.isEmpty()) {
            setter.set(carrier, NAME, header);
        }
    }

    @Override
    <C> Context read(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
        String header = HeaderLines.joined(getter, carrier, NAME, MOST_BYTES);
        if (header == null) {
            return context;
        }
        Baggage baggage = BaggageReader.read(header);
        return baggage.isEmpty() ? context : context.with(baggage);
    }

    @Override
    public String toString() {
        return "baggage";
    }
}
