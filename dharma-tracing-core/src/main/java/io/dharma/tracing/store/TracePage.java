package io.dharma.tracing.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some of the traces that answer a query, the newest first.
 *
 * <p>Going on by {@link #next} shows every trace that was there at the first page and still is, once: what arrives in
 * the meantime is newer than the first page, and what has to make room is missing. Immutable.
 *
 * @param traces at most as many as the query's limit
 * @param next what to give to {@link TraceQuery#after} for the next page; null if this is the last
 */
public record TracePage(List<TraceSummary> traces, @Nullable String next) {

    public TracePage {
        traces = List.copyOf(traces);
    }
}
