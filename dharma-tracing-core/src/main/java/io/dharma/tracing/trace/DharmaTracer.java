package io.dharma.tracing.trace;

import io.dharma.tracing.pipeline.DeadLetter;
import io.dharma.tracing.propagation.AddressedSetter;
import io.dharma.tracing.propagation.CorrelationPropagation;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The tracer: starts traced blocks, and delivers their spans until it is closed.
 *
 * <p>One per service, built once with {@link #builder()}. Thread-safe. No method that is called at run time throws,
 * blocks or does I/O, except {@link #flush} and {@link #close}, which wait for at most the time they are given.
 */
public final class DharmaTracer implements AutoCloseable {

    /** How long {@link #close()} waits for what is still queued. */
    public static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);

    private static final DharmaTracer NOOP = new DharmaTracer(null, null, null, OpenTelemetry.noop());

    private final @Nullable TracerParts parts;
    private final @Nullable BlockFactory blocks;
    private final @Nullable Propagation propagation;
    private final OpenTelemetry openTelemetry;

    DharmaTracer(TracerParts parts) {
        this(parts, parts.blocks(), parts.propagation(), parts.openTelemetry());
    }

    private DharmaTracer(
            @Nullable TracerParts parts,
            @Nullable BlockFactory blocks,
            @Nullable Propagation propagation,
            OpenTelemetry openTelemetry) {
        this.parts = parts;
        this.blocks = blocks;
        this.propagation = propagation;
        this.openTelemetry = openTelemetry;
    }

    /** A tracer with everything in process: see {@link DharmaTracerBuilder} for what can be added. */
    public static DharmaTracerBuilder builder() {
        return new DharmaTracerBuilder();
    }

    /** A tracer that does nothing: bodies run, blocks are inert, the OpenTelemetry instance is the no-op one. */
    public static DharmaTracer noop() {
        return NOOP;
    }

    /**
     * A tracer that records nothing and lets others trace through this service: what a request says of its trace and
     * baggage is passed on as it came, by blocks, {@link #inject} and the OpenTelemetry instance. As OpenTelemetry's
     * specification has it for {@code OTEL_SDK_DISABLED}. No threads; a block costs about what one does that is not
     * sampled.
     *
     * @param propagator for correlation to be passed on as well, one of {@link CorrelationPropagation#passingOn}
     */
    public static DharmaTracer passingOn(TextMapPropagator propagator) {
        SpanSource source = SpanSource.passingOn();
        Propagation propagation = new Propagation(Objects.requireNonNull(propagator, "propagator"), source);
        return new DharmaTracer(
                null, new BlockFactory(source, null, null), propagation, OpenTelemetry.propagating(propagation));
    }

    // Blocks

    /** Starts a block and makes it current on this thread until it is closed. A null name counts as "unnamed". */
    public TracedBlock start(@Nullable String name) {
        return blocks == null ? TracedBlock.NOOP : blocks.start(named(name));
    }

    /** Describes a block before it is started: its kind, parent, links, and what the sampler shall see. */
    public TracedBlockBuilder block(@Nullable String name) {
        return blocks == null ? TracedBlockBuilder.inert() : new TracedBlockBuilder(this, blocks, named(name));
    }

    /**
     * Runs the body in a block and returns what it returns. What it throws is recorded once and passed on unchanged,
     * checked exceptions included. The compiler knows one type for them all: for a body that throws both
     * {@code IOException} and {@code InterruptedException} that is {@code Exception}.
     */
    public <T extends @Nullable Object, X extends Throwable> T traced(@Nullable String name, TracedCall<T, X> body)
            throws X {
        return BlockRunner.call(start(name), body);
    }

    /** Runs the body in a block. What it throws is recorded once and passed on unchanged. */
    public <X extends Throwable> void tracedRun(@Nullable String name, TracedAction<X> body) throws X {
        BlockRunner.run(start(name), body);
    }

    /**
     * Runs the body in a block that ends when the stage does which the body returns. The block is current while the
     * body runs, not afterwards. The very stage is returned that the body made, so that cancelling it reaches the work; one
     * that completes exceptionally fails the block. A body that throws, or returns null, ends the block at once.
     *
     * <p>What depends on the stage by {@code thenRun}, {@code whenComplete} and the like runs on the thread that completes
     * it, and a {@link java.util.concurrent.CompletableFuture} runs what was added last first: the block then ends only
     * after what the caller added to the stage, and is as much longer as that takes. Where it takes long, add it by {@code
     * thenRunAsync} and the like, or run it in a block of its own.
     */
    public <S extends @Nullable CompletionStage<?>, X extends Throwable> S tracedAsync(
            @Nullable String name, TracedCall<S, X> body) throws X {
        return BlockRunner.async(start(name), body);
    }

    /** The block that is current on this thread; an inert one if there is none. */
    public TracedBlock current() {
        TracedBlock block = TracedBlock.of(BlockFactory.currentContext());
        return block == null ? TracedBlock.NOOP : block;
    }

    /**
     * An implementation of {@code type} that runs each call of a method marked {@link Traced} in a block, and passes
     * all calls on to {@code implementation}.
     *
     * <p>A proxy sees only calls that are made through it: not those that the implementation makes to itself, not
     * calls of methods that the interface does not have, nor of a class that is no interface. What the implementation
     * throws comes out unchanged. Methods that return a {@link CompletionStage} end their block with it. A call of a
     * method that is not marked costs one reflective call.
     *
     * @throws IllegalArgumentException if {@code type} is not an interface, or is not visible from its class loader
     */
    public <T> T proxy(Class<T> type, T implementation) {
        return TracedProxy.create(this, type, implementation);
    }

    // Across processes

    /** What another service sent along, on top of {@code parent}; {@code parent} itself if it sent nothing usable. */
    public <C> Context extract(Context parent, @Nullable C carrier, TextMapGetter<C> getter) {
        return propagation == null ? parent : propagation.extract(parent, carrier, getter);
    }

    /**
     * Writes the current trace context and baggage to a request or message. Correlation goes along where the setter says
     * that the request stays at home: see {@link io.dharma.tracing.propagation.AddressedSetter}.
     */
    public <C> void inject(@Nullable C carrier, TextMapSetter<C> setter) {
        inject(BlockFactory.currentContext(), carrier, setter);
    }

    /** Writes the trace context and baggage of {@code context} to a request or message. */
    public <C> void inject(Context context, @Nullable C carrier, TextMapSetter<C> setter) {
        if (propagation != null) {
            propagation.inject(context, carrier, setter);
        }
    }

    /**
     * Writes the current trace context and baggage to a request or message, and its correlation if this host is one that
     * may have it; see {@link CorrelationPropagation}.
     *
     * @param host where it goes, a name or an address without port; null if nobody knows, and then without correlation
     */
    public <C> void injectTo(@Nullable String host, @Nullable C carrier, TextMapSetter<C> setter) {
        // A setter that is null, against its type, is contained where all that is wrong with one is.
        inject(carrier, setter == null ? setter : AddressedSetter.of(setter, host));
    }

    /**
     * Tells the caller the correlation id of the current request, in a header of the response; see {@link
     * CorrelationPropagation#echo}.
     */
    public <C> void echoCorrelation(@Nullable C response, TextMapSetter<C> setter) {
        CorrelationPropagation correlation = parts == null ? null : parts.correlation();
        if (correlation != null) {
            correlation.echo(BlockFactory.currentContext(), response, setter);
        }
    }

    /** The same tracer for libraries that speak OpenTelemetry: their spans, ours, metrics and logs go the same way. */
    public OpenTelemetry openTelemetry() {
        return openTelemetry;
    }

    // How it is doing, and its end

    /** What the tracer did since it was built, and how its sinks are. */
    public TracerHealth health() {
        return parts == null ? TracerHealth.NONE : parts.health();
    }

    /**
     * The spans that a receiver would not have, the oldest first, each with what it said: as many of the last as an eighth
     * of the queue's bytes holds. {@link #health()} counts all of them as rejected. Any thread; copies the list.
     */
    public List<DeadLetter<SpanData>> rejectedSpans() {
        return parts == null ? List.of() : parts.rejectedSpans();
    }

    /**
     * Waits until everything that ended before this call is delivered.
     *
     * @param timeout how long to wait at most; null or a negative time means not at all
     * @return true only if all of it was; false if some was dropped, or the time was too short
     */
    public boolean flush(@Nullable Duration timeout) {
        return parts == null || parts.flush(timeout == null ? Duration.ZERO : timeout);
    }

    /**
     * Delivers what is queued, at most {@link #CLOSE_TIMEOUT} long, and lets go of all threads. Idempotent: a call while
     * another is still at it waits for that, as long at most.
     */
    @Override
    public void close() {
        close(CLOSE_TIMEOUT);
    }

    /** As {@link #close()}, with a time of your own. Blocks that are used afterwards do no harm and are not delivered. */
    public void close(@Nullable Duration timeout) {
        if (parts != null) {
            parts.close(timeout == null ? Duration.ZERO : timeout);
        }
    }

    TracedBlock create(String name, Context parent, SpanDraft draft) {
        return blocks == null ? TracedBlock.NOOP : blocks.create(name, parent, draft.finish(BlockFactory.SCOPE));
    }

    private static String named(@Nullable String name) {
        return name == null || name.isBlank() ? "unnamed" : name;
    }
}
