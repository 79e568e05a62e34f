package io.dharma.tracing.trace;

import io.dharma.tracing.internal.trace.NamedAttributes;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.AttributeType;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of one span, in the order they were first set, bounded in number and length.
 *
 * <p>Keys and values alternate in one array. A key given as text stays text until somebody reads it back: making an
 * {@link AttributeKey} costs an object and a hash, and most are only read on the exporting thread. A span has few
 * attributes, so a linear search beats hashing. Unlike OpenTelemetry's own map, which keeps {@code "id"} as text and
 * {@code "id"} as number side by side, a name occurs once, as the protocol wants it: the last value wins.
 *
 * <p>Not thread-safe: its span guards it while it is written, and nobody writes after the span's end.
 */
final class SpanAttributes implements Attributes, NamedAttributes {

    /** Three attributes are usual; room for four avoids the first growth. */
    private static final int INITIAL_PAIRS = 4;

    /** OpenTelemetry's own, which is immutable and never throws. */
    private static final Class<?> OWN_KEY_CLASS = AttributeKey.stringKey("any").getClass();

    /** OpenTelemetry bounds a list's elements, but not their number. */
    static final int MAX_ELEMENTS = 1024;

    private static final int REFERENCE_BYTES = 8;
    private static final int OBJECT_BYTES = 24;

    private final int maxCount;
    private final int maxValueLength;
    private @Nullable Object[] pairs = new Object[2 * INITIAL_PAIRS];
    private int size;
    private int totalAdded;

    SpanAttributes(int maxCount, int maxValueLength) {
        this.maxCount = maxCount;
        this.maxValueLength = maxValueLength;
    }

    /** Sets a text, number or boolean under a name. */
    void putPlain(String name, Object value) {
        if (!name.isEmpty()) {
            // Asking a number whether it is a list costs more than all the rest; see OwnedSpan.
            store(name, name, value instanceof String text ? limitedText(text) : value);
        }
    }

    /** Sets a value of any of OpenTelemetry's types; one that is not of its key's type is ignored. */
    void put(AttributeKey<?> key, Object value) {
        AttributeKey<?> trusted = trusted(key);
        String name = trusted.getKey();
        // Of the copy, since the application's own list may be endless or say something else next time.
        Object kept = limited(value);
        if (!name.isEmpty() && isOfType(trusted.getType(), kept)) {
            store(trusted, name, kept);
        }
    }

    /** A key that is the application's own class is asked once, here; it may not answer when it is exported. */
    private static AttributeKey<?> trusted(AttributeKey<?> key) {
        if (key.getClass() == OWN_KEY_CLASS) {
            return key;
        }
        String name = key.getKey();
        return switch (key.getType()) {
            case STRING -> AttributeKey.stringKey(name);
            case LONG -> AttributeKey.longKey(name);
            case DOUBLE -> AttributeKey.doubleKey(name);
            case BOOLEAN -> AttributeKey.booleanKey(name);
            case STRING_ARRAY -> AttributeKey.stringArrayKey(name);
            case LONG_ARRAY -> AttributeKey.longArrayKey(name);
            case DOUBLE_ARRAY -> AttributeKey.doubleArrayKey(name);
            case BOOLEAN_ARRAY -> AttributeKey.booleanArrayKey(name);
            case VALUE -> AttributeKey.valueKey(name);
        };
    }

    /** What is not would make the exporter fail, with all the other spans of its batch. */
    private static boolean isOfType(AttributeType type, Object value) {
        return switch (type) {
            case STRING -> value instanceof String;
            case LONG -> value instanceof Long;
            case DOUBLE -> value instanceof Double;
            case BOOLEAN -> value instanceof Boolean;
            case STRING_ARRAY -> isListOf(String.class, value);
            case LONG_ARRAY -> isListOf(Long.class, value);
            case DOUBLE_ARRAY -> isListOf(Double.class, value);
            case BOOLEAN_ARRAY -> isListOf(Boolean.class, value);
            case VALUE -> value instanceof Value;
        };
    }

    private static boolean isListOf(Class<?> elementType, Object value) {
        if (!(value instanceof List<?> list)) {
            return false;
        }
        for (Object element : list) {
            if (element != null && !elementType.isInstance(element)) {
                return false;
            }
        }
        return true;
    }

    private void store(Object key, String name, Object value) {
        int index = indexOf(name);
        if (index >= 0) {
            pairs[index] = key;
            pairs[index + 1] = value;
            return;
        }
        totalAdded++;
        if (size >= maxCount) {
            return;
        }
        if (2 * size == pairs.length) {
            pairs = Arrays.copyOf(pairs, 2 * pairs.length);
        }
        pairs[2 * size] = key;
        pairs[2 * size + 1] = value;
        size++;
    }

    private int indexOf(String name) {
        for (int i = 0; i < 2 * size; i += 2) {
            if (nameOf(pairs[i]).equals(name)) {
                return i;
            }
        }
        return -1;
    }

    private Object limited(Object value) {
        if (value instanceof String text) {
            return limitedText(text);
        }
        if (value instanceof List<?> list) {
            return limitedList(list);
        }
        return value instanceof Value<?> tree ? LimitedTree.of(tree, maxValueLength) : value;
    }

    private String limitedText(String text) {
        return text.length() <= maxValueLength ? text : shortened(text);
    }

    private String shortened(String text) {
        return text.substring(0, lengthWithin(text, maxValueLength));
    }

    /** How much of a text to keep: never half of a surrogate pair at the end, which no encoder could write. */
    static int lengthWithin(CharSequence text, int maxLength) {
        if (text.length() <= maxLength) {
            return text.length();
        }
        return maxLength > 0 && Character.isHighSurrogate(text.charAt(maxLength - 1)) ? maxLength - 1 : maxLength;
    }

    /** A copy, since the caller may go on changing its list. */
    private List<Object> limitedList(List<?> list) {
        List<Object> copy = new ArrayList<>(Math.min(list.size(), MAX_ELEMENTS));
        for (Object element : list) {
            if (copy.size() == MAX_ELEMENTS) {
                break;
            }
            copy.add(limited(element));
        }
        return Collections.unmodifiableList(copy);
    }

    /** How many names were offered, kept or not. */
    int totalAdded() {
        return totalAdded;
    }

    @Override
    public long estimatedBytes() {
        long bytes = OBJECT_BYTES + (long) REFERENCE_BYTES * pairs.length;
        for (int i = 1; i < 2 * size; i += 2) {
            bytes += estimatedBytes(pairs[i]);
        }
        return bytes;
    }

    private static long estimatedBytes(@Nullable Object value) {
        if (value instanceof String text) {
            return OBJECT_BYTES + 2L * text.length();
        }
        if (value instanceof Number || value instanceof Boolean) {
            return OBJECT_BYTES;
        }
        if (value instanceof ByteBuffer binary) {
            return (long) OBJECT_BYTES + binary.remaining();
        }
        if (value instanceof KeyValue pair) {
            return estimatedBytes(pair.getKey()) + estimatedBytes(pair.getValue());
        }
        if (value instanceof List<?> list) {
            long bytes = OBJECT_BYTES;
            for (Object element : list) {
                bytes += REFERENCE_BYTES + estimatedBytes(element);
            }
            return bytes;
        }
        return value instanceof Value<?> tree ? OBJECT_BYTES + estimatedBytes(tree.getValue()) : OBJECT_BYTES;
    }

    @Override
    @SuppressWarnings("unchecked") // a key is stored with a value of its own type
    public <T> @Nullable T get(AttributeKey<T> key) {
        int index = indexOf(key.getKey());
        return index >= 0 && keyAt(index).getType() == key.getType() ? (T) pairs[index + 1] : null;
    }

    @Override
    public void forEach(BiConsumer<? super AttributeKey<?>, ? super Object> consumer) {
        for (int i = 0; i < 2 * size; i += 2) {
            consumer.accept(keyAt(i), Objects.requireNonNull(pairs[i + 1]));
        }
    }

    @Override
    public void forEachNamed(BiConsumer<? super String, ? super Object> consumer) {
        for (int i = 0; i < 2 * size; i += 2) {
            consumer.accept(nameOf(pairs[i]), Objects.requireNonNull(pairs[i + 1]));
        }
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public boolean isEmpty() {
        return size == 0;
    }

    @Override
    public Map<AttributeKey<?>, Object> asMap() {
        Map<AttributeKey<?>, Object> map = new LinkedHashMap<>();
        forEach(map::put);
        return Collections.unmodifiableMap(map);
    }

    @Override
    @SuppressWarnings("unchecked") // a key is stored with a value of its own type
    public AttributesBuilder toBuilder() {
        AttributesBuilder builder = Attributes.builder();
        forEach((key, value) -> builder.put((AttributeKey<Object>) key, value));
        return builder;
    }

    /** A copy that later writes do not reach. */
    SpanAttributes copy() {
        SpanAttributes copy = new SpanAttributes(maxCount, maxValueLength);
        copy.pairs = pairs.clone();
        copy.size = size;
        copy.totalAdded = totalAdded;
        return copy;
    }

    private AttributeKey<?> keyAt(int index) {
        Object key = Objects.requireNonNull(pairs[index]);
        return key instanceof String name ? typedKey(name, pairs[index + 1]) : (AttributeKey<?>) key;
    }

    private static AttributeKey<?> typedKey(String name, @Nullable Object value) {
        if (value instanceof Long) {
            return AttributeKey.longKey(name);
        }
        if (value instanceof Double) {
            return AttributeKey.doubleKey(name);
        }
        if (value instanceof Boolean) {
            return AttributeKey.booleanKey(name);
        }
        return AttributeKey.stringKey(name);
    }

    private static String nameOf(@Nullable Object key) {
        return key instanceof String name ? name : ((AttributeKey<?>) Objects.requireNonNull(key)).getKey();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other == this || (other instanceof Attributes that && asMap().equals(that.asMap()));
    }

    @Override
    public int hashCode() {
        return asMap().hashCode();
    }

    @Override
    public String toString() {
        return asMap().toString();
    }
}
