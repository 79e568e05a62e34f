package io.dharma.tracing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.testsupport.LeakCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Five sinks, four of them faulty, each in a way of its own: whichever is the fifth delivers everything. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class FaultySinksTest {

    private static final int SINKS = 5;
    private static final int RECORDS = 10_000;

    private final CountDownLatch testOver = new CountDownLatch(1);

    private @Nullable Pipeline<Item, Item> pipeline;

    @AfterEach
    void letGo() {
        testOver.countDown();
        if (pipeline != null) {
            pipeline.close(Duration.ofSeconds(1));
        }
    }

    private static long waiting(PipelineStats stats, int sink) {
        return stats.queuedRecords() + stats.sinks().get(sink).queuedRecords();
    }

    private List<Function<List<Item>, CompletionStage<Delivery>>> faults() {
        return List.of(
                batch -> {
                    throw ScriptedSinks.sneaky(
                            batch.get(0).id() % 2 == 0 ? new OutOfMemoryError() : new IllegalStateException());
                },
                batch -> {
                    hang();
                    return CompletableFuture.completedFuture(Delivery.delivered());
                },
                batch -> new CompletableFuture<>(),
                batch -> CompletableFuture.completedFuture(Delivery.refused("401")),
                batch -> CompletableFuture.completedFuture(Delivery.rejected("400")));
    }

    private void hang() {
        while (testOver.getCount() > 0) {
            try {
                testOver.await();
            } catch (InterruptedException deaf) {
                // It is the point that this does not help.
            }
        }
    }

    /** Also on threads that other pipelines share. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void fifthSink_deliversEverything(int healthy) {
        List<ScriptedSink> sinks = new ArrayList<>();
        List<Function<List<Item>, CompletionStage<Delivery>>> faults = faults();
        for (int i = 0; i < SINKS; i++) {
            ScriptedSink sink = new ScriptedSink("sink-" + i);
            // The healthy one takes the place of one fault; which one differs from run to run.
            sinks.add(i == healthy ? sink : sink.does(faults.get(i)));
        }
        Pipeline.Builder<Item, Item> builder = Pipeline.<Item, Item>builder("spans", Item.TYPE, item -> item)
                .threads(PipelineThreads.shared())
                .maxBatchDelay(Duration.ofMillis(10))
                .deliveryTimeout(Duration.ofMillis(200));
        sinks.forEach(builder::sink);
        Pipeline<Item, Item> pipeline = builder.build();
        this.pipeline = pipeline;

        for (long id = 0; id < RECORDS; id++) {
            // What does not fit is dropped, and that an application is faster than a sink is another test's.
            while (id % 100 == 0 && waiting(pipeline.stats(), healthy) > 1_000) {
                LockSupport.parkNanos(1_000_000);
            }
            pipeline.offer(Item.ordinary(id));
        }

        List<Long> all = LongStream.range(0, RECORDS).boxed().toList();
        ScriptedSink fifth = sinks.get(healthy);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () -> assertThat(pipeline.stats().sinks().get(healthy).delivered())
                                .as("%s", pipeline.stats())
                                .isEqualTo(RECORDS));
        assertThat(fifth.ids()).isEqualTo(all);
        assertThat(pipeline.stats().droppedTotal()).isZero();
        long start = System.nanoTime();
        pipeline.close(Duration.ofSeconds(1));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(1_500));
        Accounts.assertBalanced(pipeline.stats());
        assertThat(pipeline.stats().sinks())
                .allSatisfy(sink ->
                        assertThat(sink.delivered() + sink.droppedTotal()).isEqualTo(RECORDS));
    }
}
