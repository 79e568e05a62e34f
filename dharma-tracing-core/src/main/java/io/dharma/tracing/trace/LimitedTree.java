package io.dharma.tracing.trace;

import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies a value of lists and maps within bounds, since whoever exports, redacts, prints or compares it later walks all
 * of it, each list on another frame of the stack. One for each value.
 *
 * <p>Elements are counted over the whole value, and not only list by list: a list may hold the same list twice, and that
 * one another twice, which is a few objects to make and without end to walk.
 */
final class LimitedTree {

    /** As OTLP is written, so that what we hold is what arrives; protobuf's readers refuse not much more. */
    static final int DEEPEST = 32;

    static final int MOST_ELEMENTS = 16 * 1024;

    static final String TOO_DEEP = "[nested too deeply]";

    private final int maxTextLength;
    private int elementsLeft = MOST_ELEMENTS;

    private LimitedTree(int maxTextLength) {
        this.maxTextLength = maxTextLength;
    }

    /** What is kept of a value; elements that are too many are left out, lists too deep become a text that says so. */
    static Value<?> of(Value<?> tree, int maxTextLength) {
        return new LimitedTree(maxTextLength).limited(tree, 0);
    }

    private Value<?> limited(Value<?> tree, int depth) {
        Object content = tree.getValue();
        return switch (tree.getType()) {
            case STRING -> text((String) content);
            case BYTES -> bytes(tree, (ByteBuffer) content);
            case ARRAY -> depth < DEEPEST ? array((List<?>) content, depth + 1) : text(TOO_DEEP);
            case KEY_VALUE_LIST -> depth < DEEPEST ? map((List<?>) content, depth + 1) : text(TOO_DEEP);
            case BOOLEAN, LONG, DOUBLE, EMPTY -> tree;
        };
    }

    private Value<?> text(String text) {
        return Value.of(text.substring(0, SpanAttributes.lengthWithin(text, maxTextLength)));
    }

    private Value<?> bytes(Value<?> whole, ByteBuffer bytes) {
        if (bytes.remaining() <= maxTextLength) {
            return whole;
        }
        byte[] kept = new byte[maxTextLength];
        bytes.get(kept);
        return Value.of(kept);
    }

    private Value<?> array(List<?> elements, int depth) {
        List<Value<?>> kept = new ArrayList<>();
        for (Object element : elements) {
            if (!hasRoom(kept)) {
                break;
            }
            kept.add(limited((Value<?>) element, depth));
        }
        return Value.of(kept);
    }

    private Value<?> map(List<?> entries, int depth) {
        List<KeyValue> kept = new ArrayList<>();
        for (Object entry : entries) {
            if (!hasRoom(kept)) {
                break;
            }
            KeyValue pair = (KeyValue) entry;
            kept.add(KeyValue.of(pair.getKey(), limited(pair.getValue(), depth)));
        }
        return Value.of(kept.toArray(KeyValue[]::new));
    }

    /** Whether there may be one more; then it is counted. */
    private boolean hasRoom(List<?> kept) {
        return kept.size() < SpanAttributes.MAX_ELEMENTS && elementsLeft-- > 0;
    }
}
