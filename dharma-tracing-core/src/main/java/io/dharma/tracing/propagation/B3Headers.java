package io.dharma.tracing.propagation;

import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One of the two forms that B3 comes in. */
interface B3Headers {

    List<String> names();

    <C> B3 read(@Nullable C carrier, TextMapGetter<C> getter);

    <C> void write(B3 b3, @Nullable C carrier, TextMapSetter<C> setter);
}
