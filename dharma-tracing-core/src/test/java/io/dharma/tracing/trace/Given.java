package io.dharma.tracing.trace;

import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What tests hand in. */
final class Given {

    /** Reads headers from a map. */
    static final TextMapGetter<Map<String, String>> HEADERS = new MapGetter();

    private Given() {}

    /** Null where the signature forbids it: what callers without null analysis do. */
    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    static <T> T nothing() {
        return null;
    }

    private static final class MapGetter implements TextMapGetter<Map<String, String>> {

        @Override
        @SuppressWarnings("deprecation") // it is abstract all the same
        public Iterable<String> keys(Map<String, String> carrier) {
            return carrier.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Map<String, String> carrier, String key) {
            return carrier == null ? null : carrier.get(key);
        }
    }
}
