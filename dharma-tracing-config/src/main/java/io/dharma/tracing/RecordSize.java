package io.dharma.tracing;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How much heap a log record holds, in bytes, rather too much than too little. For one thread.
 *
 * <p>Values may be nested as deeply as the application likes, so they are walked without recursion.
 */
final class RecordSize {

    private static final int RECORD = 512;
    private static final int ATTRIBUTE = 64;
    private static final int OBJECT = 32;
    private static final int BYTES_PER_CHAR = 2;

    private long bytes = RECORD;
    private final Deque<Object> ahead = new ArrayDeque<>(4);

    private RecordSize() {}

    static int of(@Nullable Value<?> body, Attributes attributes) {
        RecordSize size = new RecordSize();
        size.addAll(attributes);
        if (body != null) {
            size.add(body);
        }
        return (int) Math.min(Integer.MAX_VALUE, size.bytes);
    }

    private void addAll(Attributes attributes) {
        attributes.forEach((key, value) -> {
            bytes += ATTRIBUTE;
            add(value);
        });
    }

    private void add(Object value) {
        ahead.push(value);
        while (!ahead.isEmpty()) {
            look(ahead.pop());
        }
    }

    private void look(Object value) {
        bytes += OBJECT;
        if (value instanceof String text) {
            bytes += (long) BYTES_PER_CHAR * text.length();
        } else if (value instanceof ByteBuffer binary) {
            bytes += binary.remaining();
        } else if (value instanceof List<?> list) {
            list.forEach(ahead::push);
        } else if (value instanceof KeyValue pair) {
            bytes += (long) BYTES_PER_CHAR * pair.getKey().length();
            ahead.push(pair.getValue());
        } else if (value instanceof Value<?> wrapped) {
            ahead.push(wrapped.getValue());
        }
    }
}
