package io.dharma.tracing.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Describes a block before it starts. What is set here is known to the sampler; what is set on the block is not.
 *
 * <p>One thread at a time, and for one block: what was collected goes to the first block that is started. No method
 * throws for null, which always means "nothing".
 */
public final class TracedBlockBuilder {

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final @Nullable DharmaTracer tracer;
    private final String name;
    private final @Nullable SpanDraft draft;
    private @Nullable Context parent;

    TracedBlockBuilder(DharmaTracer tracer, BlockFactory factory, String name) {
        this.tracer = tracer;
        this.name = name;
        this.draft = new SpanDraft(factory.source());
    }

    private TracedBlockBuilder() {
        this.tracer = null;
        this.name = "";
        this.draft = null;
    }

    /** For a tracer that is not started: collects nothing, starts nothing, runs the body all the same. */
    static TracedBlockBuilder inert() {
        return new TracedBlockBuilder();
    }

    /** Whether the block serves, calls, sends, receives, or is internal, which is the default. */
    public TracedBlockBuilder kind(@Nullable SpanKind kind) {
        if (draft != null && kind != null) {
            draft.kind(kind);
        }
        return this;
    }

    /** Sets an attribute; null for either does nothing, a second value under the same name replaces the first. */
    public TracedBlockBuilder attribute(@Nullable String key, @Nullable String value) {
        return plain(key, value);
    }

    /** Sets a whole number; see {@link #attribute(String, String)}. */
    public TracedBlockBuilder attribute(@Nullable String key, long value) {
        return plain(key, value);
    }

    /** Sets a number; see {@link #attribute(String, String)}. */
    public TracedBlockBuilder attribute(@Nullable String key, double value) {
        return plain(key, value);
    }

    /** Sets a truth value; see {@link #attribute(String, String)}. */
    public TracedBlockBuilder attribute(@Nullable String key, boolean value) {
        return plain(key, value);
    }

    private TracedBlockBuilder plain(@Nullable String key, @Nullable Object value) {
        if (draft != null) {
            draft.plain(key, value);
        }
        return this;
    }

    /** Sets an attribute of any of OpenTelemetry's types, lists included; a list is copied. */
    public <T> TracedBlockBuilder attribute(@Nullable AttributeKey<T> key, @Nullable T value) {
        if (draft != null) {
            draft.typed(key, value);
        }
        return this;
    }

    /** Sets several attributes at once. */
    public TracedBlockBuilder attributes(@Nullable Attributes attributes) {
        if (draft != null) {
            draft.all(attributes);
        }
        return this;
    }

    /** Links the block to a span of this or another trace. */
    public TracedBlockBuilder link(@Nullable SpanContext linked) {
        return link(linked, Attributes.empty());
    }

    /** Links the block to a span of this or another trace, with details about the link. */
    public TracedBlockBuilder link(@Nullable SpanContext linked, @Nullable Attributes details) {
        if (draft != null) {
            draft.link(linked, details);
        }
        return this;
    }

    /** The context whose span is to be the parent; the default is the current one. */
    public TracedBlockBuilder parent(@Nullable Context context) {
        if (context != null && draft != null && draft.answers(context)) {
            parent = context;
        }
        return this;
    }

    /**
     * The parent is what another service sent along, if it did: reads trace context and baggage with the configured
     * propagators.
     *
     * @param carrier the request or message
     * @param getter how to read its headers
     */
    public <C> TracedBlockBuilder parentFrom(@Nullable C carrier, TextMapGetter<C> getter) {
        if (tracer != null) {
            parent = tracer.extract(effectiveParent(), carrier, getter);
        }
        return this;
    }

    /** The block starts a trace of its own, whatever is current. Baggage and all else in the context stay. */
    public TracedBlockBuilder root() {
        if (tracer != null) {
            parent = effectiveParent().with(Span.getInvalid());
        }
        return this;
    }

    /** When the work began, if that was before now. */
    public TracedBlockBuilder startedAt(@Nullable Instant instant) {
        if (draft != null && instant != null) {
            draft.startEpochNanos(epochNanos(instant));
        }
        return this;
    }

    /** What does not fit into a long, before 1677 and after 2262, is the nearest that does. */
    private static long epochNanos(Instant instant) {
        try {
            return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), NANOS_PER_SECOND), instant.getNano());
        } catch (ArithmeticException tooFar) {
            return instant.getEpochSecond() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    /** Starts the block and makes it current on this thread until it is closed. */
    public TracedBlock start() {
        if (tracer == null || draft == null) {
            return TracedBlock.NOOP;
        }
        Context chosen = effectiveParent();
        TracedBlock block = tracer.create(name, chosen, draft);
        if (block != TracedBlock.NOOP) {
            // What went on before this thread came to it may have left the parent free.
            block.attach(draft.beganBefore() ? Context.root() : chosen);
        }
        return block;
    }

    /** Starts the block without making it current anywhere: for work that ends on another thread. */
    public TracedBlock startDetached() {
        if (tracer == null || draft == null) {
            return TracedBlock.NOOP;
        }
        return tracer.create(name, effectiveParent(), draft);
    }

    private Context effectiveParent() {
        Context chosen = parent;
        return chosen == null ? BlockFactory.currentContext() : chosen;
    }

    /** Runs the body in the block; see {@link DharmaTracer#traced}. */
    public <T extends @Nullable Object, X extends Throwable> T call(TracedCall<T, X> body) throws X {
        return BlockRunner.call(start(), body);
    }

    /** Runs the body in the block; see {@link DharmaTracer#tracedRun}. */
    public <X extends Throwable> void run(TracedAction<X> body) throws X {
        BlockRunner.run(start(), body);
    }

    /** Runs the body in the block, which ends when the stage does; see {@link DharmaTracer#tracedAsync}. */
    public <S extends @Nullable CompletionStage<?>, X extends Throwable> S async(TracedCall<S, X> body) throws X {
        return BlockRunner.async(start(), body);
    }
}
