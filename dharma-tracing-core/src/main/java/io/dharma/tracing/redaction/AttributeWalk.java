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
    private @Nullable Map<Object, Change> changes;

    private record Change(String name, Object value) {}

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
        Map<Object, Change> found = changes;
        return found == null ? attributes : changed(found);
    }

    private void visit(Object key, String name, Object value) {
        Object redacted = values.redact(name, value, this);
        String nameAfter = values.name(name);
        if (redacted != value || !nameAfter.equals(name)) {
            change(key, new Change(nameAfter, redacted));
        }
    }

    private void change(Object key, Change change) {
        Map<Object, Change> existing = changes;
        if (existing == null) {
            existing = new HashMap<>();
            changes = existing;
        }
        existing.put(key, change);
    }

    private Attributes changed(Map<Object, Change> found) {
        AttributesBuilder builder = Attributes.builder();
        boolean named = attributes instanceof NamedAttributes;
        attributes.forEach((key, value) -> {
            Change change = found.get(named ? key.getKey() : key);
            if (change == null) {
                put(builder, key, value);
            } else {
                put(builder, renamed(key, change.name), change.value);
            }
        });
        return builder.build();
    }

    private static AttributeKey<?> renamed(AttributeKey<?> key, String name) {
        return switch (key.getType()) {
            case STRING -> AttributeKey.stringKey(name);
            case BOOLEAN -> AttributeKey.booleanKey(name);
            case LONG -> AttributeKey.longKey(name);
            case DOUBLE -> AttributeKey.doubleKey(name);
            case STRING_ARRAY -> AttributeKey.stringArrayKey(name);
            case BOOLEAN_ARRAY -> AttributeKey.booleanArrayKey(name);
            case LONG_ARRAY -> AttributeKey.longArrayKey(name);
            case DOUBLE_ARRAY -> AttributeKey.doubleArrayKey(name);
            case VALUE -> AttributeKey.valueKey(name);
        };
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
        return system(attributes);
    }

    /** Which database these attributes name. */
    static @Nullable String system(Attributes attributes) {
        String system = attributes.get(SYSTEM);
        return system == null ? attributes.get(SYSTEM_ONCE) : system;
    }
}
