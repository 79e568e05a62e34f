package io.dharma.tracing.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.export.HttpEndpoint;
import io.dharma.tracing.export.OtlpSinks;
import io.dharma.tracing.pipeline.DropReason;
import io.dharma.tracing.pipeline.PipelineStats;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.pipeline.SinkStats;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.LiveHeap;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * As many spans as threads can make, and nobody who takes them: the heap is bounded, the accounts are exact and no caller
 * waits. {@code -Ptorture}: for a minute each.
 */
@ExtendWith(LeakCheck.class)
@Timeout(180)
class StormTest {

    private static final Duration STORM = Duration.ofSeconds(Boolean.getBoolean("torture") ? 60 : 2);
    private static final Duration WARM_UP = Duration.ofMillis(500);
    private static final long SLOW_NANOS = 1_000_000;
    private static final int THREADS = 2;
    private static final long QUEUE_BYTES = 8 << 20;

    /** A queue lays out its slots for records of 512 bytes. */
    private static final long MOST_SLOTS = QUEUE_BYTES / 512;

    /** Queues' arrays, and what the estimates do not see. */
    private static final long SLACK = 4 << 20;

    @Test
    void stormOfFailures_isBoundedInHeapAndCountedExactly() throws Exception {
        storm("failures, a receiver that never answers", new DeafSink(), StormTest::fail);
    }

    @Test
    void stormOfSpans_isBoundedInHeapAndCountedExactly() throws Exception {
        HttpEndpoint gone = HttpEndpoint.builder("http://127.0.0.1:1/v1/traces").build();
        storm("spans, a collector that is gone", OtlpSinks.spans(gone), StormTest::succeed);
    }

    private static void succeed(DharmaTracer tracer) {
        tracer.tracedRun("load-order", block -> block.attribute("order.id", 42));
    }

    private static void fail(DharmaTracer tracer) {
        try {
            tracer.tracedRun("charge-card", block -> {
                throw new IllegalStateException("declined");
            });
        } catch (IllegalStateException declined) {
            // As the application would.
        }
    }

    private static void storm(String kind, Sink<SpanData> sink, Consumer<DharmaTracer> call) throws Exception {
        warmUp(call);
        long atStart = LiveHeap.bytes();
        try (DharmaTracer tracer = tracer(sink)) {
            long alone = callUntilAllSlotsAreMade(tracer, call);
            List<FutureTask<Calls>> callers = startCallers(tracer, call);
            TimeUnit.NANOSECONDS.sleep(STORM.toNanos() / 2);
            long inTheMiddle = LiveHeap.bytes();
            Calls calls = await(callers);
            long atTheEnd = LiveHeap.bytes();

            PipelineStats spans = tracer.health().spans();
            print(kind, calls, List.of(atStart, inTheMiddle, atTheEnd), spans);
            assertThat(alone + calls.count()).isEqualTo(spans.offered());
            assertThat(calls.waits()).as("how often a caller had to wait").isZero();
            assertThat(inTheMiddle - atStart).isLessThan(QUEUE_BYTES + SLACK);
            assertThat(atTheEnd - atStart).isLessThan(QUEUE_BYTES + SLACK);
            assertExact(spans);
            assertThat(spans.droppedFor(spans.sinks().get(0))).containsOnlyKeys(DropReason.QUEUE_FULL);
            tracer.close(Duration.ofMillis(100));
            assertExact(tracer.health().spans());
        }
    }

    /** So that classes are not taken for what is held, nor the wait for one to be loaded for one of ours. */
    private static void warmUp(Consumer<DharmaTracer> call) {
        try (DharmaTracer tracer = tracer(new DeafSink())) {
            Calls unused = callFor(WARM_UP, tracer, call);
            tracer.close(Duration.ofMillis(100));
        }
    }

    /** A queue makes its slots as they are needed, and only then may one caller wait for another one that makes some. */
    private static long callUntilAllSlotsAreMade(DharmaTracer tracer, Consumer<DharmaTracer> call) {
        long calls = 0;
        PipelineStats spans = tracer.health().spans();
        while (spans.offered() - spans.droppedTotal() < MOST_SLOTS) {
            for (int i = 0; i < 1_000; i++) {
                call.accept(tracer);
            }
            calls += 1_000;
            spans = tracer.health().spans();
        }
        return calls;
    }

    private static DharmaTracer tracer(Sink<SpanData> sink) {
        return DharmaTracer.builder().sink(sink).maxQueueBytes(QUEUE_BYTES).build();
    }

    // ---- the callers

    /**
     * What threads did, and what they noticed of it.
     *
     * @param slow how many calls took longer than a millisecond
     * @param longestNanos how long one call took at most, with whatever pauses of the JVM fell into it
     * @param waits how often a thread waited for a lock, or for anything else
     */
    private record Calls(long count, long slow, long longestNanos, long waits) {

        Calls and(Calls others) {
            return new Calls(
                    count + others.count,
                    slow + others.slow,
                    Math.max(longestNanos, others.longestNanos),
                    waits + others.waits);
        }
    }

    private static List<FutureTask<Calls>> startCallers(DharmaTracer tracer, Consumer<DharmaTracer> call) {
        List<FutureTask<Calls>> callers = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            FutureTask<Calls> caller = new FutureTask<>(() -> callFor(STORM, tracer, call));
            new Thread(caller, "caller").start();
            callers.add(caller);
        }
        return callers;
    }

    private static Calls callFor(Duration duration, DharmaTracer tracer, Consumer<DharmaTracer> call) {
        long waitsBefore = waits();
        long start = System.nanoTime();
        long before = start;
        long count = 0;
        long slow = 0;
        long longest = 0;
        while (before - start < duration.toNanos()) {
            call.accept(tracer);
            long after = System.nanoTime();
            slow += after - before > SLOW_NANOS ? 1 : 0;
            longest = Math.max(longest, after - before);
            before = after;
            count++;
        }
        return new Calls(count, slow, longest, waits() - waitsBefore);
    }

    private static long waits() {
        ThreadInfo self = ManagementFactory.getThreadMXBean()
                .getThreadInfo(Thread.currentThread().getId());
        return self.getBlockedCount() + self.getWaitedCount();
    }

    private static Calls await(List<FutureTask<Calls>> callers) throws Exception {
        Calls all = new Calls(0, 0, 0, 0);
        for (FutureTask<Calls> caller : callers) {
            all = all.and(caller.get());
        }
        return all;
    }

    // ---- what came of it

    private static void print(String kind, Calls calls, List<Long> heap, PipelineStats spans) {
        System.out.printf(
                Locale.ROOT,
                "StormTest: %s: %,d a second for %d s, %,d dropped; live heap %,d KiB at the start, %,d in the middle,"
                        + " %,d at the end; %,d calls took more than 1 ms, the longest %.1f ms; %d waits%n",
                kind,
                calls.count() / STORM.toSeconds(),
                STORM.toSeconds(),
                spans.droppedTotal() + spans.sinks().get(0).droppedTotal(),
                heap.get(0) >> 10,
                heap.get(1) >> 10,
                heap.get(2) >> 10,
                calls.slow(),
                calls.longestNanos() / 1e6,
                calls.waits());
    }

    /** What is between the queues at a moment is in neither: the accounts are read once, and balance. */
    private static void assertExact(PipelineStats stats) {
        SinkStats sink = stats.sinks().get(0);
        assertThat(stats.droppedTotal()
                        + stats.queuedRecords()
                        + sink.delivered()
                        + sink.droppedTotal()
                        + sink.queuedRecords())
                .as("%s", stats)
                .isEqualTo(stats.offered());
    }
}
