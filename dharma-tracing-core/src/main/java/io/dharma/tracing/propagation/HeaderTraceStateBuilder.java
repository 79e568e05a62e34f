package io.dharma.tracing.propagation;

import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.TraceStateBuilder;
import org.jspecify.annotations.Nullable;

/** Changes a trace state by the rules of level 2: what is set goes to the left, the rest keeps its order. */
final class HeaderTraceStateBuilder implements TraceStateBuilder {

    private HeaderTraceState state;

    HeaderTraceStateBuilder(HeaderTraceState state) {
        this.state = state;
    }

    /** Ignores a key or value that the grammar does not allow, as OpenTelemetry's builder does. */
    @Override
    public TraceStateBuilder put(@Nullable String key, @Nullable String value) {
        if (key != null
                && value != null
                && Tracestate.isKey(key, 0, key.length())
                && Tracestate.isValue(value, 0, value.length())) {
            state = state.with(key, value);
        }
        return this;
    }

    @Override
    public TraceStateBuilder remove(@Nullable String key) {
        if (key != null) {
            state = state.without(key);
        }
        return this;
    }

    @Override
    public TraceState build() {
        return state.isEmpty() ? TraceState.getDefault() : state;
    }
}
