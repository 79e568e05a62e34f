package io.dharma.tracing.trace;

import io.opentelemetry.api.trace.Span;
import org.jspecify.annotations.Nullable;

/** A span of ours that knows the block it belongs to, so that the current context leads back to the block. */
interface OwnedSpan extends Span {

    /** Null for a span that was started through OpenTelemetry's API. */
    @Nullable
    TracedBlock owner();

    /** Called once, by the block, before the span is made current. */
    void ownedBy(TracedBlock block);
}
