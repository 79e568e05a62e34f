package io.dharma.tracing.trace;

import io.dharma.tracing.context.CorrelationContext;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.LinkData;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A span that the sampler dropped, of a request that has a correlation: it remembers what somebody wants to know who
 * reads the request's chain, and forgets attributes and events.
 *
 * <p>Thread-safe; guarded by itself. After its end it does not change any more.
 */
final class UnsampledHop extends UnsampledSpan implements CorrelatedSpan {

    /** With its identity, as they stand on a 64-bit heap, rounded up. */
    private static final int OWN_BYTES = 240;

    private static final int LINK_BYTES = 120;
    private static final int SHORT_TEXT = 64;

    private final SpanSource source;
    private final CorrelationContext correlation;
    private final SpanContext parent;
    private final boolean entry;
    private final SpanKind kind;
    private final long startNanoTime;
    private final long epochOffset;

    private String name;
    private @Nullable List<SpanContext> links;
    private StatusCode status = StatusCode.UNSET;
    private @Nullable Class<?> failure;
    private long endEpochNanos;
    private boolean nested;
    private volatile boolean ended;

    UnsampledHop(
            SpanSource source,
            SpanContext context,
            SpanContext parent,
            CorrelationContext correlation,
            boolean entry,
            String name,
            SpanSource.Request request,
            long startNanoTime,
            long epochOffset) {
        super(context);
        this.source = source;
        this.parent = parent;
        this.correlation = correlation;
        this.entry = entry;
        this.name = name;
        this.kind = request.kind();
        this.startNanoTime = startNanoTime;
        this.epochOffset = epochOffset;
        if (request.links() != null) {
            request.links().forEach(link -> add(link.getSpanContext()));
        }
    }

    @Override
    CorrelationContext heardCorrelation() {
        return correlation;
    }

    // What happens to it

    @Override
    public Span addLink(@Nullable SpanContext linked) {
        return addLink(linked, Attributes.empty());
    }

    @Override
    public Span addLink(@Nullable SpanContext linked, @Nullable Attributes attributes) {
        LinkData link = source.link(linked, Attributes.empty());
        if (link != null) {
            add(link.getSpanContext());
        }
        return this;
    }

    private synchronized void add(SpanContext linked) {
        List<SpanContext> existing = links;
        if (existing == null) {
            existing = new ArrayList<>(2);
            links = existing;
        }
        if (!ended && existing.size() < source.limits().getMaxNumberOfLinks()) {
            existing.add(linked);
        }
    }

    @Override
    public synchronized Span updateName(@Nullable String newName) {
        if (newName != null && !ended) {
            name = newName;
        }
        return this;
    }

    @Override
    public synchronized Span setStatus(@Nullable StatusCode code, @Nullable String description) {
        if (code != null && code != StatusCode.UNSET && status != StatusCode.OK && !ended) {
            status = code;
        }
        return this;
    }

    @Override
    synchronized void failedBy(Throwable throwable) {
        if (!ended && status != StatusCode.OK) {
            status = StatusCode.ERROR;
            failure = throwable.getClass();
        }
    }

    // The end

    @Override
    boolean isTimed() {
        return true;
    }

    @Override
    long startNanoTime() {
        return startNanoTime;
    }

    @Override
    public void end() {
        end(source.nanoTime(), false);
    }

    @Override
    public void end(long timestamp, @Nullable TimeUnit unit) {
        if (timestamp == 0) {
            end();
        } else {
            finish(unit == null ? timestamp : unit.toNanos(timestamp), false);
        }
    }

    @Override
    void end(long nanoTime, boolean nestedBlock) {
        finish(nanoTime + epochOffset, nestedBlock);
    }

    private void finish(long epochNanos, boolean nestedBlock) {
        synchronized (this) {
            if (ended) {
                return;
            }
            endEpochNanos = epochNanos;
            nested = nestedBlock;
            ended = true;
        }
        source.endedCorrelated(this);
    }

    // What is read back, by somebody who was handed it at its end: without the lock, for it does not change any more

    @Override
    public CorrelationContext correlation() {
        return correlation;
    }

    @Override
    public SpanContext getParentSpanContext() {
        return parent;
    }

    @Override
    public boolean isEntry() {
        return entry;
    }

    @Override
    public boolean isNested() {
        return nested;
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public SpanKind getKind() {
        return kind;
    }

    @Override
    public long startEpochNanos() {
        return startNanoTime + epochOffset;
    }

    @Override
    public long endEpochNanos() {
        return endEpochNanos;
    }

    @Override
    public boolean hasFailed() {
        return status == StatusCode.ERROR;
    }

    @Override
    public @Nullable String errorType() {
        Class<?> type = failure;
        return type == null ? null : type.getName();
    }

    @Override
    public List<SpanContext> linkedSpans() {
        List<SpanContext> linked = links;
        return linked == null ? List.of() : linked;
    }

    @Override
    public long estimatedBytes() {
        long bytes = OWN_BYTES + (name.length() <= SHORT_TEXT ? 0 : 2L * name.length());
        return bytes + (long) LINK_BYTES * linkedSpans().size();
    }
}
