package io.dharma.tracing.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.DropReason;
import io.dharma.tracing.pipeline.PipelineStats;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.pipeline.SinkStats;
import io.dharma.tracing.testsupport.LeakCheck;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything fails, as fast as it can, and nobody takes the spans: bounded heap, exact accounts. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class ErrorStormTest {

    private static final Logger LOG = LoggerFactory.getLogger(ErrorStormTest.class);
    private static final Duration STORM = Duration.ofSeconds(Boolean.getBoolean("torture") ? 60 : 2);
    private static final int THREADS = 2;
    private static final long QUEUE_BYTES = 8 << 20;

    /** Queues' arrays, and what the estimates do not see. */
    private static final long SLACK = 4 << 20;

    @Test
    void storm_isBoundedInHeapAndCountedExactly() throws Exception {
        storm(Duration.ofMillis(500));
        long before = usedHeap();
        try (DharmaTracer tracer = tracer()) {
            AtomicLong failed = new AtomicLong();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                Thread thread = new Thread(() -> failed.addAndGet(fail(tracer, STORM)), "storm");
                thread.start();
                threads.add(thread);
            }
            for (Thread thread : threads) {
                thread.join();
            }
            long held = usedHeap() - before;

            PipelineStats spans = tracer.health().spans();
            LOG.info(
                    "{} failing blocks a second, {} KiB held at the end, {}",
                    failed.get() / STORM.toSeconds(),
                    held >> 10,
                    spans);
            assertThat(failed.get()).isEqualTo(spans.offered());
            assertThat(held).isLessThan(QUEUE_BYTES + SLACK);
            assertExact(spans);
            assertThat(spans.droppedFor(spans.sinks().get(0))).containsOnlyKeys(DropReason.QUEUE_FULL);
            tracer.close(Duration.ofMillis(100));
            assertExact(tracer.health().spans());
        }
    }

    private static void storm(Duration duration) {
        try (DharmaTracer tracer = tracer()) {
            long unused = fail(tracer, duration);
            tracer.close(Duration.ofMillis(100));
        }
    }

    private static DharmaTracer tracer() {
        return DharmaTracer.builder()
                .sink(new Deaf())
                .maxQueueBytes(QUEUE_BYTES)
                .build();
    }

    private static long fail(DharmaTracer tracer, Duration duration) {
        long until = System.nanoTime() + duration.toNanos();
        long failed = 0;
        while (System.nanoTime() < until) {
            try {
                tracer.tracedRun("charge-card", block -> {
                    throw new IllegalStateException("declined");
                });
            } catch (IllegalStateException declined) {
                failed++;
            }
        }
        return failed;
    }

    /** What is between the queues at a moment is in neither: the accounts are read once, and balance. */
    private static void assertExact(PipelineStats stats) {
        SinkStats deaf = stats.sinks().get(0);
        assertThat(stats.droppedTotal()
                        + stats.queuedRecords()
                        + deaf.delivered()
                        + deaf.droppedTotal()
                        + deaf.queuedRecords())
                .as("%s", stats)
                .isEqualTo(stats.offered());
    }

    private static long usedHeap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    /** Never answers. */
    private static final class Deaf implements Sink<SpanData> {

        @Override
        public String name() {
            return "deaf";
        }

        @Override
        public CompletionStage<Delivery> deliver(List<SpanData> batch) {
            return new CompletableFuture<>();
        }
    }
}
