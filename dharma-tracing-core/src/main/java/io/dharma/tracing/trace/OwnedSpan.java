package io.dharma.tracing.trace;

import io.dharma.tracing.context.CorrelationContext;
import io.opentelemetry.api.trace.Span;
import org.jspecify.annotations.Nullable;

/**
 * A span of ours that knows the block it belongs to, so that the current context leads back to the block.
 *
 * <p>A class and not an interface, because every start and end of a block asks whether a span is one. The JVM answers
 * that at once for a class; for an interface it searches a list and remembers one answer per class, which the check
 * for {@link Span} just before has overwritten (JDK-8180450): a fifth of all samples of a profile.
 */
abstract class OwnedSpan implements Span {

    private @Nullable TracedBlock owner;

    /** Null for a span that was started through OpenTelemetry's API. */
    final @Nullable TracedBlock owner() {
        return owner;
    }

    /** Whether it is to be told when it ends, so that the clock has to be read for it. */
    boolean isTimed() {
        return false;
    }

    /** The start as a reading of the monotonic clock, if it is timed. */
    long startNanoTime() {
        return 0;
    }

    /** What to add to readings of the monotonic clock for time since the epoch, if it is timed: the same in all its trace. */
    long epochOffset() {
        return 0;
    }

    /**
     * Ends at a reading of the monotonic clock that the caller has already taken.
     *
     * @param nested see {@link CorrelatedSpan#isNested}
     */
    void end(long nanoTime, boolean nested) {}

    /** Marks the span as failed by a throwable, none of whose methods are called. */
    void failedBy(Throwable throwable) {}

    /** The correlation of its request, if somebody listens to spans that have one; null otherwise. */
    @Nullable
    CorrelationContext heardCorrelation() {
        return null;
    }

    /** Called once, by the block, before the span is made current. */
    final void ownedBy(TracedBlock block) {
        owner = block;
    }
}
