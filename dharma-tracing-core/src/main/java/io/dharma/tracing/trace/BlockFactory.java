package io.dharma.tracing.trace;

import io.dharma.tracing.internal.metrics.BlockMetrics;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Starts blocks, and counts what became of them. Thread-safe. */
final class BlockFactory {

    static final InstrumentationScopeInfo SCOPE = InstrumentationScopeInfo.create("io.dharma.tracing");

    private static final SpanSource.Request PLAIN = SpanSource.Request.plain(SCOPE);

    private final SpanSource source;
    private final @Nullable BlockMetrics metrics;
    private final @Nullable FailureListener failures;
    private final LongAdder started = new LongAdder();
    private final LongAdder ended = new LongAdder();
    private final LongAdder closedAgain = new LongAdder();
    private final LongAdder closedElsewhere = new LongAdder();
    private final LongAdder closedOutOfOrder = new LongAdder();
    private final LongAdder abandoned = new LongAdder();

    BlockFactory(SpanSource source, @Nullable BlockMetrics metrics, @Nullable FailureListener failures) {
        this.source = source;
        this.metrics = metrics;
        this.failures = failures;
    }

    SpanSource source() {
        return source;
    }

    /** Starts a block that belongs to whatever is current, and makes it current. */
    TracedBlock start(String name) {
        Context parent = currentContext();
        TracedBlock block = create(name, parent, PLAIN);
        block.attach(parent);
        return block;
    }

    TracedBlock create(String name, Context parent, SpanSource.Request request) {
        OwnedSpan span = source.start(name, parent, request);
        TracedBlock block = new TracedBlock(this, name, span, parent.with(span), startNanoTime(span, request));
        span.ownedBy(block);
        started.increment();
        return block;
    }

    /** As the span says that has to know; of another one only if somebody wants to know how long it takes. */
    private long startNanoTime(OwnedSpan span, SpanSource.Request request) {
        if (span.isTimed()) {
            return span.startNanoTime();
        }
        return isMeasuring() ? source.startNanoTime(request) : 0;
    }

    /** The current context, after blocks that are over have been taken off this thread. */
    static Context currentContext() {
        Context current = Context.current();
        TracedBlock block = TracedBlock.of(current);
        return block != null && block.isOverHere() ? TracedBlock.repair(current) : current;
    }

    /** Whether somebody wants to know how long blocks take that are not recorded. */
    boolean isMeasuring() {
        return metrics != null;
    }

    long nanoTime() {
        return source.nanoTime();
    }

    /** The listener may be the application's own. */
    void failed(Throwable throwable, TracedBlock block) {
        if (failures != null) {
            try {
                failures.failed(throwable, block);
            } catch (Throwable hostile) {
                source.contain(hostile);
            }
        }
    }

    void ended(TracedBlock block, boolean failed, long nanos) {
        ended.increment();
        if (metrics != null) {
            metrics.record(block.name(), failed, nanos, block.context());
        }
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
