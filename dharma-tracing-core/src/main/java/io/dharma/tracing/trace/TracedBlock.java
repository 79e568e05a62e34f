package io.dharma.tracing.trace;

import io.dharma.tracing.spi.ContextHooks;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A piece of work that is being traced: it has started and ends with {@link #close()}.
 *
 * <pre>{@code
 * try (TracedBlock block = tracer.start("charge-card")) {
 *     block.attribute("order.id", id);
 *     ...
 * }
 * }</pre>
 *
 * <p>A block started by {@code start()} is current on the starting thread until it is closed: blocks started below
 * it, log lines and outgoing calls belong to it. One started by {@link TracedBlockBuilder#startDetached()} is current
 * only where {@link #makeCurrent()} says so.
 *
 * <p><b>Failures.</b> {@code try}-with-resources does not tell a block that its body threw. Either use the lambda
 * form, which does it by itself, or call {@link #fail(Throwable)} in a {@code catch}.
 *
 * <p><b>Mistakes do no harm.</b> A block closed twice, on another thread, out of order or never is counted in
 * {@link BlockCounts}, and the context of its thread is put right as soon as something else is closed or started
 * there. No method throws, not even for null.
 *
 * <p>Thread-safe: any thread may set attributes, fail and close. After the close they have no effect.
 */
public final class TracedBlock implements AutoCloseable {

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(TracedBlock.class, "state", byte.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    // The state is a set of these; a closed block is nothing but closed.
    private static final byte FAILED = 1;
    /** An outer block was closed first, and took this one off its thread. */
    private static final byte ABANDONED = 2;

    private static final byte CLOSED = 4;

    /** What an inert block answers, so that nobody has to ask for null before the library is started. */
    static final TracedBlock NOOP = new TracedBlock();

    /** Stands for the scope of a block whose attaching failed; a constant, for then there is no stack for a call. */
    private static final Scope UNUSABLE = Scope.noop();

    private final @Nullable BlockFactory factory;
    private final String name;
    private final Span span;
    private final Context context;
    private final long startNanoTime;

    // Written by the starting thread only, the first two before the block is handed out.
    private @Nullable Scope scope;
    private @Nullable Thread thread;
    private boolean detachedEarly;
    /** Whether its parent's thread is the one that it was started on, and is kept busy by it for as long as it stays. */
    private boolean withinParent;

    @SuppressWarnings("unused") // through STATE
    private volatile byte state;

    TracedBlock(BlockFactory factory, String name, Span span, Context context, long startNanoTime) {
        this.factory = factory;
        this.name = name;
        this.span = span;
        this.context = context;
        this.startNanoTime = startNanoTime;
    }

    private TracedBlock() {
        this.factory = null;
        this.name = "";
        this.span = Span.getInvalid();
        this.context = Context.root();
        this.startNanoTime = 0;
        this.state = CLOSED;
    }

    /**
     * Attaches the block to the calling thread, until it is closed.
     *
     * @param parent in which it was started
     */
    void attach(Context parent) {
        thread = Thread.currentThread();
        TracedBlock outer = of(parent);
        withinParent = outer != null && outer.isAttachedTo(thread);
        try {
            scope = ContextHooks.attach(context);
        } catch (Throwable outOfStack) {
            // Nobody will get this block to close it. If its context is current all the same, repair() takes it off.
            scope = UNUSABLE;
            state = CLOSED;
            throw outOfStack;
        }
    }

    // What the block tells about its work

    /** Sets an attribute; null for either does nothing, a second value under the same name replaces the first. */
    public TracedBlock attribute(@Nullable String key, @Nullable String value) {
        span.setAttribute(key, value);
        return this;
    }

    /** Sets a whole number; see {@link #attribute(String, String)}. */
    public TracedBlock attribute(@Nullable String key, long value) {
        span.setAttribute(key, value);
        return this;
    }

    /** Sets a number; see {@link #attribute(String, String)}. */
    public TracedBlock attribute(@Nullable String key, double value) {
        span.setAttribute(key, value);
        return this;
    }

    /** Sets a truth value; see {@link #attribute(String, String)}. */
    public TracedBlock attribute(@Nullable String key, boolean value) {
        span.setAttribute(key, value);
        return this;
    }

    /** Sets an attribute of any of OpenTelemetry's types, lists included; a list is copied. */
    public <T> TracedBlock attribute(@Nullable AttributeKey<T> key, @Nullable T value) {
        span.setAttribute(key, value);
        return this;
    }

    /** Sets several attributes at once. */
    public TracedBlock attributes(@Nullable Attributes attributes) {
        span.setAllAttributes(attributes);
        return this;
    }

    /** Records that something happened now. */
    public TracedBlock event(@Nullable String eventName) {
        span.addEvent(eventName);
        return this;
    }

    /** Records that something happened now, with details. */
    public TracedBlock event(@Nullable String eventName, @Nullable Attributes details) {
        span.addEvent(eventName, details);
        return this;
    }

    /** Links this block to a span of this or another trace, for instance of the message that it works on. */
    public TracedBlock link(@Nullable SpanContext linked) {
        span.addLink(linked);
        return this;
    }

    /** Links this block to a span of this or another trace, with details about the link. */
    public TracedBlock link(@Nullable SpanContext linked, @Nullable Attributes details) {
        span.addLink(linked, details);
        return this;
    }

    /** Gives the block's span another name, once the route is known for instance. Metrics keep the first name. */
    public TracedBlock rename(@Nullable String newName) {
        span.updateName(newName);
        return this;
    }

    /**
     * Says that the work failed, and why. The throwable is recorded once, in the innermost block that sees it; every
     * block that it passes is marked as failed. Its text is made later, on a thread of the library: this call does
     * not touch the throwable's methods. The throwable must not be changed afterwards.
     */
    public TracedBlock fail(@Nullable Throwable throwable) {
        if (throwable == null) {
            return fail("");
        }
        boolean open = markFailed();
        if (span instanceof OwnedSpan owned) {
            owned.failedBy(throwable);
        }
        if (open && factory != null) {
            factory.failed(throwable, this);
        }
        return this;
    }

    /** Says that the work failed although nothing was thrown. */
    public TracedBlock fail(@Nullable String description) {
        boolean unused = markFailed();
        span.setStatus(StatusCode.ERROR, description == null ? "" : description);
        return this;
    }

    /** Returns false if the block is closed, and cannot fail any more. */
    private boolean markFailed() {
        return mark(FAILED);
    }

    /** Adds to the state of an open block; returns false if it is closed. */
    private boolean mark(byte flag) {
        byte before = state;
        while (before != CLOSED) {
            if (STATE.compareAndSet(this, before, (byte) (before | flag))) {
                return true;
            }
            before = state;
        }
        return false;
    }

    // What others need to know of the block

    /** The name that the block was started with. */
    public String name() {
        return name;
    }

    /** The OpenTelemetry span of this block; an invalid one before the library is started. */
    public Span span() {
        return span;
    }

    /** 32 lower-case hex digits; all zero before the library is started. */
    public String traceId() {
        return span.getSpanContext().getTraceId();
    }

    /** 16 lower-case hex digits; all zero before the library is started. */
    public String spanId() {
        return span.getSpanContext().getSpanId();
    }

    /** The context in which this block's work runs: to be made current on other threads, or injected into a call. */
    public Context context() {
        return this == NOOP ? Context.current() : context;
    }

    /** Whether what is set on this block is kept: false if it was not sampled, or is closed. */
    public boolean isRecording() {
        return span.isRecording();
    }

    /**
     * Makes this block current on the calling thread until the scope is closed on that same thread. For a block that
     * was started detached; closing the scope does not end the block.
     */
    public Scope makeCurrent() {
        return ContextHooks.attach(context());
    }

    // The end

    /** Ends the block. Idempotent: later calls do nothing, and are counted. */
    @Override
    public void close() {
        BlockFactory owner = factory;
        if (owner == null) {
            return;
        }
        byte before = (byte) STATE.getAndSet(this, CLOSED);
        if (before == CLOSED) {
            owner.closedAgain();
            return;
        }
        OwnedSpan timed = span instanceof OwnedSpan owned && owned.isTimed() ? owned : null;
        // Reading the clock is a fifth of what an unsampled block costs.
        long endNanoTime = timed != null || owner.isMeasuring() ? owner.nanoTime() : startNanoTime;
        detach(owner);
        if ((before & ABANDONED) != 0) {
            owner.closedOutOfOrder();
        }
        if (timed != null) {
            timed.end(endNanoTime, withinParent && (before & ABANDONED) == 0 && thread == Thread.currentThread());
        }
        owner.ended(this, (before & FAILED) != 0, endNanoTime - startNanoTime);
    }

    boolean isClosed() {
        return state == CLOSED;
    }

    // The context of the thread

    /** Whether it was started on that thread and has not left it yet. Asked on that thread only. */
    private boolean isAttachedTo(@Nullable Thread here) {
        return thread == here && scope != null && !isOverHere();
    }

    /** Whether the block has no business on the thread that it was started on any more. */
    boolean isOverHere() {
        return detachedEarly || isClosed();
    }

    /** Takes the block off its thread before its end, for work that goes on elsewhere. Starting thread only. */
    void detachEarly() {
        BlockFactory owner = factory;
        if (owner != null) {
            detachedEarly = true;
            withinParent = false;
            detach(owner);
        }
    }

    private void detach(BlockFactory owner) {
        if (thread == Thread.currentThread()) {
            // Without a scope an outer block was closed before this one, and took it off the thread.
            if (scope != null) {
                detachHere(owner);
            }
        } else if (thread != null && !detachedEarly) {
            // The context of another thread cannot be changed from here; that thread repairs it: see repair().
            owner.closedElsewhere();
        }
    }

    private void detachHere(BlockFactory owner) {
        Context current = Context.current();
        if (current != context) {
            current = abandonInnerBlocks(owner, current);
        }
        // Where somebody else's context still covers this one, it is taken off once that has gone: see repair().
        if (current == context) {
            repair(leave(Context.root()));
        }
    }

    /**
     * This block is closed while blocks that were started inside it are still current: they are closed out of order,
     * or never will be. Either way they must not stay current, or the thread's next request would become their child.
     *
     * @return what is current afterwards
     */
    private Context abandonInnerBlocks(BlockFactory owner, Context innermost) {
        Context current = innermost;
        TracedBlock inner = attachedHere(current);
        while (inner != null && inner != this) {
            if (!inner.isOverHere() && inner.mark(ABANDONED)) {
                owner.abandoned();
            }
            current = inner.leave(context);
            inner = attachedHere(current);
        }
        return current;
    }

    /**
     * Takes off this thread what was closed by another one, what was over while it was covered, and what could not be
     * taken off for want of stack.
     *
     * @return what is current afterwards
     */
    static Context repair(Context innermost) {
        Context current = innermost;
        TracedBlock block = attachedHere(current);
        while (block != null && block.isOverHere()) {
            current = block.leave(Context.root());
            block = attachedHere(current);
        }
        return current;
    }

    /** The block of a context that is current on this thread, if it was this thread that attached it. */
    private static @Nullable TracedBlock attachedHere(Context current) {
        TracedBlock block = of(current);
        return block != null
                        && block.context == current
                        && block.scope != null
                        && block.thread == Thread.currentThread()
                ? block
                : null;
    }

    /**
     * Takes this block, which is current, off its thread.
     *
     * @param otherwise to become current if the scope is of no use any more
     * @return what is current afterwards
     */
    private Context leave(Context otherwise) {
        Scope attached = Objects.requireNonNull(scope);
        scope = null;
        try {
            attached.close();
            Context current = Context.current();
            if (current == context) {
                // An earlier close of the scope ran out of stack halfway, and a scope closes only once.
                ContextHooks.attach(otherwise);
                current = otherwise;
            }
            return current;
        } catch (Throwable outOfStack) {
            // So that whatever is closed or started next on this thread, with more stack, sees that it is not done.
            scope = attached;
            throw outOfStack;
        }
    }

    /** The block whose span a context holds; null if the span is not a block's. */
    static @Nullable TracedBlock of(Context context) {
        return Span.fromContextOrNull(context) instanceof OwnedSpan owned ? owned.owner() : null;
    }

    @Override
    public String toString() {
        return "TracedBlock{" + name + ", " + span.getSpanContext() + "}";
    }
}
