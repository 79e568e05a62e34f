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
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
    public boolean burst_dharma(DrainedPipeline queue) {
        return burst(queue.shared.pipeline);
    }

    @Benchmark
    @OperationsPerInvocation(BURST)
    public boolean burst_dharmaFiltered(DrainedFilter queue) {
        return burst(queue.shared.pipeline);
    }

    @Benchmark
    @OperationsPerInvocation(BURST)
    public void burst_raw(DrainedProcessor queue) {
        for (int i = 0; i < BURST; i++) {
            queue.shared.processor.onEnd(queue.shared.span);
        }
    }

    @Benchmark
    @OperationsPerInvocation(BURST)
    public boolean burst_arrayBlockingQueue(DrainedArray queue) {
        return burst(queue.shared.queue);
    }

    @Benchmark
    @OperationsPerInvocation(BURST)
    public boolean burst_concurrentLinkedQueue(DrainedLinked queue) {
        return burst(queue.shared.queue);
    }

    @Benchmark
    public boolean full_dharma(FullPipeline full) {
        return full.pipeline.offer(Record.ONLY);
    }

    @Benchmark
    public void full_raw(FullProcessor full) {
        full.processor.onEnd(full.span);
    }

    @Benchmark
    public boolean full_arrayBlockingQueue(FullArray full) {
        return full.queue.offer(Record.ONLY);
    }

    private static boolean burst(Pipeline<Record, Record> pipeline) {
        boolean accepted = true;
        for (int i = 0; i < BURST; i++) {
            accepted &= pipeline.offer(Record.ONLY);
        }
        return accepted;
    }

    private static boolean burst(Queue<Record> queue) {
        boolean accepted = true;
        for (int i = 0; i < BURST; i++) {
            accepted &= queue.offer(Record.ONLY);
        }
        return accepted;
    }

    /** What is offered, again and again. */
    private record Record() implements RecordType<Record> {

        static final Record ONLY = new Record();

        @Override
        public int sizeOf(Record record) {
            return 256;
        }

        @Override
        public Priority priority(Record record) {
            return Priority.NORMAL;
        }
    }

    /** A pipeline whose sink takes everything at once. */
    @State(Scope.Benchmark)
    public static class SinkingPipeline {

        final Pipeline<Record, Record> pipeline = Pipeline.<Record, Record>builder(
                        "records", Record.ONLY, record -> record)
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

        SinkingPipeline shared;

        @Setup
        public void share(SinkingPipeline pipeline) {
            shared = pipeline;
        }

        @Setup(Level.Invocation)
        public void drain() {
            shared.pipeline.flush(SOON);
        }
    }

    /** A pipeline that drops everything behind its queue. */
    @State(Scope.Benchmark)
    public static class FilteringPipeline {

        final Pipeline<Record, Record> pipeline = Pipeline.<Record, Record>builder(
                        "records", Record.ONLY, record -> null)
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

        FilteringPipeline shared;

        @Setup
        public void share(FilteringPipeline pipeline) {
            shared = pipeline;
        }

        @Setup(Level.Invocation)
        public void drain() {
            shared.pipeline.flush(SOON);
        }
    }

    /** OpenTelemetry's processor with as much room as our pipeline, and an exporter that takes everything at once. */
    @State(Scope.Benchmark)
    public static class ExportingProcessor {

        final ReadableSpan span = finishedSpan();
        final BatchSpanProcessor processor = BatchSpanProcessor.builder(new OneAnswerExporter(CompletableResultCode.ofSuccess()))
                .setMaxQueueSize(ROOM)
                .build();

        @TearDown
        public void stop() {
            processor.close();
        }
    }

    /** Emptied before each burst. */
    @State(Scope.Thread)
    public static class DrainedProcessor {

        ExportingProcessor shared;

        @Setup
        public void share(ExportingProcessor processor) {
            shared = processor;
        }

        @Setup(Level.Invocation)
        public void drain() {
            shared.processor.forceFlush().join(SOON.toSeconds(), TimeUnit.SECONDS);
        }
    }

    /** A queue with a lock. */
    @State(Scope.Benchmark)
    public static class ArrayQueue {

        final ArrayBlockingQueue<Record> queue = new ArrayBlockingQueue<>(ROOM);
    }

    /** Emptied before each burst. */
    @State(Scope.Thread)
    public static class DrainedArray {

        ArrayQueue shared;

        @Setup
        public void share(ArrayQueue queue) {
            shared = queue;
        }

        @Setup(Level.Invocation)
        public void drain() {
            shared.queue.clear();
        }
    }

    /** A queue without a lock and without a bound. */
    @State(Scope.Benchmark)
    public static class LinkedQueue {

        final ConcurrentLinkedQueue<Record> queue = new ConcurrentLinkedQueue<>();
    }

    /** Emptied before each burst. */
    @State(Scope.Thread)
    public static class DrainedLinked {

        LinkedQueue shared;

        @Setup
        public void share(LinkedQueue queue) {
            shared = queue;
        }

        @Setup(Level.Invocation)
        public void drain() {
            shared.queue.clear();
        }
    }

    /** A pipeline that is stuck in its first conversion; without a sink nobody watches over that. */
    @State(Scope.Benchmark)
    public static class FullPipeline {

        private final CountDownLatch never = new CountDownLatch(1);
        final Pipeline<Record, Record> pipeline = Pipeline.<Record, Record>builder("records", Record.ONLY, this::wait)
                .build();

        private @Nullable Record wait(Record record) {
            try {
                never.await();
            } catch (InterruptedException closed) {
                Thread.currentThread().interrupt();
            }
            return null;
        }

        @Setup
        public void fill() {
            while (pipeline.offer(Record.ONLY)) {
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

        final ArrayBlockingQueue<Record> queue = new ArrayBlockingQueue<>(ROOM);

        @Setup
        public void fill() {
            while (queue.offer(Record.ONLY)) {
                Thread.onSpinWait();
            }
        }
    }

    private static ReadableSpan finishedSpan() {
        try (SdkTracerProvider provider = SdkTracerProvider.builder().build()) {
            Span span =
                    provider.get("benchmark").spanBuilder("load-order").startSpan();
            span.end();
            return (ReadableSpan) span;
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
