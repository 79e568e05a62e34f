package io.dharma.tracing.trace;

import io.dharma.tracing.context.Correlation;
import io.dharma.tracing.context.CorrelationContext;
import io.dharma.tracing.internal.sampling.HeadSampler;
import io.dharma.tracing.internal.sampling.NumericTraceId;
import io.dharma.tracing.internal.sampling.TimeOrderedIdGenerator;
import io.dharma.tracing.sampling.KeepPolicy;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Starts spans, for traced blocks and for OpenTelemetry's API alike: gives them their identity, asks the sampler, and
 * sees them off when they end.
 *
 * <p>Thread-safe.
 */
final class SpanSource implements NumericTraceId.Dater {

    private static final long NANOS_PER_MILLISECOND = 1_000_000;
    private static final byte RANDOM =
            TraceFlags.builder().setRandomTraceId(true).build().asByte();
    private static final byte SAMPLED = TraceFlags.getSampled().asByte();

    /** How a sampler learns that the id of a new trace is random: from a parent that is nothing but that flag. */
    private static final Context RANDOM_ROOT = Context.root()
            .with(Span.wrap(SpanContext.create(
                    TraceId.getInvalid(),
                    SpanId.getInvalid(),
                    TraceFlags.builder().setRandomTraceId(true).build(),
                    TraceState.getDefault())));

    private final TimeOrderedIdGenerator ids;
    private final Clock clock;
    private final EpochAnchor anchor;
    private final SpanLimits limits;
    private final Resource resource;
    private final Sampler sampler;
    private final @Nullable KeepBuffer keepBuffer;
    private final SpanExit exit;
    private final @Nullable CorrelatedSpanListener listener;
    private final boolean passesOn;
    private final LongAdder contained = new LongAdder();

    SpanSource(
            TimeOrderedIdGenerator ids,
            Clock clock,
            SpanLimits limits,
            Resource resource,
            Sampler sampler,
            KeepPolicy keep,
            SpanExit exit,
            @Nullable CorrelatedSpanListener listener) {
        this(ids, clock, limits, resource, sampler, keep, exit, listener, false);
    }

    private SpanSource(
            TimeOrderedIdGenerator ids,
            Clock clock,
            SpanLimits limits,
            Resource resource,
            Sampler sampler,
            KeepPolicy keep,
            SpanExit exit,
            @Nullable CorrelatedSpanListener listener,
            boolean passesOn) {
        this.ids = ids;
        this.clock = clock;
        this.anchor = new EpochAnchor(clock);
        this.limits = limits;
        this.resource = resource;
        this.sampler = sampler;
        this.keepBuffer = keep.keepsAnything() ? new KeepBuffer(keep) : null;
        this.exit = exit;
        this.listener = listener;
        this.passesOn = passesOn;
    }

    /** One whose spans are the caller's span once more, without anything of their own. */
    static SpanSource passingOn() {
        return new SpanSource(
                TimeOrderedIdGenerator.create(),
                Clock.getDefault(),
                SpanLimits.getDefault(),
                Resource.empty(),
                Sampler.alwaysOff(),
                KeepPolicy.nothing(),
                span -> {},
                null,
                true);
    }

    SpanLimits limits() {
        return limits;
    }

    Resource resource() {
        return resource;
    }

    long nanoTime() {
        return clock.nanoTime();
    }

    /** When the work of a request began that starts now, as a reading of the monotonic clock. */
    long startNanoTime(Request request) {
        long now = clock.nanoTime();
        return request.startEpochNanos == 0 ? now : request.startEpochNanos - anchor.offsetAt(now);
    }

    /** What the application asked for when it started a span. */
    record Request(
            InstrumentationScopeInfo scope,
            SpanKind kind,
            @Nullable SpanAttributes attributes,
            @Nullable List<LinkData> links,
            int offeredLinks,
            long startEpochNanos) {

        static Request plain(InstrumentationScopeInfo scope) {
            return new Request(scope, SpanKind.INTERNAL, null, null, 0, 0);
        }
    }

    /** Starts a span as a child of what {@code parentContext} holds. */
    OwnedSpan start(String name, Context parentContext, Request request) {
        Span parent = Span.fromContext(parentContext);
        SpanContext parentIdentity = identityOf(parent);
        if (passesOn) {
            return new UnsampledSpan(parentIdentity);
        }
        try {
            return start(name, parentContext, parent, parentIdentity, request);
        } catch (Throwable hostile) {
            // What the sampler answered may be the application's own, too.
            contain(hostile);
            return new UnsampledSpan(identityUnder(parentIdentity));
        }
    }

    private OwnedSpan start(
            String name, Context parentContext, Span parent, SpanContext parentIdentity, Request request) {
        boolean isRoot = !parentIdentity.isValid();
        CorrelationContext heard = listener == null ? null : Correlation.from(parentContext);
        NumericTraceId traceId = isRoot ? newTraceId() : LocalSpanContext.traceIdOf(parentIdentity);
        SamplingResult sampling =
                sample(isRoot ? withRandomFlag(parentContext) : parentContext, traceId, name, request);
        LocalTrace parentTrace = localTraceOf(parent);
        byte flags = flags(sampling.getDecision(), isRoot, parentIdentity);
        TraceState state = sampling.getUpdatedTraceState(parentIdentity.getTraceState());
        boolean recorded = isRecorded(sampling.getDecision(), parentTrace);
        if (!recorded && heard == null) {
            // Without a look at the clock, which is a quarter of what all this costs.
            return new UnsampledSpan(new LocalSpanContext(traceId, ids.randomBits(), flags, state));
        }

        long nanoTime = clock.nanoTime();
        if (isRoot && traceId.isUndated()) {
            traceId.date(highHalf(nanoTime));
        }
        LocalSpanContext identity = new LocalSpanContext(traceId, ids.randomBits(), flags, state);
        boolean entry = heard != null && isEntry(heard, parent, parentIdentity);
        if (!recorded && heard != null) {
            long epochOffset = epochOffset(parent, nanoTime);
            return unsampledHop(name, identity, parentIdentity, heard, entry, request, nanoTime, epochOffset);
        }
        LocalTrace localTrace =
                parentTrace != null ? parentTrace : newLocalTrace(identity, epochOffset(parent, nanoTime));
        RecordedSpan span = new RecordedSpan(
                this,
                request.scope,
                identity,
                isRoot ? SpanContext.getInvalid() : parentIdentity,
                name,
                request.kind,
                localTrace,
                parentTrace == null,
                request.startEpochNanos != 0 ? request.startEpochNanos : nanoTime + localTrace.epochOffset(),
                heard,
                entry);
        SpanAttributes attributes = withSamplingAttributes(request.attributes, sampling);
        span.startWith(withCorrelation(attributes, parentContext), request.links, request.offeredLinks);
        if (!identity.isSampled()) {
            // Last, for what fails before gives a span that nobody ends.
            localTrace.startedUnsampled();
        }
        return span;
    }

    private UnsampledHop unsampledHop(
            String name,
            LocalSpanContext identity,
            SpanContext parent,
            CorrelationContext correlation,
            boolean entry,
            Request request,
            long nanoTime,
            long epochOffset) {
        long startNanoTime = request.startEpochNanos == 0 ? nanoTime : request.startEpochNanos - epochOffset;
        return new UnsampledHop(this, identity, parent, correlation, entry, name, request, startNanoTime, epochOffset);
    }

    /** Whether the request enters this process with a span, or its correlation begins: its caller is not known here. */
    private static boolean isEntry(CorrelationContext correlation, Span parent, SpanContext parentIdentity) {
        if (!parentIdentity.isValid() || parentIdentity.isRemote()) {
            return true;
        }
        CorrelationContext caller = parent instanceof OwnedSpan owned ? owned.heardCorrelation() : null;
        return caller == null || !caller.correlationId().equals(correlation.correlationId());
    }

    private NumericTraceId newTraceId() {
        return NumericTraceId.undated(ids.randomBits(), this);
    }

    private LocalTrace newLocalTrace(LocalSpanContext localRoot, long epochOffset) {
        return new LocalTrace(epochOffset, localRoot.isSampled() ? null : keepBuffer);
    }

    /** The parent's, so that a step of the wall clock does not put a span outside of what called it. */
    private long epochOffset(Span parent, long nanoTime) {
        return parent instanceof OwnedSpan owned && owned.isTimed() ? owned.epochOffset() : anchor.offsetAt(nanoTime);
    }

    /** A parent may be the application's own; if it does not behave, there is none. */
    private SpanContext identityOf(Span parent) {
        try {
            SpanContext identity = parent.getSpanContext();
            return isUsable(identity) ? identity : SpanContext.getInvalid();
        } catch (Throwable hostile) {
            contain(hostile);
            return SpanContext.getInvalid();
        }
    }

    /** Whether an identity is valid indeed: an exporter that found out later would fail with a whole batch. */
    private boolean isUsable(SpanContext identity) {
        try {
            return identity instanceof LocalSpanContext
                    || (identity.isValid()
                            && TraceId.isValid(identity.getTraceId())
                            && SpanId.isValid(identity.getSpanId())
                            && identity.getTraceFlags() != null
                            && identity.getTraceState() != null);
        } catch (Throwable hostile) {
            contain(hostile);
            return false;
        }
    }

    @Override
    public long highHalf() {
        return highHalf(clock.nanoTime());
    }

    private long highHalf(long nanoTime) {
        return ids.highHalf((nanoTime + anchor.offsetAt(nanoTime)) / NANOS_PER_MILLISECOND);
    }

    /** A sampler may be the application's own; if it fails, the trace is dropped rather than the request. */
    private SamplingResult sample(Context parent, NumericTraceId traceId, String name, Request request) {
        try {
            return HeadSampler.ask(
                    sampler,
                    parent,
                    traceId,
                    name,
                    request.kind,
                    request.attributes == null ? Attributes.empty() : request.attributes,
                    request.links == null ? List.of() : Collections.unmodifiableList(request.links));
        } catch (Throwable hostile) {
            contain(hostile);
            return SamplingResult.drop();
        }
    }

    private LocalSpanContext identityUnder(SpanContext parent) {
        boolean isRoot = !parent.isValid();
        return new LocalSpanContext(
                isRoot ? newTraceId() : LocalSpanContext.traceIdOf(parent),
                ids.randomBits(),
                flags(SamplingDecision.DROP, isRoot, parent),
                parent.getTraceState());
    }

    private static Context withRandomFlag(Context parent) {
        return parent == Context.root() ? RANDOM_ROOT : parent.with(Span.fromContext(RANDOM_ROOT));
    }

    private static byte flags(SamplingDecision decision, boolean isRoot, SpanContext parent) {
        boolean random = isRoot || parent.getTraceFlags().isTraceIdRandom();
        boolean sampled = decision == SamplingDecision.RECORD_AND_SAMPLE;
        return (byte) ((random ? RANDOM : 0) | (sampled ? SAMPLED : 0));
    }

    private static @Nullable LocalTrace localTraceOf(Span parent) {
        return parent instanceof RecordedSpan recorded ? recorded.trace() : null;
    }

    /** A dropped span is recorded all the same if its trace may yet be kept. */
    private boolean isRecorded(SamplingDecision decision, @Nullable LocalTrace localTrace) {
        if (decision != SamplingDecision.DROP) {
            return true;
        }
        return localTrace == null ? keepBuffer != null : localTrace.mayBeKept();
    }

    SpanAttributes newAttributes() {
        return new SpanAttributes(limits.getMaxNumberOfAttributes(), limits.getMaxAttributeValueLength());
    }

    private @Nullable SpanAttributes withSamplingAttributes(
            @Nullable SpanAttributes attributes, SamplingResult sampling) {
        Attributes additional = sampling.getAttributes();
        if (additional.isEmpty()) {
            return attributes;
        }
        SpanAttributes merged = attributes == null ? newAttributes() : attributes;
        shield(() -> additional.forEach(merged::put));
        return merged;
    }

    /** Without a correlation it costs a look into the context, and no memory. */
    private @Nullable SpanAttributes withCorrelation(@Nullable SpanAttributes attributes, Context context) {
        String correlationId = Correlation.idIn(context);
        if (correlationId == null) {
            return attributes;
        }
        SpanAttributes correlated = attributes == null ? newAttributes() : attributes;
        correlated.putPlain(Correlation.ATTRIBUTE.getKey(), correlationId);
        return correlated;
    }

    /** A span of this source ended. */
    void ended(RecordedSpan span) {
        if (span.heardCorrelation() != null) {
            endedCorrelated(span);
        }
        if (span.getSpanContext().isSampled()) {
            exit.accept(span);
        } else {
            span.trace().endedUnsampled(span, span.isLocalRoot(), exit);
        }
    }

    /** A span that has a correlation ended; the listener may be the application's own. */
    void endedCorrelated(CorrelatedSpan span) {
        CorrelatedSpanListener interested = listener;
        if (interested != null) {
            try {
                interested.ended(span);
            } catch (Throwable hostile) {
                contain(hostile);
            }
        }
    }

    SpanAttributes limitedForEvent(@Nullable Attributes given) {
        return limited(given, limits.getMaxNumberOfAttributesPerEvent());
    }

    /** A link as it may be recorded; null if there is nothing to link to. */
    @Nullable
    LinkData link(@Nullable SpanContext linked, @Nullable Attributes attributes) {
        if (linked == null || !isUsable(linked)) {
            return null;
        }
        SpanAttributes limited = limited(attributes, limits.getMaxNumberOfAttributesPerLink());
        return LinkData.create(linked, limited, limited.totalAdded());
    }

    private SpanAttributes limited(@Nullable Attributes given, int maxCount) {
        SpanAttributes limited = new SpanAttributes(maxCount, limits.getMaxAttributeValueLength());
        if (given != null) {
            shield(() -> given.forEach(limited::put));
        }
        return limited;
    }

    /** Runs what calls into somebody else's object; whatever that throws ends here, counted. */
    void shield(Runnable call) {
        try {
            call.run();
        } catch (Throwable hostile) {
            contain(hostile);
        }
    }

    /** Keeps from the application what one of its objects threw, errors of the machine included; see the rationale. */
    void contain(Throwable hostile) {
        if (hostile instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        contained.increment();
    }

    /** How often an object of the application threw at us, and was contained. */
    long contained() {
        return contained.sum();
    }

    KeptCounts keptCounts() {
        return keepBuffer == null ? KeptCounts.NONE : keepBuffer.counts();
    }

    /** Nothing waits for its root any longer. */
    void close() {
        if (keepBuffer != null) {
            keepBuffer.close();
        }
    }
}
