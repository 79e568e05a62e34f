package io.dharma.tracing.store;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * Questions about the traces of the recent past, as far as this process took part in them.
 *
 * <p>Any thread. Answers come from this process alone and are worked out on the thread that asks, which may read files
 * where traces are kept on disk: a few milliseconds for {@link #find}, and for {@link #search} as its javadoc says. None
 * of these throws for what it finds, or does not find, and none makes a delivery wait.
 */
public interface Traces {

    /**
     * All that is kept of one trace.
     *
     * @param traceId 32 hexadecimal digits, in upper or lower case
     * @return empty if nothing is kept of it, and if this is no trace id
     */
    Optional<StoredTrace> find(String traceId);

    /**
     * A page of the traces that answer a query, the newest first: in the reverse order in which this process heard of
     * them.
     *
     * <p>Conditions on identity, name, service, time, duration and failure are answered from an index in memory: about a
     * millisecond for ten thousand traces. Conditions on attributes look into the spans; of those that are only on disk a
     * page reads 8 MiB at most, so it may hold fewer traces than were asked for, even none, and still have a next one.
     */
    TracePage search(TraceQuery query);

    /** As {@link #search(TraceQuery)}, for a query made on the spot: {@code search(q -> q.name("POST *").failed())}. */
    default TracePage search(Consumer<TraceQuery.Builder> query) {
        TraceQuery.Builder builder = TraceQuery.builder();
        query.accept(builder);
        return search(builder.build());
    }

    /**
     * Exempts a trace from making room for newer ones, also for spans of it that are still to come, and on disk also
     * after a restart.
     *
     * @return false if nothing is kept of the trace, or too much is pinned already: see {@link TraceStore.Builder#maxPinned}
     */
    boolean pin(String traceId);

    /** Takes a trace's exemption back; false if it had none. */
    boolean unpin(String traceId);

    /** What is kept, and what was not. */
    StoreStats stats();
}
