package io.dharma.tracing.propagation;

import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.TraceStateBuilder;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A trace state kept as the header it came in.
 *
 * <p>Nearly every trace state is only carried through. As a header that was found valid it costs one object to read
 * and nothing to write. OpenTelemetry's own class could not hold what level 2 allows anyway: its builder refuses keys
 * such as {@code foo@} or {@code 1up}, and changes a value in place where it must move to the left.
 */
final class HeaderTraceState implements TraceState {

    static final HeaderTraceState EMPTY = new HeaderTraceState("", 0);

    private final String header;
    private final int size;

    /**
     * Trusts its caller.
     *
     * @param header valid by the grammar, without blanks around members, empty members, or a key twice
     */
    HeaderTraceState(String header, int size) {
        this.header = header;
        this.size = size;
    }

    String header() {
        return header;
    }

    @Override
    public @Nullable String get(@Nullable String key) {
        int start = key == null ? -1 : find(key);
        return key == null || start < 0
                ? null
                : header.substring(start + key.length() + 1, Tracestate.memberEnd(header, start));
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
    public void forEach(@Nullable BiConsumer<String, String> consumer) {
        if (consumer == null) {
            return;
        }
        for (int start = 0; start < header.length(); ) {
            int equals = header.indexOf('=', start);
            int end = Tracestate.memberEnd(header, equals);
            consumer.accept(header.substring(start, equals), header.substring(equals + 1, end));
            start = end + 1;
        }
    }

    @Override
    public Map<String, String> asMap() {
        Map<String, String> map = new LinkedHashMap<>();
        forEach(map::put);
        return Collections.unmodifiableMap(map);
    }

    @Override
    public TraceStateBuilder toBuilder() {
        return new HeaderTraceStateBuilder(this);
    }

    /** This state with the member leftmost, and without the rightmost one if there are too many then. */
    HeaderTraceState with(String key, String value) {
        HeaderTraceState others = without(key);
        String member = key + "=" + value;
        if (others.isEmpty()) {
            return new HeaderTraceState(member, 1);
        }
        return new HeaderTraceState(member + "," + others.header, others.size + 1).atMost(Tracestate.MOST_MEMBERS);
    }

    HeaderTraceState without(String key) {
        int start = find(key);
        if (start < 0) {
            return this;
        }
        int end = Tracestate.memberEnd(header, start);
        boolean last = end == header.length();
        String left = header.substring(0, last ? Math.max(0, start - 1) : start);
        return new HeaderTraceState(last ? left : left + header.substring(end + 1), size - 1);
    }

    private HeaderTraceState atMost(int members) {
        return size <= members ? this : new HeaderTraceState(header.substring(0, header.lastIndexOf(',')), size - 1);
    }

    /** Where the member of this key begins, or -1. */
    private int find(String key) {
        if (key.indexOf('=') >= 0) {
            return -1; // would be found across the border of two members
        }
        for (int start = 0; start < header.length(); start = Tracestate.memberEnd(header, start) + 1) {
            int equals = start + key.length();
            if (equals < header.length() && header.charAt(equals) == '=' && header.startsWith(key, start)) {
                return start;
            }
        }
        return -1;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof HeaderTraceState that && header.equals(that.header);
    }

    @Override
    public int hashCode() {
        return header.hashCode();
    }

    @Override
    public String toString() {
        return header;
    }
}
