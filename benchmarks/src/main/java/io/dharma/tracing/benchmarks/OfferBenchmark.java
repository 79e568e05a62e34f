package io.dharma.tracing.benchmarks;

import io.dharma.tracing.pipeline.Pipeline;
import io.dharma.tracing.pipeline.Priority;
import io.dharma.tracing.pipeline.RecordType;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs the caller to hand a finished record to a pipeline, beside {@code BatchSpanProcessor.onEnd} of a
 * finished span and the queues of the JDK.
 *
 * <p>{@code burst}: as many records as wait between two looks of the consumer in brisk traffic, into a queue that has
 * room for all. What was left of the burst before is delivered first, out of the measured time; so this is the price
 * of offers that are accepted, at any speed of the consumer. {@code full}: there is no room, and every record is
 * turned away and counted.
 *
 * <p>Bytes are those of all threads. {@code dharmaFiltered} is a pipeline whose conversion drops every record, so that
 * nobody but the caller could allocate anything.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class OfferBenchmark {

    private static final int BURST = 2_000;
    private static final int ROOM = 8_192;
    private static final Duration SOON = Duration.ofSeconds(5);

    @Benchmark
    @OperationsPerInvocation(BURST)
    public boolean burst_dharma(SinkingPipeline shared, DrainedPipeline drained) {
        return burst(shared.pipeline);
    }

    @Benchmark
    @OperationsPerInvocation(BURST)
    public boolean burst_dharmaFiltered(FilteringPipeline shared, DrainedFilter drained) {
        return burst(shared.pipeline);
    }

    @Benchmark
    @OperationsPerInvocation(BURST)
    public void burst_raw(ExportingProcessor shared, DrainedProcessor drained) {
        for (int i = 0; i < BURST; i++) {
            shared.processor.onEnd(shared.span);
        }
    }

    @Benchmark
    @OperationsPerInvocation(BURST)
    public boolean burst_arrayBlockingQueue(ArrayQueue shared, DrainedArray drained) {
        return burst(shared.queue);
    }

    @Benchmark
    @OperationsPerInvocation(BURST)
    public boolean burst_concurrentLinkedQueue(LinkedQueue shared, DrainedLinked drained) {
        return burst(shared.queue);
    }

    @Benchmark
    public boolean full_dharma(FullPipeline full) {
        return full.pipeline.offer(Item.ONLY);
    }

    @Benchmark
    public void full_raw(FullProcessor full) {
        full.processor.onEnd(full.span);
    }

    @Benchmark
    public boolean full_arrayBlockingQueue(FullArray full) {
        return full.queue.offer(Item.ONLY);
    }

    private static boolean burst(Pipeline<Item, Item> pipeline) {
        boolean accepted = true;
        for (int i = 0; i < BURST; i++) {
            accepted &= pipeline.offer(Item.ONLY);
        }
        return accepted;
    }

    private static void awaitDelivery(Pipeline<Item, Item> pipeline) {
        if (!pipeline.flush(SOON)) {
            throw new IllegalStateException("some of the burst was dropped: " + pipeline.stats());
        }
    }

    private static boolean burst(Queue<Item> queue) {
        boolean accepted = true;
        for (int i = 0; i < BURST; i++) {
            accepted &= queue.offer(Item.ONLY);
        }
        return accepted;
    }

    /** What is offered, again and again. */
    private record Item() implements RecordType<Item> {

        static final Item ONLY = new Item();

        @Override
        public int sizeOf(Item record) {
            return 256;
        }

        @Override
        public Priority priority(Item record) {
            return Priority.NORMAL;
        }
    }

    /** A pipeline whose sink takes everything at once. */
    @State(Scope.Benchmark)
    public static class SinkingPipeline {

        final Pipeline<Item, Item> pipeline = Pipeline.<Item, Item>builder("records", Item.ONLY, record -> record)
                .sink(new NoSink<>())
                .build();

        @TearDown
        public void stop() {
            pipeline.close();
        }
    }

    /** Emptied before each burst. */
    @State(Scope.Thread)
    public static class DrainedPipeline {

        @Setup(Level.Invocation)
        public void drain(SinkingPipeline shared) {
            awaitDelivery(shared.pipeline);
        }
    }

    /** A pipeline that drops everything behind its queue. */
    @State(Scope.Benchmark)
    public static class FilteringPipeline {

        final Pipeline<Item, Item> pipeline = Pipeline.<Item, Item>builder("records", Item.ONLY, record -> null)
                .sink(new NoSink<>())
                .build();

        @TearDown
        public void stop() {
            pipeline.close();
        }
    }

    /** Emptied before each burst. */
    @State(Scope.Thread)
    public static class DrainedFilter {

        @Setup(Level.Invocation)
        public void drain(FilteringPipeline shared) {
            awaitDelivery(shared.pipeline);
        }
    }

    /** OpenTelemetry's processor with as much room as our pipeline, and an exporter that takes everything at once. */
    @State(Scope.Benchmark)
    public static class ExportingProcessor {

        private final LongAdder exported = new LongAdder();
        private final AtomicLong offered = new AtomicLong();
        final ReadableSpan span = finishedSpan();
        final BatchSpanProcessor processor = BatchSpanProcessor.builder(new CountingExporter(exported))
                .setMaxQueueSize(ROOM)
                .build();

        /** A flush alone may find the one before, which is over, still entered, and then waits for nothing. */
        void awaitExport(int more) {
            long expected = offered.addAndGet(more);
            long deadline = System.nanoTime() + SOON.toNanos();
            while (exported.sum() < expected) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("some of the burst was dropped");
                }
                processor.forceFlush().join(SOON.toSeconds(), TimeUnit.SECONDS);
            }
        }

        @TearDown
        public void stop() {
            processor.close();
        }
    }

    /** Emptied before each burst. */
    @State(Scope.Thread)
    public static class DrainedProcessor {

        private int burstBefore;

        @Setup(Level.Invocation)
        public void drain(ExportingProcessor shared) {
            shared.awaitExport(burstBefore);
            burstBefore = BURST;
        }
    }

    /** A queue with a lock. */
    @State(Scope.Benchmark)
    public static class ArrayQueue {

        final ArrayBlockingQueue<Item> queue = new ArrayBlockingQueue<>(ROOM);
    }

    /** Emptied before each burst. */
    @State(Scope.Thread)
    public static class DrainedArray {

        @Setup(Level.Invocation)
        public void drain(ArrayQueue shared) {
            shared.queue.clear();
        }
    }

    /** A queue without a lock and without a bound. */
    @State(Scope.Benchmark)
    public static class LinkedQueue {

        final ConcurrentLinkedQueue<Item> queue = new ConcurrentLinkedQueue<>();
    }

    /** Emptied before each burst. */
    @State(Scope.Thread)
    public static class DrainedLinked {

        @Setup(Level.Invocation)
        public void drain(LinkedQueue shared) {
            shared.queue.clear();
        }
    }

    /** A pipeline that is stuck in its first conversion; without a sink nobody watches over that. */
    @State(Scope.Benchmark)
    public static class FullPipeline {

        private final CountDownLatch never = new CountDownLatch(1);
        final Pipeline<Item, Item> pipeline =
                Pipeline.<Item, Item>builder("records", Item.ONLY, this::hang).build();

        private @Nullable Item hang(Item record) {
            try {
                never.await();
            } catch (InterruptedException closed) {
                Thread.currentThread().interrupt();
            }
            return null;
        }

        @Setup
        public void fill() {
            while (pipeline.offer(Item.ONLY)) {
                Thread.onSpinWait();
            }
        }

        @TearDown
        public void stop() {
            never.countDown();
            pipeline.close();
        }
    }

    /** OpenTelemetry's processor, waiting for its first export. */
    @State(Scope.Benchmark)
    public static class FullProcessor {

        private final CompletableResultCode late = new CompletableResultCode();
        final ReadableSpan span = finishedSpan();
        final BatchSpanProcessor processor = BatchSpanProcessor.builder(new OneAnswerExporter(late))
                .setMaxQueueSize(ROOM)
                .setExporterTimeout(Duration.ofDays(1))
                .build();

        @Setup
        public void fill() {
            // What the first export took is not in the queue any more.
            for (int i = 0; i < 3 * ROOM; i++) {
                processor.onEnd(span);
            }
        }

        @TearDown
        public void stop() {
            late.succeed();
            processor.close();
        }
    }

    /** A queue with a lock, filled. */
    @State(Scope.Benchmark)
    public static class FullArray {

        final ArrayBlockingQueue<Item> queue = new ArrayBlockingQueue<>(ROOM);

        @Setup
        public void fill() {
            while (queue.offer(Item.ONLY)) {
                Thread.onSpinWait();
            }
        }
    }

    private static ReadableSpan finishedSpan() {
        // Without a processor the SDK starts spans that are none.
        try (SdkTracerProvider provider = SdkTracerProvider.builder()
                .addSpanProcessor(SimpleSpanProcessor.create(new CountingExporter(new LongAdder())))
                .build()) {
            Span span = provider.get("benchmark").spanBuilder("load-order").startSpan();
            span.end();
            return (ReadableSpan) span;
        }
    }

    private record CountingExporter(LongAdder exported) implements SpanExporter {

        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            exported.add(spans.size());
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }

    private record OneAnswerExporter(CompletableResultCode answer) implements SpanExporter {

        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            return answer;
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }
}
