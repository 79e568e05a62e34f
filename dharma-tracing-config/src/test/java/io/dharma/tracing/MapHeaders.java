package io.dharma.tracing;

import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the headers of a request that is no more than them. */
final class MapHeaders implements TextMapGetter<Map<String, String>> {

    static final MapHeaders GETTER = new MapHeaders();

    private MapHeaders() {}

    @Override
    @SuppressWarnings("deprecation") // keys() is, and has to be implemented
    public Iterable<String> keys(Map<String, String> headers) {
        return headers.keySet();
    }

    @Override
    public @Nullable String get(@Nullable Map<String, String> headers, String name) {
        return headers == null ? null : headers.get(name);
    }
}
