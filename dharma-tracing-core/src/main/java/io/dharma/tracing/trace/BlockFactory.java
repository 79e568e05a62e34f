package io.dharma.tracing.trace;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import java.util.concurrent.atomic.LongAdder;

/** Starts blocks, and counts what became of them. Thread-safe. */
final class BlockFactory {

    static final InstrumentationScopeInfo SCOPE = InstrumentationScopeInfo.create("io.dharma.tracing");

    private static final SpanSource.Request PLAIN = SpanSource.Request.plain(SCOPE);

    /** Hears of every ended block, sampled or not, on the thread that ended it. */
    @FunctionalInterface
    interface Listener {
        void ended(String name, boolean failed, long nanos);
    }

    private final SpanSource source;
    private final Listener listener;
    private final LongAdder started = new LongAdder();
    private final LongAdder ended = new LongAdder();
    private final LongAdder closedAgain = new LongAdder();
    private final LongAdder closedElsewhere = new LongAdder();
    private final LongAdder closedOutOfOrder = new LongAdder();
    private final LongAdder abandoned = new LongAdder();

    BlockFactory(SpanSource source, Listener listener) {
        this.source = source;
        this.listener = listener;
    }

    SpanSource source() {
        return source;
    }

    /** Starts a block that belongs to whatever is current, and makes it current. */
    TracedBlock start(String name) {
        TracedBlock block = create(name, currentContext(), PLAIN);
        block.attach();
        return block;
    }

    TracedBlock create(String name, Context parent, SpanSource.Request request) {
        long now = source.nanoTime();
        OwnedSpan span = source.start(name, parent, request, now);
        TracedBlock block = new TracedBlock(this, name, span, parent.with(span), now);
        span.ownedBy(block);
        started.increment();
        return block;
    }

    /** The current context, after blocks that were closed by another thread have been taken off this one. */
    static Context currentContext() {
        Context current = Context.current();
        TracedBlock block = TracedBlock.of(current);
        if (block == null || !block.isClosed()) {
            return current;
        }
        TracedBlock.repair();
        return Context.current();
    }

    long nanoTime() {
        return source.nanoTime();
    }

    void ended(String name, boolean failed, long nanos) {
        ended.increment();
        listener.ended(name, failed, nanos);
    }

    void closedAgain() {
        closedAgain.increment();
    }

    void closedElsewhere() {
        closedElsewhere.increment();
    }

    void closedOutOfOrder() {
        closedOutOfOrder.increment();
    }

    void abandoned() {
        abandoned.increment();
    }

    BlockCounts counts() {
        // Read before the starts, so that a block in between is never counted as ended but not started.
        long endedNow = ended.sum();
        long late = closedOutOfOrder.sum();
        return new BlockCounts(
                started.sum(), endedNow, closedAgain.sum(), closedElsewhere.sum(), late, abandoned.sum() - late);
    }
}
