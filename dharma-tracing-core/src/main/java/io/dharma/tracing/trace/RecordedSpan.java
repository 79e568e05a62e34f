package io.dharma.tracing.trace;

import io.dharma.tracing.context.CorrelationContext;
import io.dharma.tracing.internal.trace.FinishedSpan;
import io.dharma.tracing.internal.trace.SpanSize;
import io.dharma.tracing.sampling.KeepReason;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.common.InstrumentationLibraryInfo;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A span that is being recorded.
 *
 * <p>It implements OpenTelemetry's span interfaces in place of the SDK's own span for three reasons, measured in
 * {@code docs/figures.md}: it costs the caller about half; an exception is handed over as it is and rendered by the
 * exporting thread; and nothing that a hostile throwable, list or attribute set does reaches the caller.
 *
 * <p>Thread-safe; guarded by itself. After its end it does not change any more, so the exporting thread reads it
 * without copying.
 */
final class RecordedSpan extends OwnedSpan implements ReadWriteSpan, CorrelatedSpan {

    /** The object itself with its identity, as they stand on a 64-bit heap, rounded up. */
    private static final int OWN_BYTES = 320;

    private static final int EVENT_BYTES = 96;
    private static final int LINK_BYTES = 160;
    private static final int SHORT_TEXT = 64;

    static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

    private final SpanSource source;
    private final InstrumentationScopeInfo scope;
    private final SpanContext context;
    private final SpanContext parent;
    private final SpanKind kind;
    private final LocalTrace trace;
    private final boolean localRoot;
    private final boolean entry;
    private final @Nullable CorrelationContext correlation;
    private final long startEpochNanos;

    private String name;
    private @Nullable SpanAttributes attributes;
    private @Nullable List<SpanEvent> events;
    private @Nullable List<LinkData> links;
    private int totalEvents;
    private int totalLinks;
    private StatusCode status = StatusCode.UNSET;
    private @Nullable String statusDescription;
    private @Nullable Throwable failure;
    private long endEpochNanos;
    private boolean nested;
    private volatile boolean ended;

    RecordedSpan(
            SpanSource source,
            InstrumentationScopeInfo scope,
            SpanContext context,
            SpanContext parent,
            String name,
            SpanKind kind,
            LocalTrace trace,
            boolean localRoot,
            long startEpochNanos,
            @Nullable CorrelationContext correlation,
            boolean entry) {
        this.source = source;
        this.scope = scope;
        this.context = context;
        this.parent = parent;
        this.name = name;
        this.kind = kind;
        this.trace = trace;
        this.localRoot = localRoot;
        this.startEpochNanos = startEpochNanos;
        this.correlation = correlation;
        this.entry = entry;
    }

    LocalTrace trace() {
        return trace;
    }

    boolean isLocalRoot() {
        return localRoot;
    }

    /** Null unless somebody listens to spans of requests that have one. */
    @Override
    @Nullable
    CorrelationContext heardCorrelation() {
        return correlation;
    }

    // Attributes

    @Override
    public ReadWriteSpan setAttribute(@Nullable String key, @Nullable String value) {
        return plain(key, value);
    }

    @Override
    public ReadWriteSpan setAttribute(@Nullable String key, long value) {
        return plain(key, value);
    }

    @Override
    public ReadWriteSpan setAttribute(@Nullable String key, double value) {
        return plain(key, value);
    }

    @Override
    public ReadWriteSpan setAttribute(@Nullable String key, boolean value) {
        return plain(key, value);
    }

    @Override
    public ReadWriteSpan setAttribute(@Nullable String key, @Nullable Value<?> value) {
        return key == null ? this : setAttribute(AttributeKey.valueKey(key), value);
    }

    private synchronized RecordedSpan plain(@Nullable String key, @Nullable Object value) {
        if (key != null && value != null && !ended) {
            writableAttributes().putPlain(key, value);
        }
        return this;
    }

    @Override
    public <T> ReadWriteSpan setAttribute(@Nullable AttributeKey<T> key, @Nullable T value) {
        if (key != null && value != null) {
            source.shield(() -> putTyped(key, value));
        }
        return this;
    }

    private synchronized void putTyped(AttributeKey<?> key, Object value) {
        if (!ended) {
            writableAttributes().put(key, value);
        }
    }

    @Override
    public ReadWriteSpan setAllAttributes(@Nullable Attributes all) {
        if (all != null) {
            source.shield(() -> all.forEach(this::putTyped));
        }
        return this;
    }

    private SpanAttributes writableAttributes() {
        SpanAttributes existing = attributes;
        if (existing == null) {
            existing = source.newAttributes();
            attributes = existing;
        }
        return existing;
    }

    /** Hands over attributes that a builder collected; only before the span is published. */
    void startWith(@Nullable SpanAttributes initial, @Nullable List<LinkData> initialLinks, int offeredLinks) {
        attributes = initial;
        links = initialLinks;
        totalLinks = offeredLinks;
    }

    // Events, exceptions, links

    @Override
    public ReadWriteSpan addEvent(@Nullable String name) {
        return event(name, Attributes.empty(), now());
    }

    @Override
    public ReadWriteSpan addEvent(@Nullable String name, long timestamp, @Nullable TimeUnit unit) {
        return unit == null ? this : event(name, Attributes.empty(), unit.toNanos(timestamp));
    }

    @Override
    public ReadWriteSpan addEvent(@Nullable String name, @Nullable Attributes attributes) {
        return event(name, attributes, now());
    }

    @Override
    public ReadWriteSpan addEvent(
            @Nullable String name, @Nullable Attributes attributes, long timestamp, @Nullable TimeUnit unit) {
        return unit == null ? this : event(name, attributes, unit.toNanos(timestamp));
    }

    private RecordedSpan event(@Nullable String name, @Nullable Attributes attributes, long epochNanos) {
        if (name != null) {
            add(new SpanEvent(epochNanos, name, source.limitedForEvent(attributes), null));
        }
        return this;
    }

    /** Records the throwable as it is; its text is made by the exporting thread. */
    @Override
    public ReadWriteSpan recordException(@Nullable Throwable exception) {
        return recordException(exception, Attributes.empty());
    }

    @Override
    public ReadWriteSpan recordException(@Nullable Throwable exception, @Nullable Attributes additional) {
        if (exception != null && !ended) {
            trace.isFirstSightOf(exception);
            add(SpanEvent.exception(now(), exception, source.limitedForEvent(additional)));
        }
        return this;
    }

    private synchronized void add(SpanEvent event) {
        if (ended) {
            return;
        }
        totalEvents++;
        List<SpanEvent> existing = events;
        if (existing == null) {
            existing = new ArrayList<>(2);
            events = existing;
        }
        if (existing.size() < source.limits().getMaxNumberOfEvents()) {
            existing.add(event);
        }
    }

    @Override
    public Span addLink(@Nullable SpanContext linked) {
        return addLink(linked, Attributes.empty());
    }

    @Override
    public Span addLink(@Nullable SpanContext linked, @Nullable Attributes attributes) {
        LinkData link = source.link(linked, attributes);
        if (link != null) {
            add(link);
        }
        return this;
    }

    private synchronized void add(LinkData link) {
        if (ended) {
            return;
        }
        totalLinks++;
        List<LinkData> existing = links;
        if (existing == null) {
            existing = new ArrayList<>(2);
            links = existing;
        }
        if (existing.size() < source.limits().getMaxNumberOfLinks()) {
            existing.add(link);
        }
    }

    // Name, status

    @Override
    public synchronized ReadWriteSpan updateName(@Nullable String newName) {
        if (newName != null && !ended) {
            name = newName;
        }
        return this;
    }

    /** As the specification says: OK is final, UNSET changes nothing, only ERROR has a description. */
    @Override
    public synchronized ReadWriteSpan setStatus(@Nullable StatusCode code, @Nullable String description) {
        if (code == null || code == StatusCode.UNSET || status == StatusCode.OK || ended) {
            return this;
        }
        status = code;
        statusDescription = code == StatusCode.ERROR ? description : null;
        return this;
    }

    /**
     * Marks the span as failed by a throwable, and records the throwable unless an inner block of this trace has
     * already done so.
     */
    @Override
    void failedBy(Throwable throwable) {
        if (ended) {
            // What is not recorded here must still be new to the blocks around.
            return;
        }
        boolean first = trace.isFirstSightOf(throwable);
        markFailed(throwable);
        if (first) {
            add(SpanEvent.exception(now(), throwable, source.limitedForEvent(null)));
        }
    }

    private synchronized void markFailed(Throwable throwable) {
        if (ended || status == StatusCode.OK) {
            return;
        }
        status = StatusCode.ERROR;
        failure = throwable;
        writableAttributes().putPlain(ERROR_TYPE.getKey(), throwable.getClass().getName());
    }

    /** Whether an ended span failed. Asked once for every span, so without the lock, which nothing ended needs. */
    @Override
    public boolean hasFailed() {
        return ended && status == StatusCode.ERROR;
    }

    @Override
    boolean isTimed() {
        return true;
    }

    @Override
    long startNanoTime() {
        return startEpochNanos - trace.epochOffset();
    }

    @Override
    long epochOffset() {
        return trace.epochOffset();
    }

    // The end

    @Override
    public void end() {
        end(source.nanoTime(), false);
    }

    @Override
    public void end(long timestamp, @Nullable TimeUnit unit) {
        if (timestamp == 0) {
            end();
        } else if (finish(unit == null ? timestamp : unit.toNanos(timestamp), false)) {
            source.ended(this);
        }
    }

    @Override
    void end(long nanoTime, boolean nestedBlock) {
        if (finish(nanoTime + trace.epochOffset(), nestedBlock)) {
            source.ended(this);
        }
    }

    private synchronized boolean finish(long epochNanos, boolean nestedBlock) {
        if (ended) {
            return false;
        }
        endEpochNanos = epochNanos;
        nested = nestedBlock;
        ended = true;
        return true;
    }

    @Override
    public boolean isRecording() {
        return !ended;
    }

    private long now() {
        return source.nanoTime() + trace.epochOffset();
    }

    // What is read back

    @Override
    public SpanContext getSpanContext() {
        return context;
    }

    @Override
    public SpanContext getParentSpanContext() {
        return parent;
    }

    /** Of an ended span without its lock, as in {@link #toSpanData}. */
    @Override
    public String getName() {
        return ended ? name : currentName();
    }

    private synchronized String currentName() {
        return name;
    }

    @Override
    public SpanKind getKind() {
        return kind;
    }

    @Override
    public InstrumentationScopeInfo getInstrumentationScopeInfo() {
        return scope;
    }

    @Override
    @Deprecated
    public InstrumentationLibraryInfo getInstrumentationLibraryInfo() {
        return InstrumentationLibraryInfo.create(scope.getName(), scope.getVersion());
    }

    @Override
    public boolean hasEnded() {
        return ended;
    }

    @Override
    public long getLatencyNanos() {
        return (ended ? endEpochNanos : now()) - startEpochNanos;
    }

    @Override
    public synchronized <T> @Nullable T getAttribute(AttributeKey<T> key) {
        return attributes == null ? null : attributes.get(key);
    }

    @Override
    public synchronized Attributes getAttributes() {
        return attributes == null ? Attributes.empty() : attributes.copy();
    }

    @Override
    public CorrelationContext correlation() {
        return Objects.requireNonNull(correlation, "only spans that have one are handed to listeners");
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
    public long startEpochNanos() {
        return startEpochNanos;
    }

    @Override
    public long endEpochNanos() {
        return endEpochNanos;
    }

    /** What failed it knows best, then who says so, then what was seen on the way. */
    @Override
    public @Nullable String errorType() {
        if (!hasFailed()) {
            return null;
        }
        Throwable cause = failure;
        if (cause != null) {
            return cause.getClass().getName();
        }
        String said = attributes == null ? null : attributes.get(ERROR_TYPE);
        return said == null ? lastException() : said;
    }

    private @Nullable String lastException() {
        Throwable last = null;
        if (events != null) {
            for (SpanEvent event : events) {
                last = event.exception() == null ? last : event.exception();
            }
        }
        return last == null ? null : last.getClass().getName();
    }

    @Override
    public List<SpanContext> linkedSpans() {
        List<LinkData> linked = links;
        return linked == null
                ? List.of()
                : linked.stream().map(LinkData::getSpanContext).toList();
    }

    /**
     * What this span takes on the heap once it has ended, roughly; throwables and attribute keys are shared with the
     * application. Without the lock: the volatile read of {@code ended} shows all that was written before.
     */
    @Override
    public long estimatedBytes() {
        if (!ended) {
            return OWN_BYTES;
        }
        long bytes = OWN_BYTES + textBytes(name) + textBytes(statusDescription);
        if (attributes != null) {
            bytes += attributes.estimatedBytes();
        }
        if (events != null) {
            for (SpanEvent event : events) {
                bytes += EVENT_BYTES + textBytes(event.name()) + event.estimatedBytes();
            }
        }
        if (links != null) {
            for (LinkData link : links) {
                bytes += LINK_BYTES + SpanSize.of(link.getAttributes());
            }
        }
        return bytes;
    }

    /** Most names are constants of the application and not this span's; a long one is more likely made for it. */
    private static long textBytes(@Nullable String text) {
        return text == null || text.length() <= SHORT_TEXT ? 0 : 2L * text.length();
    }

    /**
     * The exported form. Renders exceptions, so it is called where time does not matter: on the exporting thread. An
     * ended span is read without its lock, for it does not change any more, and whoever still holds it must not wait
     * for a throwable that takes its time to say what it is.
     */
    @Override
    public SpanData toSpanData() {
        if (ended) {
            return exported();
        }
        synchronized (this) {
            return exported();
        }
    }

    private SpanData exported() {
        return new FinishedSpan(
                context,
                parent,
                source.resource(),
                scope,
                name,
                kind,
                startEpochNanos,
                endEpochNanos,
                ended,
                exportedAttributes(),
                exportedAttributeCount(),
                SpanEvent.toEventData(events, source.limits()),
                totalEvents,
                links == null ? List.of() : List.copyOf(links),
                totalLinks,
                exportedStatus());
    }

    private Attributes exportedAttributes() {
        SpanAttributes recorded = attributes;
        KeepReason keptReason = trace.keptReason();
        if (keptReason == null) {
            return recorded == null ? Attributes.empty() : ended ? recorded : recorded.copy();
        }
        Attributes present = recorded == null ? Attributes.empty() : recorded;
        return present.toBuilder().put(KeepReason.ATTRIBUTE, keptReason.value()).build();
    }

    private int exportedAttributeCount() {
        int recorded = attributes == null ? 0 : attributes.totalAdded();
        return trace.keptReason() == null ? recorded : recorded + 1;
    }

    private StatusData exportedStatus() {
        String description = statusDescription;
        Throwable cause = failure;
        if (description == null && cause != null) {
            description = ThrowableText.message(cause, source.limits().getMaxAttributeValueLength());
        }
        return StatusData.create(status, description == null ? "" : description);
    }

    @Override
    public String toString() {
        return "RecordedSpan{" + getName() + ", " + context + "}";
    }
}
