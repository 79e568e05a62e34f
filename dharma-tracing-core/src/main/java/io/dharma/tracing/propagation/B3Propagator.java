package io.dharma.tracing.propagation;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Zipkin's B3: reads both of its forms, the single header first, and writes one. See {@link Propagators#b3}. */
final class B3Propagator extends ContainedPropagator {

    private static final B3Headers SINGLE = new B3SingleHeader();
    private static final B3Headers MULTIPLE = new B3MultipleHeaders();

    static final B3Propagator SINGLE_HEADER = new B3Propagator("b3", SINGLE);
    static final B3Propagator MULTIPLE_HEADERS = new B3Propagator("b3multi", MULTIPLE);

    private final String name;
    private final B3Headers written;

    private B3Propagator(String name, B3Headers written) {
        this.name = name;
        this.written = written;
    }

    @Override
    public Collection<String> fields() {
        return written.names();
    }

    @Override
    <C> void write(Context context, @Nullable C carrier, TextMapSetter<C> setter) {
        B3 b3 = B3.of(context);
        if (!b3.saysNothing()) {
            written.write(b3, carrier, setter);
        }
    }

    @Override
    <C> Context read(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
        B3 b3 = SINGLE.read(carrier, getter);
        return (b3.saysNothing() ? MULTIPLE.read(carrier, getter) : b3).storedIn(context);
    }

    @Override
    public String toString() {
        return name;
    }
}
