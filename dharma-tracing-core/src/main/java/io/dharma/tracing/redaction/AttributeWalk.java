package io.dharma.tracing.redaction;

import io.dharma.tracing.internal.trace.NamedAttributes;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One way through a set of attributes; collects what has to change, and allocates for nothing else. One thread. */
final class AttributeWalk implements Values.Neighbours {

    private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("db.system.name");
    private static final AttributeKey<String> SYSTEM_ONCE = AttributeKey.stringKey("db.system");

    private final Values values;
    private final Attributes attributes;
    private @Nullable Map<Object, Object> changes;

    private AttributeWalk(Values values, Attributes attributes) {
        this.values = values;
        this.attributes = attributes;
    }

    /** The attributes without secrets; the same object if there are none. */
    static Attributes redact(Attributes attributes, Values values) {
        return attributes.isEmpty() ? attributes : new AttributeWalk(values, attributes).redact();
    }

    private Attributes redact() {
        if (attributes instanceof NamedAttributes named) {
            named.forEachNamed((name, value) -> visit(name, name, value));
        } else {
            attributes.forEach((key, value) -> visit(key, key.getKey(), value));
        }
        Map<Object, Object> found = changes;
        return found == null ? attributes : changed(found);
    }

    private void visit(Object key, String name, Object value) {
        Object redacted = values.redact(name, value, this);
        if (redacted != value) {
            change(key, redacted);
        }
    }

    private void change(Object key, Object redacted) {
        Map<Object, Object> existing = changes;
        if (existing == null) {
            existing = new HashMap<>();
            changes = existing;
        }
        existing.put(key, redacted);
    }

    private Attributes changed(Map<Object, Object> found) {
        AttributesBuilder builder = Attributes.builder();
        boolean named = attributes instanceof NamedAttributes;
        attributes.forEach((key, value) -> {
            Object redacted = found.get(named ? key.getKey() : key);
            put(builder, key, redacted == null ? value : redacted);
        });
        return builder.build();
    }

    @SuppressWarnings("unchecked") // a key comes with a value of its own type, and what replaces it is of that type
    private static void put(AttributesBuilder builder, AttributeKey<?> key, Object value) {
        if (value instanceof String text) {
            // A person's number has become a text.
            builder.put(AttributeKey.stringKey(key.getKey()), text);
        } else {
            builder.put((AttributeKey<Object>) key, value);
        }
    }

    @Override
    public @Nullable String databaseSystem() {
        String system = attributes.get(SYSTEM);
        return system == null ? attributes.get(SYSTEM_ONCE) : system;
    }
}
