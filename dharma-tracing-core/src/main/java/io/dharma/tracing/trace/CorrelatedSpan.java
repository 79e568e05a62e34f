package io.dharma.tracing.trace;

import io.dharma.tracing.context.CorrelationContext;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A span of a request that has a correlation, after its end: what is known of it also where the sampler dropped it.
 *
 * <p>Does not change any more. Any thread may read it; no method waits, and none calls code of the application.
 */
public interface CorrelatedSpan {

    /** What the context held in which the span was started. */
    CorrelationContext correlation();

    /** Which span it is. */
    SpanContext getSpanContext();

    /** What called it; invalid if nothing did. */
    SpanContext getParentSpanContext();

    /**
     * Whether with it the request entered this process, or its correlation began: what called it, if anything did, was
     * elsewhere or had another correlation id.
     */
    boolean isEntry();

    /**
     * Whether it ran, from begin to end, on the thread on which its parent was current, so that the parent could do
     * nothing else there meanwhile. False where that is not known: of blocks that were detached, asynchronous, ended
     * elsewhere or said to have begun earlier, and of spans that were started or ended through OpenTelemetry's API.
     */
    boolean isNested();

    /** What was done. */
    String getName();

    /** Its part in the exchange with others. */
    SpanKind getKind();

    /** Nanoseconds since 1970. */
    long startEpochNanos();

    /** Nanoseconds since 1970. */
    long endEpochNanos();

    /** Whether it failed. */
    boolean hasFailed();

    /** What failed, such as the name of an exception's class; null if it did not fail, or that is not known. */
    @Nullable
    String errorType();

    /** Spans that it has to do with but that did not call it; mostly empty. */
    List<SpanContext> linkedSpans();

    /** How much heap it holds, in bytes; an estimate. */
    long estimatedBytes();
}
