package io.dharma.tracing.correlation.redis;

import io.dharma.tracing.correlation.Hop;
import io.dharma.tracing.correlation.HopId;
import io.opentelemetry.api.trace.SpanKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A hop as a chain's hash keeps it: names are ids.
 *
 * @param parent null for the first of its trace
 * @param nested whether it kept the thread of its parent busy
 * @param entry whether with it the request entered its service
 * @param name of service and operation
 * @param errorType null if it did not fail or nobody knows
 */
record StoredHop(
        HopId id,
        @Nullable HopId parent,
        boolean nested,
        List<HopId> links,
        SpanKind kind,
        boolean entry,
        boolean failed,
        long name,
        @Nullable Long errorType,
        long startEpochNanos,
        long durationNanos) {

    /** @param errorTypeName null if it is not known any more */
    Hop named(Name.Operation operation, @Nullable String errorTypeName) {
        Hop.Builder hop = Hop.builder(id.traceId(), id.spanId())
                .parent(parent == null ? null : parent.spanId())
                .nested(nested)
                .links(links)
                .service(operation.service())
                .operation(operation.operation())
                .kind(kind)
                .start(startEpochNanos)
                .duration(durationNanos);
        return failed ? hop.failed(errorTypeName).build() : hop.build();
    }
}
