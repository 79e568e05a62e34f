package io.dharma.tracing.internal.otlp;

import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.TraceStateBuilder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A trace state that was read back.
 *
 * <p>OpenTelemetry's builder refuses keys that level 2 of the trace context allows, and so would lose what was kept.
 * Whoever puts a trace state into a header checks it first; this one only has to be what was written.
 */
final class WrittenTraceState implements TraceState {

    private final String text;

    private WrittenTraceState(String text) {
        this.text = text;
    }

    /** Takes {@code key=value,key=value}; what is not of that form counts as not there. */
    static TraceState of(String text) {
        WrittenTraceState state = new WrittenTraceState(text);
        boolean[] any = {false};
        state.forEach((key, value) -> any[0] = true);
        return any[0] ? state : TraceState.getDefault();
    }

    @Override
    public void forEach(@Nullable BiConsumer<String, String> consumer) {
        if (consumer == null) {
            return;
        }
        int equals = -1;
        for (int start = 0; start < text.length(); ) {
            int end = find(',', start);
            if (equals < start) {
                // Not for every member: one without it would be followed by a search to the end of the text.
                equals = find('=', start);
            }
            if (equals > start && equals < end) {
                consumer.accept(text.substring(start, equals), text.substring(equals + 1, end));
            }
            start = end + 1;
        }
    }

    /** The end of the text if there is none. */
    private int find(char sign, int from) {
        int at = text.indexOf(sign, from);
        return at < 0 ? text.length() : at;
    }

    /** Of equal keys the first counts, as it is the latest. */
    @Override
    public Map<String, String> asMap() {
        Map<String, String> members = new LinkedHashMap<>();
        forEach(members::putIfAbsent);
        return Collections.unmodifiableMap(members);
    }

    @Override
    public @Nullable String get(@Nullable String key) {
        return asMap().get(key);
    }

    @Override
    public int size() {
        return asMap().size();
    }

    @Override
    public boolean isEmpty() {
        return false;
    }

    @Override
    public TraceStateBuilder toBuilder() {
        TraceStateBuilder builder = TraceState.builder();
        List<Map.Entry<String, String>> members = new ArrayList<>(asMap().entrySet());
        // The builder puts what comes last in front.
        Collections.reverse(members);
        members.forEach(member -> builder.put(member.getKey(), member.getValue()));
        return builder;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof WrittenTraceState that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
