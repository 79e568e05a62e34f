package io.dharma.tracing.propagation;

import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.Iterator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A header as it is written, and how else it may be found: servers compare names without case, but a plain map does not,
 * and HTTP/2, gateways and message queues fill theirs with names in lower case.
 */
record HeaderName(String written, String lowerCase) {

    static HeaderName of(String name) {
        return new HeaderName(name, name.toLowerCase(Locale.ROOT));
    }

    /** At least one line, under the name as it is written or else in lower case; null if there is none. */
    <C> @Nullable Iterator<String> lines(@Nullable C carrier, TextMapGetter<C> getter) {
        Iterator<String> lines = lines(written, carrier, getter);
        return lines == null ? lines(lowerCase, carrier, getter) : lines;
    }

    private static <C> @Nullable Iterator<String> lines(String name, @Nullable C carrier, TextMapGetter<C> getter) {
        Iterator<String> lines = getter.getAll(carrier, name);
        return lines == null || !lines.hasNext() ? null : lines;
    }
}
