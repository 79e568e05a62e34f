package io.dharma.tracing.internal.otlp;

import io.dharma.tracing.internal.otlp.OtlpFields.AnyValue;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes attributes, and values of any shape. */
final class AttributesWriter {

    /** Stands for what is nested too deeply to be read by anybody. */
    static final String TOO_DEEP = "[nested too deeply]";

    private static final int SHORT = 0;

    private AttributesWriter() {}

    /** A field for each attribute. */
    static void write(ProtoWriter out, int field, Attributes attributes) {
        if (!attributes.isEmpty()) {
            attributes.forEach((key, value) -> write(out, field, key, value));
        }
    }

    /** How many there were that are not there. */
    static int dropped(int total, int kept) {
        return Math.max(0, total - kept);
    }

    private static void write(ProtoWriter out, int field, AttributeKey<?> key, Object value) {
        int pair = out.begin(field, SHORT);
        out.text(OtlpFields.KeyValue.KEY, key.getKey());
        int content = out.begin(OtlpFields.KeyValue.VALUE, SHORT);
        switch (key.getType()) {
            case STRING -> out.presentText(AnyValue.STRING, (String) value);
            case LONG -> out.presentNumber(AnyValue.INT, (Long) value);
            case DOUBLE -> out.presentDecimal(AnyValue.DOUBLE, (Double) value);
            case BOOLEAN -> out.presentNumber(AnyValue.BOOL, (Boolean) value ? 1 : 0);
            case STRING_ARRAY, LONG_ARRAY, DOUBLE_ARRAY, BOOLEAN_ARRAY -> writePlainList(out, (List<?>) value);
            case VALUE -> writeValue(out, (Value<?>) value, 0);
        }
        out.end(content);
        out.end(pair);
    }

    private static void writePlainList(ProtoWriter out, List<?> elements) {
        int list = out.begin(AnyValue.ARRAY, SHORT);
        for (Object element : elements) {
            int content = out.begin(AnyValue.ELEMENTS, SHORT);
            writePlain(out, element);
            out.end(content);
        }
        out.end(list);
    }

    /** A null in a list is a value that is not set: leaving it out would move all that follow. */
    private static void writePlain(ProtoWriter out, @Nullable Object element) {
        if (element instanceof String text) {
            out.presentText(AnyValue.STRING, text);
        } else if (element instanceof Long number) {
            out.presentNumber(AnyValue.INT, number);
        } else if (element instanceof Double decimal) {
            out.presentDecimal(AnyValue.DOUBLE, decimal);
        } else if (element instanceof Boolean truth) {
            out.presentNumber(AnyValue.BOOL, truth ? 1 : 0);
        } else if (element != null) {
            throw new IllegalArgumentException("an attribute holds a " + element.getClass());
        }
    }

    /** The content of an {@code AnyValue}. */
    static void writeValue(ProtoWriter out, Value<?> value) {
        writeValue(out, value, 0);
    }

    private static void writeValue(ProtoWriter out, Value<?> value, int depth) {
        Object content = value.getValue();
        switch (value.getType()) {
            case STRING -> out.presentText(AnyValue.STRING, (String) content);
            case LONG -> out.presentNumber(AnyValue.INT, (Long) content);
            case DOUBLE -> out.presentDecimal(AnyValue.DOUBLE, (Double) content);
            case BOOLEAN -> out.presentNumber(AnyValue.BOOL, (Boolean) content ? 1 : 0);
            case BYTES -> out.presentBytes(AnyValue.BYTES, (ByteBuffer) content);
            case ARRAY -> writeArray(out, (List<?>) content, depth + 1);
            case KEY_VALUE_LIST -> writeMap(out, (List<?>) content, depth + 1);
            case EMPTY -> {
                // A value that is not set is one without a field.
            }
        }
    }

    private static void writeArray(ProtoWriter out, List<?> elements, int depth) {
        if (depth > OtlpFields.DEEPEST_VALUE) {
            out.presentText(AnyValue.STRING, TOO_DEEP);
            return;
        }
        int array = out.begin(AnyValue.ARRAY, SHORT);
        for (Object element : elements) {
            int content = out.begin(AnyValue.ELEMENTS, SHORT);
            writeValue(out, (Value<?>) element, depth);
            out.end(content);
        }
        out.end(array);
    }

    private static void writeMap(ProtoWriter out, List<?> entries, int depth) {
        if (depth > OtlpFields.DEEPEST_VALUE) {
            out.presentText(AnyValue.STRING, TOO_DEEP);
            return;
        }
        int map = out.begin(AnyValue.KEY_VALUES, SHORT);
        for (Object entry : entries) {
            KeyValue pair = (KeyValue) entry;
            int element = out.begin(AnyValue.ELEMENTS, SHORT);
            out.text(OtlpFields.KeyValue.KEY, pair.getKey());
            int content = out.begin(OtlpFields.KeyValue.VALUE, SHORT);
            writeValue(out, pair.getValue(), depth);
            out.end(content);
            out.end(element);
        }
        out.end(map);
    }
}
