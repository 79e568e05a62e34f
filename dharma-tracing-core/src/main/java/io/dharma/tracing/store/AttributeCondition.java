package io.dharma.tracing.store;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a span's attributes should say.
 *
 * @param value null if it does not matter
 */
record AttributeCondition(String key, @Nullable String value) {

    AttributeCondition {
        Objects.requireNonNull(key, "key");
    }

    boolean matches(SpanData span) {
        Attributes attributes = span.getAttributes();
        boolean[] found = {false};
        attributes.forEach((name, actual) -> {
            if (!found[0] && key.equals(name.getKey())) {
                found[0] = value == null || isWanted(actual);
            }
        });
        return found[0];
    }

    private boolean isWanted(Object actual) {
        if (actual instanceof List<?> list) {
            return list.stream().anyMatch(this::isWanted);
        }
        String text = actual instanceof Value<?> structured ? structured.asString() : actual.toString();
        return text.equals(value);
    }
}
