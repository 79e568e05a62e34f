package io.dharma.tracing.internal.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;

/** About how much heap a span holds on to, rather too much than too little. Any thread. */
public final class SpanSize {

    private static final int SPAN = 400;
    private static final int EVENT = 96;
    private static final int LINK = 160;
    private static final int ATTRIBUTE = 64;
    private static final int VALUE = 24;
    private static final int CHARACTER = 2;

    private SpanSize() {}

    /** In bytes; costs a walk over its attributes and events. */
    public static long of(SpanData span) {
        long size = SPAN + text(span.getName()) + text(span.getStatus().getDescription()) + of(span.getAttributes());
        for (EventData event : span.getEvents()) {
            size += EVENT + text(event.getName()) + of(event.getAttributes());
        }
        for (LinkData link : span.getLinks()) {
            size += LINK + of(link.getAttributes());
        }
        return size;
    }

    /** In bytes; costs a walk over them. */
    public static long of(Attributes attributes) {
        long[] size = {0};
        attributes.forEach((key, value) -> size[0] += of(key, value));
        return size[0];
    }

    private static long of(AttributeKey<?> key, Object value) {
        return ATTRIBUTE + text(key.getKey()) + of(value);
    }

    private static long of(Object value) {
        if (value instanceof String string) {
            return text(string);
        }
        if (value instanceof List<?> list) {
            return list.stream().mapToLong(SpanSize::of).sum();
        }
        return value instanceof Value<?> structured ? VALUE + text(structured.asString()) : VALUE;
    }

    private static long text(String text) {
        return VALUE + (long) CHARACTER * text.length();
    }
}
