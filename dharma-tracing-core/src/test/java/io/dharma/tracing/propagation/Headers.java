package io.dharma.tracing.propagation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Headers of a request: names without case, lines kept apart, as servers have them. */
final class Headers {

    private final Map<String, List<String>> lines = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    /** Names and values in turn; a name may come again. */
    static Headers of(String... namesAndValues) {
        Headers headers = new Headers();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return headers;
    }

    /** Lines of {@code name: value}, as a client could send them; what has no colon is no header. */
    static Headers parse(byte[] block) {
        Headers headers = new Headers();
        for (String line : new String(block, UTF_8).split("\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.add(line.substring(0, colon), line.substring(colon + 1));
            }
        }
        return headers;
    }

    /** What the propagator writes for this context. */
    static Headers written(TextMapPropagator propagator, Context context) {
        Headers headers = new Headers();
        propagator.inject(context, headers, SETTER);
        return headers;
    }

    void add(String name, String value) {
        lines.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
    }

    @Nullable
    String get(String name) {
        return lines.containsKey(name) ? String.join("|", lines.get(name)) : null;
    }

    List<String> lines(String name) {
        return lines.getOrDefault(name, List.of());
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    Map<String, List<String>> asMap() {
        return lines;
    }

    Context read(TextMapPropagator propagator) {
        return propagator.extract(Context.root(), this, GETTER);
    }

    SpanContext readSpan(TextMapPropagator propagator) {
        return Span.fromContext(read(propagator)).getSpanContext();
    }

    static final TextMapSetter<Headers> SETTER = (headers, name, value) -> {
        if (headers != null) {
            headers.lines.put(name, new ArrayList<>(List.of(value)));
        }
    };

    static final TextMapGetter<Headers> GETTER = new TextMapGetter<>() {
        @Override
        @SuppressWarnings("deprecation") // keys() is, and has to be implemented
        public Iterable<String> keys(Headers headers) {
            return headers.lines.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Headers headers, String name) {
            return headers == null || !headers.lines.containsKey(name)
                    ? null
                    : headers.lines.get(name).get(0);
        }

        @Override
        public Iterator<String> getAll(@Nullable Headers headers, String name) {
            return headers == null
                    ? List.<String>of().iterator()
                    : headers.lines.getOrDefault(name, List.of()).iterator();
        }
    };
}
