package io.dharma.tracing.internal.otlp;

import io.dharma.tracing.internal.otlp.OtlpFields.AnyValue;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the attributes of one message, field by field.
 *
 * <p>On the wire a list is a list of anything. One whose elements are all text, all integers, all decimals or all
 * booleans becomes an attribute of that type, which is what it was; {@link AttributesBuilder} sees to that. An empty
 * list has lost its type.
 */
final class AttributesReader {

    private @Nullable AttributesBuilder builder;
    private int read;

    /** How many there were, with those that a name is missing of. */
    int count() {
        return read;
    }

    Attributes build() {
        return builder == null ? Attributes.empty() : builder.build();
    }

    /** Reads the {@code KeyValue} that comes next. */
    void readPair(ProtoReader in) throws MalformedOtlpException {
        if (builder == null) {
            builder = Attributes.builder();
        }
        String key = "";
        Value<?> value = Value.empty();
        int outer = in.enter();
        while (in.hasMore()) {
            int tag = in.readTag();
            if (tag == ProtoReader.lengthDelimited(OtlpFields.KeyValue.KEY)) {
                key = in.readText();
            } else if (tag == ProtoReader.lengthDelimited(OtlpFields.KeyValue.VALUE)) {
                value = readValue(in, 0);
            } else {
                in.skip(tag);
            }
        }
        in.leave(outer);
        read++;
        put(builder, key, value);
    }

    /** What is plain at once as what it is: the builder would find out, too, and make a second key for it. */
    private static void put(AttributesBuilder builder, String key, Value<?> value) {
        Object content = value.getValue();
        switch (value.getType()) {
            case STRING -> builder.put(AttributeKey.stringKey(key), (String) content);
            case LONG -> builder.put(AttributeKey.longKey(key), (Long) content);
            case DOUBLE -> builder.put(AttributeKey.doubleKey(key), (Double) content);
            case BOOLEAN -> builder.put(AttributeKey.booleanKey(key), (Boolean) content);
            case ARRAY, KEY_VALUE_LIST, BYTES, EMPTY -> builder.put(AttributeKey.valueKey(key), value);
        }
    }

    /** Reads the {@code AnyValue} that comes next; of several fields the last counts, as in any {@code oneof}. */
    private static Value<?> readValue(ProtoReader in, int depth) throws MalformedOtlpException {
        Value<?> value = Value.empty();
        int outer = in.enter();
        while (in.hasMore()) {
            int tag = in.readTag();
            if (tag == ProtoReader.lengthDelimited(AnyValue.STRING)) {
                value = Value.of(in.readText());
            } else if (tag == ProtoReader.varint(AnyValue.BOOL)) {
                value = Value.of(in.readVarint() != 0);
            } else if (tag == ProtoReader.varint(AnyValue.INT)) {
                value = Value.of(in.readVarint());
            } else if (tag == ProtoReader.fixed64(AnyValue.DOUBLE)) {
                value = Value.of(Double.longBitsToDouble(in.readFixed64()));
            } else if (tag == ProtoReader.lengthDelimited(AnyValue.ARRAY)) {
                value = readArray(in, deeper(in, depth));
            } else if (tag == ProtoReader.lengthDelimited(AnyValue.KEY_VALUES)) {
                value = readMap(in, deeper(in, depth));
            } else if (tag == ProtoReader.lengthDelimited(AnyValue.BYTES)) {
                value = Value.of(in.readBytes());
            } else {
                in.skip(tag);
            }
        }
        in.leave(outer);
        return value;
    }

    private static int deeper(ProtoReader in, int depth) throws MalformedOtlpException {
        if (depth >= OtlpFields.DEEPEST_VALUE) {
            throw in.malformed("a value nested too deeply");
        }
        return depth + 1;
    }

    private static Value<?> readArray(ProtoReader in, int depth) throws MalformedOtlpException {
        List<Value<?>> elements = new ArrayList<>();
        int outer = in.enter();
        while (in.hasMore()) {
            int tag = in.readTag();
            if (tag == ProtoReader.lengthDelimited(AnyValue.ELEMENTS)) {
                elements.add(readValue(in, depth));
            } else {
                in.skip(tag);
            }
        }
        in.leave(outer);
        return Value.of(elements);
    }

    private static Value<?> readMap(ProtoReader in, int depth) throws MalformedOtlpException {
        List<KeyValue> entries = new ArrayList<>();
        int outer = in.enter();
        while (in.hasMore()) {
            int tag = in.readTag();
            if (tag == ProtoReader.lengthDelimited(AnyValue.ELEMENTS)) {
                entries.add(readEntry(in, depth));
            } else {
                in.skip(tag);
            }
        }
        in.leave(outer);
        return Value.of(entries.toArray(KeyValue[]::new));
    }

    private static KeyValue readEntry(ProtoReader in, int depth) throws MalformedOtlpException {
        String key = "";
        Value<?> value = Value.empty();
        int outer = in.enter();
        while (in.hasMore()) {
            int tag = in.readTag();
            if (tag == ProtoReader.lengthDelimited(OtlpFields.KeyValue.KEY)) {
                key = in.readText();
            } else if (tag == ProtoReader.lengthDelimited(OtlpFields.KeyValue.VALUE)) {
                value = readValue(in, depth);
            } else {
                in.skip(tag);
            }
        }
        in.leave(outer);
        return KeyValue.of(key, value);
    }
}
