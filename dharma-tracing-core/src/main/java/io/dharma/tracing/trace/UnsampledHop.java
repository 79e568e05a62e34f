package io.dharma.tracing.trace;

import io.dharma.tracing.context.CorrelationContext;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.LinkData;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A span that the sampler dropped, of a request that has a correlation: it remembers what somebody wants to know who
 * reads the request's chain, and forgets attributes and events but for what tells the kind of a failure.
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
    private @Nullable Class<?> lastException;
    private @Nullable String errorType;
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
        if (request.attributes() != null) {
            this.errorType = request.attributes().get(RecordedSpan.ERROR_TYPE);
        }
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
        if (ended) {
            return;
        }
        List<SpanContext> existing = links;
        if (existing == null) {
            existing = new ArrayList<>(2);
            links = existing;
        }
        if (existing.size() < source.limits().getMaxNumberOfLinks()) {
            existing.add(linked);
        }
    }

    @Override
    public Span setAttribute(@Nullable String key, @Nullable String value) {
        if (value != null && RecordedSpan.ERROR_TYPE.getKey().equals(key)) {
            errorType(value);
        }
        return this;
    }

    @Override
    public <T> Span setAttribute(@Nullable AttributeKey<T> key, @Nullable T value) {
        if (key != null && value instanceof String text) {
            source.shield(() -> setAttribute(key.getKey(), text));
        }
        return this;
    }

    @Override
    public Span setAllAttributes(@Nullable Attributes all) {
        if (all != null) {
            source.shield(() -> setAttribute(RecordedSpan.ERROR_TYPE, all.get(RecordedSpan.ERROR_TYPE)));
        }
        return this;
    }

    private synchronized void errorType(String type) {
        if (!ended) {
            int length = SpanAttributes.lengthWithin(type, source.limits().getMaxAttributeValueLength());
            errorType = type.substring(0, length);
        }
    }

    /** None of its methods are called: whether it is the reason for a failure, the status says. */
    @Override
    public synchronized Span recordException(@Nullable Throwable exception, @Nullable Attributes additional) {
        if (exception != null && !ended) {
            lastException = exception.getClass();
        }
        return this;
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
    long epochOffset() {
        return epochOffset;
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
        if (!hasFailed()) {
            return null;
        }
        if (failure != null) {
            return failure.getName();
        }
        Class<?> seen = lastException;
        return errorType != null || seen == null ? errorType : seen.getName();
    }

    @Override
    public List<SpanContext> linkedSpans() {
        List<SpanContext> linked = links;
        return linked == null ? List.of() : Collections.unmodifiableList(linked);
    }

    @Override
    public long estimatedBytes() {
        long bytes = OWN_BYTES + textBytes(name) + textBytes(errorType);
        return bytes + (long) LINK_BYTES * linkedSpans().size();
    }

    /** As for recorded spans: short ones are most likely constants of the application. */
    private static long textBytes(@Nullable String text) {
        return text == null || text.length() <= SHORT_TEXT ? 0 : 2L * text.length();
    }
}
