package io.dharma.tracing.examples.quickstart;

import com.sun.net.httpserver.HttpExchange;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the headers of a request. */
enum RequestHeaders implements TextMapGetter<HttpExchange> {
    GETTER;

    @Override
    @SuppressWarnings("deprecation") // deprecated, but still to be implemented
    public Iterable<String> keys(HttpExchange exchange) {
        return exchange.getRequestHeaders().keySet();
    }

    @Override
    public @Nullable String get(@Nullable HttpExchange exchange, String name) {
        return exchange == null ? null : exchange.getRequestHeaders().getFirst(name);
    }

    @Override
    public Iterator<String> getAll(@Nullable HttpExchange exchange, String name) {
        List<String> values =
                exchange == null ? null : exchange.getRequestHeaders().get(name);
        return values == null ? List.<String>of().iterator() : values.iterator();
    }
}
