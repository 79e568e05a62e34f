package io.dharma.tracing.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.PipelineStats;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.testsupport.LeakCheck;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A hundred thousand virtual threads, each with blocks of its own: none of them holds up its carrier for us. */
@ExtendWith(LeakCheck.class)
@EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "virtual threads came with JDK 21")
@Timeout(120)
class VirtualThreadsTest {

    private static final Logger LOG = LoggerFactory.getLogger(VirtualThreadsTest.class);
    private static final int THREADS = 100_000;
    private static final int BLOCKS = 3;

    /** How many run at once, so that a machine of any size gets through. */
    private static final int AT_ONCE = 2_000;

    @Test
    void blocks_onVirtualThreadsPinNoneAndKeepExactAccounts(@TempDir Path directory) throws Exception {
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        AtomicInteger traced = new AtomicInteger();
        CountingSink sink = new CountingSink();
        try (Recording recording = new Recording();
                DharmaTracer tracer = DharmaTracer.builder().sink(sink).build()) {
            recording.enable("jdk.VirtualThreadPinned").withoutThreshold().withStackTrace();
            recording.start();
            ExecutorService executor = virtualThreads();
            Semaphore room = new Semaphore(AT_ONCE);
            for (int i = 0; i < THREADS; i++) {
                room.acquire();
                int number = i;
                executor.execute(() -> {
                    try {
                        trace(tracer, number);
                        traced.incrementAndGet();
                    } catch (Throwable thrown) {
                        wrong.add(String.valueOf(thrown));
                    } finally {
                        room.release();
                    }
                });
            }
            executor.shutdown();
            assertThat(executor.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
            boolean unused = tracer.flush(Duration.ofSeconds(30));

            assertThat(wrong).isEmpty();
            assertThat(traced).hasValue(THREADS);
            assertExact(tracer, sink);
            Path file = directory.resolve("pinned.jfr");
            recording.stop();
            recording.dump(file);
            List<RecordedEvent> pinned = RecordingFile.readAllEvents(file);
            LOG.info("{} virtual threads: pinned {} times, by ours {} times", THREADS, pinned.size(), ours(pinned));
            assertThat(ours(pinned)).isZero();
        }
    }

    private static void trace(DharmaTracer tracer, int number) throws InterruptedException {
        tracer.tracedRun("outer", outer -> {
            outer.attribute("number", number);
            tracer.tracedRun("middle", middle -> {
                assertThat(middle.traceId()).isEqualTo(outer.traceId());
                // Somebody else's turn on this carrier, in the midst of the block.
                Thread.sleep(1);
                assertThat(tracer.current().spanId()).isEqualTo(middle.spanId());
                tracer.tracedRun("inner", inner -> {
                    assertThat(inner.traceId()).isEqualTo(outer.traceId());
                    LockSupport.parkNanos(1);
                });
            });
            assertThat(tracer.current().spanId()).isEqualTo(outer.spanId());
        });
        assertThat(tracer.current().isRecording()).isFalse();
    }

    private static void assertExact(DharmaTracer tracer, CountingSink sink) {
        TracerHealth health = tracer.health();
        PipelineStats spans = health.spans();
        long expected = (long) THREADS * BLOCKS;
        assertThat(health.blocks().started()).isEqualTo(expected);
        assertThat(health.blocks().ended()).isEqualTo(expected);
        assertThat(health.blocks().closedElsewhere()
                        + health.blocks().closedOutOfOrder()
                        + health.blocks().leftOpen())
                .isZero();
        assertThat(spans.offered()).isEqualTo(expected);
        assertThat(spans.sinks()).singleElement().satisfies(one -> {
            assertThat(one.delivered()).isEqualTo(sink.delivered.sum());
            assertThat(one.delivered()
                            + spans.droppedFor(one).values().stream()
                                    .mapToLong(Long::longValue)
                                    .sum())
                    .isEqualTo(expected);
        });
        assertThat(health.contained().callbacks() + health.contained().workers())
                .isZero();
    }

    /** With a frame of ours between the block's body, which sleeps by itself, and the place where it was pinned. */
    private static long ours(List<RecordedEvent> pinned) {
        return pinned.stream()
                .filter(event -> event.getStackTrace() != null)
                .filter(event -> {
                    List<String> frames = new ArrayList<>();
                    event.getStackTrace()
                            .getFrames()
                            .forEach(frame ->
                                    frames.add(frame.getMethod().getType().getName()));
                    return frames.stream()
                            .takeWhile(type -> !type.startsWith(VirtualThreadsTest.class.getName()))
                            .anyMatch(type -> type.startsWith("io.dharma.") || type.startsWith("io.opentelemetry."));
                })
                .count();
    }

    /** Compiled for 17, which has none. */
    private static ExecutorService virtualThreads() throws ReflectiveOperationException {
        return (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    }

    private static final class CountingSink implements Sink<SpanData> {

        private final LongAdder delivered = new LongAdder();

        @Override
        public String name() {
            return "counting";
        }

        @Override
        public CompletionStage<Delivery> deliver(List<SpanData> batch) {
            delivered.add(batch.size());
            return CompletableFuture.completedFuture(Delivery.delivered());
        }
    }
}
