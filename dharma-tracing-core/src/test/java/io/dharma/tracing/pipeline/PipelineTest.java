package io.dharma.tracing.pipeline;

import static io.dharma.tracing.pipeline.Accounts.assertBalanced;
import static io.dharma.tracing.pipeline.Accounts.assertSettled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The real thing, with its threads. */
@Timeout(60)
class PipelineTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final ScriptedSink otlp = new ScriptedSink("otlp");
    private final ScriptedSink zipkin = new ScriptedSink("zipkin");
    private final CountDownLatch testOver = new CountDownLatch(1);
    private @Nullable Pipeline<Item, Item> pipeline;

    @AfterEach
    void everythingEnds() {
        testOver.countDown();
        if (pipeline != null) {
            pipeline.close(Duration.ofMillis(500));
            assertBalanced(pipeline.stats());
        }
        await().untilAsserted(() -> assertThat(threads()).isEmpty());
    }

    // ---- the good days

    @Test
    void everySink_getsEveryRecordOnceAndInOrder() {
        Pipeline<Item, Item> pipeline = start(builder -> builder.sink(otlp).sink(zipkin));

        offer(pipeline, 5_000);

        assertThat(pipeline.flush(LONG)).isTrue();
        List<Long> expected = LongStream.range(0, 5_000).boxed().toList();
        assertThat(otlp.ids()).isEqualTo(expected);
        assertThat(zipkin.ids()).isEqualTo(expected);
        assertThat(pipeline.stats().offered()).isEqualTo(5_000);
        awaitSettled(pipeline);
    }

    @Test
    void records_leaveWithoutAnybodyAskingForIt() {
        Pipeline<Item, Item> pipeline = start(builder -> builder.sink(otlp).maxBatchDelay(Duration.ofMillis(20)));

        pipeline.offer(Item.ordinary(1));

        await().untilAsserted(() -> assertThat(otlp.ids()).containsExactly(1L));
    }

    @Test
    void recordAfterALongSilence_wakesTheSleepingPipeline() {
        ManualClock clock = new ManualClock();
        Pipeline<Item, Item> pipeline =
                start(builder -> builder.sink(otlp).clock(clock).maxBatchDelay(Duration.ZERO));
        clock.advance(Duration.ofSeconds(6));
        pipeline.wake();
        await().until(() -> thread("dharma-spans-intake").getState() == Thread.State.WAITING);

        pipeline.offer(Item.ordinary(1));

        await().untilAsserted(() -> assertThat(otlp.ids()).containsExactly(1L));
    }

    @Test
    void whatIsToBeDoneWhenAllWasTaken_isDoneAfterAllBeforeAndMayOfferMore() throws InterruptedException {
        Pipeline<Item, Item> pipeline = start(builder -> builder.sink(otlp));
        CountDownLatch done = new CountDownLatch(1);
        offer(pipeline, 5_000);

        pipeline.whenTaken(() -> {
            pipeline.offer(Item.ordinary(5_000));
            done.countDown();
        });
        pipeline.whenTaken(() -> {
            throw new IllegalStateException("harms nobody");
        });

        assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(pipeline.flush(LONG)).isTrue();
        assertThat(otlp.ids())
                .isEqualTo(LongStream.rangeClosed(0, 5_000).boxed().toList());
    }

    @Test
    void whatIsToBeDoneWhenAllWasTaken_isDoneAlsoByAPipelineThatIsClosed() {
        Pipeline<Item, Item> pipeline = start(builder -> builder.sink(otlp));
        pipeline.close();
        CountDownLatch done = new CountDownLatch(1);

        pipeline.whenTaken(done::countDown);

        assertThat(done.getCount()).isZero();
    }

    @Test
    void threads_areFewDaemonsAndNamed() {
        start(builder -> builder.sink(otlp).sink(zipkin).sink(new ScriptedSink("console")));

        assertThat(threads())
                .allMatch(Thread::isDaemon)
                .extracting(Thread::getName)
                .containsExactlyInAnyOrder(
                        "dharma-spans-intake", "dharma-spans-otlp", "dharma-spans-zipkin", "dharma-spans-console");
    }

    @Test
    void pipelineWithoutSinks_takesRecordsAndForgetsThem() {
        Pipeline<Item, Item> pipeline = start(builder -> builder);

        offer(pipeline, 10);

        assertThat(pipeline.flush(LONG)).isTrue();
        assertSettled(pipeline.stats());
    }

    @Test
    void manyProducers_withSeveralSinksLoseNothing() throws InterruptedException {
        Pipeline<Item, Item> pipeline = start(builder -> builder.sink(otlp).sink(zipkin));
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger snapshots = new AtomicInteger();
        AtomicReference<@Nullable Throwable> unbalanced = new AtomicReference<>();
        Thread auditor = new Thread(() -> {
            try {
                while (!over.get()) {
                    assertBalanced(pipeline.stats());
                    snapshots.incrementAndGet();
                }
            } catch (AssertionError e) {
                unbalanced.set(e);
            }
        });
        auditor.start();
        int each = 20_000;
        AtomicLong accepted = new AtomicLong();
        List<Thread> producers = new ArrayList<>();
        for (int p = 0; p < 3; p++) {
            long first = (long) p * each;
            Thread producer = new Thread(() -> {
                for (long id = first; id < first + each; id++) {
                    Item item = id % 10 == 0 ? Item.high(id) : Item.ordinary(id);
                    if (pipeline.offer(item)) {
                        accepted.incrementAndGet();
                    }
                }
            });
            producer.start();
            producers.add(producer);
        }
        for (Thread producer : producers) {
            producer.join();
        }
        pipeline.flush(LONG);
        over.set(true);
        auditor.join();

        assertThat(unbalanced.get()).isNull();
        assertThat(snapshots).hasPositiveValue();
        PipelineStats stats = pipeline.stats();
        assertThat(stats.offered()).isEqualTo(3L * each);
        assertThat(stats.offered() - stats.droppedTotal()).isEqualTo(accepted.get());
        for (ScriptedSink sink : List.of(otlp, zipkin)) {
            assertThat(sink.ids()).doesNotHaveDuplicates();
        }
        assertThat(stats.sinks()).allMatch(sink -> sink.delivered() + sink.droppedTotal() == accepted.get());
        awaitSettled(pipeline);
    }

    // ---- conversion

    @Test
    void converting_toNullDropsOnPurposeAndIsNoLoss() {
        Pipeline<Item, Item> pipeline = start(item -> item.id() % 2 == 0 ? item : null, builder -> builder.sink(otlp));

        offer(pipeline, 10);

        assertThat(pipeline.flush(LONG)).isTrue();
        assertThat(otlp.ids()).containsExactly(0L, 2L, 4L, 6L, 8L);
        assertThat(pipeline.stats().dropped()).isEqualTo(Map.of(DropReason.FILTERED, 5L));
    }

    @Test
    void converting_thatThrowsAnythingLosesThatRecordOnly() {
        Pipeline<Item, Item> pipeline = start(
                item -> {
                    switch ((int) item.id()) {
                        case 1 -> throw new IllegalStateException();
                        case 2 -> throw new StackOverflowError();
                        case 3 -> throw new OutOfMemoryError();
                        case 4 -> throw new NoClassDefFoundError();
                        default -> {
                            return item;
                        }
                    }
                },
                builder -> builder.sink(otlp));

        offer(pipeline, 6);

        assertThat(pipeline.flush(LONG)).isFalse();
        assertThat(otlp.ids()).containsExactly(0L, 5L);
        assertThat(pipeline.stats().dropped()).isEqualTo(Map.of(DropReason.CONVERT_FAILED, 4L));
    }

    @Test
    void converting_thatHangsDoesNotHinderClosing() {
        Pipeline<Item, Item> pipeline = start(
                item -> {
                    awaitUninterruptibly(testOver);
                    return item;
                },
                builder -> builder.sink(otlp));
        offer(pipeline, 3);

        assertCloses(pipeline, Duration.ofMillis(300));

        assertThat(pipeline.stats().dropped()).isEqualTo(Map.of(DropReason.UNDELIVERED, 3L));
        assertThat(otlp.timesClosed()).isEqualTo(1);
    }

    @Test
    void converting_thatNeverReturnsCostsOneRecordAndAThread() {
        ManualClock clock = new ManualClock();
        Pipeline<Item, Item> pipeline = start(
                item -> {
                    if (item.id() == 1) {
                        awaitUninterruptibly(testOver);
                    }
                    return item;
                },
                builder -> builder.sink(otlp).clock(clock));
        offer(pipeline, 5);

        await().until(() -> {
            clock.advance(Duration.ofMillis(500));
            pipeline.wake();
            return otlp.ids().equals(List.of(0L, 2L, 3L, 4L));
        });

        assertThat(pipeline.stats().dropped()).containsExactly(Map.entry(DropReason.CONVERT_FAILED, 1L));
        testOver.countDown();
        await().untilAsserted(() -> assertThat(threads()).hasSize(2));
        assertSettled(pipeline.stats());
    }

    @Test
    void converting_thatReactsToAnInterruptCostsOneRecordOnly() {
        ManualClock clock = new ManualClock();
        AtomicInteger interrupts = new AtomicInteger();
        Pipeline<Item, Item> pipeline = start(
                item -> {
                    if (item.id() == 1) {
                        try {
                            testOver.await();
                        } catch (InterruptedException e) {
                            interrupts.incrementAndGet();
                            throw new IllegalStateException(e);
                        }
                    }
                    return item;
                },
                builder -> builder.sink(otlp).clock(clock));
        offer(pipeline, 3);

        await().until(() -> {
            if (interrupts.get() == 0) {
                clock.advance(Duration.ofMillis(100));
            }
            pipeline.wake();
            return interrupts.get() == 1;
        });
        await().until(() -> {
            clock.advance(Duration.ofMillis(500));
            pipeline.wake();
            return otlp.ids().equals(List.of(0L, 2L));
        });
        assertThat(pipeline.stats().dropped()).containsExactly(Map.entry(DropReason.CONVERT_FAILED, 1L));
    }

    // ---- stages

    @Test
    void stages_changeAndDropRecordsInTheirOrder() {
        Pipeline<Item, Item> pipeline = start(builder -> builder.sink(otlp)
                .stage(Stage.optional("renumber", item -> Item.ordinary(item.id() + 10)))
                .stage(Stage.required("odd", item -> item.id() % 2 == 0 ? null : item)));

        offer(pipeline, 4);

        assertThat(pipeline.flush(LONG)).isTrue();
        assertThat(otlp.ids()).containsExactly(11L, 13L);
        assertThat(pipeline.stats().dropped()).containsExactly(Map.entry(DropReason.FILTERED, 2L));
        assertThat(pipeline.stats().stageFailures()).isEmpty();
    }

    @Test
    void optionalStageThatThrows_isLeftOutAndCounted() {
        Pipeline<Item, Item> pipeline = start(builder -> builder.sink(otlp).stage(Stage.optional("enrich", item -> {
            throw ScriptedSinks.sneaky(item.id() == 0 ? new StackOverflowError() : new IllegalStateException());
        })));

        offer(pipeline, 2);

        assertThat(pipeline.flush(LONG)).isTrue();
        assertThat(otlp.ids()).containsExactly(0L, 1L);
        assertThat(pipeline.stats().stageFailures()).containsExactly(Map.entry("enrich", 2L));
    }

    @Test
    void requiredStageThatThrows_keepsTheRecordInside() {
        Pipeline<Item, Item> pipeline = start(builder -> builder.sink(otlp).stage(Stage.required("redact", item -> {
            if (item.id() == 0) {
                throw new IllegalStateException("secret");
            }
            return item;
        })));

        offer(pipeline, 2);

        assertThat(pipeline.flush(LONG)).isFalse();
        assertThat(otlp.ids()).containsExactly(1L);
        assertThat(pipeline.stats().dropped()).containsExactly(Map.entry(DropReason.STAGE_FAILED, 1L));
        assertThat(pipeline.stats().stageFailures()).containsExactly(Map.entry("redact", 1L));
    }

    // ---- threads for several

    @Test
    void pipelinesThatShareThreads_haveOneForIntakeAndOneForEachReceiver() {
        PipelineThreads threads = PipelineThreads.shared();
        ScriptedSink logsSink = new ScriptedSink("otlp");
        Pipeline<Item, Item> spans =
                start(builder -> builder.threads(threads).sink(otlp).sink(zipkin));
        try (Pipeline<Item, Item> logs = Pipeline.builder("logs", Item.TYPE, (Item item) -> item)
                .threads(threads)
                .sink(logsSink)
                .build()) {
            offer(spans, 3);
            offer(logs, 2);
            assertThat(spans.flush(LONG)).isTrue();
            assertThat(logs.flush(LONG)).isTrue();
            assertThat(otlp.ids()).containsExactly(0L, 1L, 2L);
            assertThat(logsSink.ids()).containsExactly(0L, 1L);
            assertThat(threads("dharma-"))
                    .extracting(Thread::getName)
                    .contains("dharma-intake", "dharma-otlp", "dharma-zipkin")
                    .noneMatch(name -> name.startsWith("dharma-spans") || name.startsWith("dharma-logs"));
        }
        offer(spans, 1);
        assertThat(spans.flush(LONG)).isTrue();
        assertThat(otlp.ids()).hasSize(4);
        spans.close();
        List<String> shared = List.of("dharma-intake", "dharma-otlp", "dharma-zipkin");
        await().untilAsserted(() ->
                assertThat(threads("dharma-")).extracting(Thread::getName).doesNotContainAnyElementsOf(shared));
    }

    @Test
    void convertedSize_isWhatCountsAgainstTheSinksMemory() {
        otlp.does(batch -> new CompletableFuture<>());
        Pipeline<Item, Item> pipeline = start(builder -> builder.sink(otlp).convertedSize(item -> 1_000));

        offer(pipeline, 3);

        await().until(() -> pipeline.stats().queuedRecords() == 0);
        assertThat(pipeline.stats().sinks().get(0).queuedBytes()).isEqualTo(3_000);
    }

    // ---- offer

    @Test
    void offer_thatDoesNotFitIsDroppedAndCounted() throws InterruptedException {
        CountDownLatch converting = new CountDownLatch(1);
        Pipeline<Item, Item> pipeline = start(
                item -> {
                    converting.countDown();
                    awaitUninterruptibly(testOver);
                    return item;
                },
                builder -> builder.sink(otlp).maxQueueBytes(256 << 10));
        pipeline.offer(new Item(0, 1 << 10, Priority.NORMAL));
        converting.await();

        int accepted = 1;
        while (pipeline.offer(new Item(accepted, 1 << 10, Priority.NORMAL))) {
            accepted++;
        }
        assertThat(accepted).as("three quarters of the intake's quarter").isEqualTo(48);
        while (pipeline.offer(new Item(accepted, 1 << 10, Priority.HIGH))) {
            accepted++;
        }

        assertThat(accepted).isEqualTo(64);
        assertThat(pipeline.stats().dropped()).isEqualTo(Map.of(DropReason.QUEUE_FULL, 2L));
        assertThat(pipeline.stats().queuedBytes()).isEqualTo(64 << 10);
    }

    @Test
    void offer_survivesARecordThatCannotBeMeasured() {
        RecordType<Item> hostile = new RecordType<>() {
            @Override
            public int sizeOf(Item record) {
                if (record.id() == 1) {
                    throw new StackOverflowError();
                }
                return record.id() == 2 ? Integer.MIN_VALUE : 1;
            }

            @Override
            public Priority priority(Item record) {
                return record.id() == 3 ? ScriptedSinks.nothing() : Priority.NORMAL;
            }
        };
        Pipeline<Item, Item> pipeline = Pipeline.builder("spans", hostile, (Item item) -> item)
                .sink(otlp)
                .build();
        this.pipeline = pipeline;

        offer(pipeline, 5);
        pipeline.flush(LONG);

        assertThat(otlp.ids()).containsExactly(0L, 2L, 3L, 4L);
        assertThat(pipeline.stats().dropped()).isEqualTo(Map.of(DropReason.CONVERT_FAILED, 1L));
    }

    @Test
    void offer_atTheEndOfTheStackLeavesThePipelineWell() {
        Pipeline<Item, Item> pipeline = start(builder -> builder.sink(otlp));
        for (int round = 0; round < 30; round++) {
            // Starts a little deeper each time, so that the stack ends in another place of offer().
            afterFrames(round, () -> offerUntilTheStackOverflows(pipeline, 0));
            pipeline.flush(LONG);
        }

        pipeline.offer(Item.ordinary(-1));
        pipeline.flush(LONG);

        assertThat(otlp.ids()).contains(-1L);
        awaitSettled(pipeline);
    }

    private static void afterFrames(int frames, Runnable work) {
        if (frames == 0) {
            work.run();
        } else {
            afterFrames(frames - 1, work);
        }
    }

    private static int offerUntilTheStackOverflows(Pipeline<Item, Item> pipeline, int depth) {
        int below = 0;
        try {
            if (depth == Integer.MAX_VALUE) {
                return 0;
            }
            below = offerUntilTheStackOverflows(pipeline, depth + 1);
        } catch (StackOverflowError expected) {
            below = 0;
        }
        if (below < 1_000) {
            pipeline.offer(Item.ordinary(depth));
        }
        return below + 1;
    }

    // ---- sinks that hang

    @Test
    void sinkThatBlocksForEver_doesNotConcernTheOthersAndClosingIsBounded() {
        otlp.does(batch -> {
            awaitUninterruptibly(testOver);
            return CompletableFuture.completedFuture(Delivery.delivered());
        });
        Pipeline<Item, Item> pipeline = start(builder -> builder.sink(otlp).sink(zipkin));
        offer(pipeline, 1_000);

        assertThat(pipeline.flush(Duration.ofMillis(300))).isFalse();
        await().untilAsserted(() -> assertThat(zipkin.ids()).hasSize(1_000));
        assertCloses(pipeline, Duration.ofMillis(500));

        assertThat(pipeline.stats().sinks().get(0).dropped()).isEqualTo(Map.of(DropReason.UNDELIVERED, 1_000L));
        assertThat(pipeline.stats().sinks().get(1).delivered()).isEqualTo(1_000);
        assertThat(zipkin.timesClosed()).isEqualTo(1);
        assertSettled(pipeline.stats());
    }

    @Test
    void sinkThatBlocksTooLong_isInterruptedAndTriedAgain() {
        ManualClock clock = new ManualClock();
        CountDownLatch interrupted = new CountDownLatch(1);
        otlp.does(batch -> {
            try {
                testOver.await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            throw new IllegalStateException();
        });
        Pipeline<Item, Item> pipeline =
                start(builder -> builder.sink(otlp).clock(clock).maxBatchDelay(Duration.ZERO));
        pipeline.offer(Item.ordinary(1));
        await().until(() -> otlp.calls() == 1);
        otlp.answers(Delivery.delivered());

        clock.advance(Duration.ofSeconds(5));
        pipeline.wake();
        await().until(() -> interrupted.getCount() == 0);
        assertThat(pipeline.stats().sinks().get(0).lastError()).isEqualTo("deliver() did not return within 5 s");
        await().until(() -> {
            clock.advance(Duration.ofSeconds(1));
            pipeline.wake();
            return otlp.calls() == 2;
        });

        await().untilAsserted(() ->
                assertThat(pipeline.stats().sinks().get(0).delivered()).isEqualTo(1));
    }

    @Test
    void sinkInAHangingCall_isShownAsDegraded() {
        ManualClock clock = new ManualClock();
        otlp.does(batch -> {
            awaitUninterruptibly(testOver);
            return CompletableFuture.completedFuture(Delivery.delivered());
        });
        Pipeline<Item, Item> pipeline =
                start(builder -> builder.sink(otlp).clock(clock).maxBatchDelay(Duration.ZERO));
        pipeline.offer(Item.ordinary(1));
        await().until(() -> otlp.calls() == 1);

        clock.advance(Duration.ofSeconds(5));
        pipeline.wake();

        await().until(() -> pipeline.stats().sinks().get(0).state() == SinkState.DEGRADED);
    }

    @Test
    void stagesThatNeverComplete_doNotConcernTheOthersAndClosingIsBounded() {
        otlp.does(batch -> new CompletableFuture<>());
        Pipeline<Item, Item> pipeline = start(builder -> builder.sink(otlp).sink(zipkin));
        offer(pipeline, 1_000);

        assertCloses(pipeline, Duration.ofMillis(500));

        assertThat(pipeline.stats().sinks().get(0).dropped()).isEqualTo(Map.of(DropReason.UNDELIVERED, 1_000L));
        assertThat(pipeline.stats().sinks().get(1).delivered()).isEqualTo(1_000);
        assertThat(otlp.timesClosed()).isEqualTo(1);
    }

    // ---- workers are immortal

    @Test
    void interrupts_ofThePipelinesThreadsAreIgnored() {
        Pipeline<Item, Item> pipeline = start(builder -> builder.sink(otlp));

        for (int i = 0; i < 10; i++) {
            threads().forEach(Thread::interrupt);
            offer(pipeline, 10);
            pipeline.flush(LONG);
        }

        assertThat(pipeline.stats().sinks().get(0).delivered()).isEqualTo(100);
        assertThat(threads()).hasSize(2);
    }

    @Test
    void sinkThatThrowsErrors_getsTheBatchAgain() {
        AtomicInteger calls = new AtomicInteger();
        List<Throwable> hostile = List.of(new OutOfMemoryError(), new StackOverflowError());
        otlp.does(batch -> {
            int call = calls.getAndIncrement();
            if (call < hostile.size()) {
                throw ScriptedSinks.sneaky(hostile.get(call));
            }
            return CompletableFuture.completedFuture(Delivery.delivered());
        });
        Pipeline<Item, Item> pipeline = start(builder -> builder.sink(otlp));

        offer(pipeline, 10);

        assertThat(pipeline.flush(LONG)).isTrue();
        assertThat(pipeline.stats().sinks().get(0).failedDeliveries()).isEqualTo(2);
        assertThat(pipeline.stats().sinks().get(0).delivered()).isEqualTo(10);
    }

    @Test
    void outcomesOnForeignThreads_areCounted() {
        otlp.does(batch -> CompletableFuture.supplyAsync(
                Delivery::delivered, CompletableFuture.delayedExecutor(5, TimeUnit.MILLISECONDS)));
        Pipeline<Item, Item> pipeline = start(builder -> builder.sink(otlp).maxBatchSize(10));

        offer(pipeline, 1_000);

        assertThat(pipeline.flush(LONG)).isTrue();
        assertThat(otlp.calls()).isGreaterThanOrEqualTo(100);
        awaitSettled(pipeline);
    }

    // ---- flush

    @Test
    void flush_tellsOnceThatSomethingWasLostEvenIfThatWasEarlier() {
        otlp.answersInTurn(Delivery.partly(1, "no"), Delivery.delivered());
        Pipeline<Item, Item> pipeline = start(builder -> builder.sink(otlp).maxBatchDelay(Duration.ZERO));
        offer(pipeline, 1);
        await().until(() -> pipeline.stats().sinks().get(0).droppedTotal() == 1);

        assertThat(pipeline.flush(LONG)).isFalse();
        offer(pipeline, 1);
        assertThat(pipeline.flush(LONG)).isTrue();
    }

    @Test
    void flush_isFalseWhenTimeRunsOut() {
        otlp.does(batch -> new CompletableFuture<>());
        Pipeline<Item, Item> pipeline = start(builder -> builder.sink(otlp).sink(zipkin));
        offer(pipeline, 1);

        assertThat(pipeline.flush(Duration.ofMillis(50))).isFalse();
        assertThat(pipeline.flush(Duration.ofSeconds(-1))).isFalse();
    }

    @Test
    void flush_ofNothingIsTrue() {
        Pipeline<Item, Item> pipeline = start(builder -> builder.sink(otlp));

        assertThat(pipeline.flush(Duration.ofDays(Long.MAX_VALUE / 100_000))).isTrue();
    }

    @Test
    void flush_ofOneOfThePipelinesOwnThreadsDoesNotWait() {
        CompletableFuture<Boolean> flushed = new CompletableFuture<>();
        Pipeline<Item, Item> pipeline = start(builder -> builder.sink(otlp));
        otlp.does(batch -> {
            flushed.complete(pipeline.flush(LONG));
            return CompletableFuture.completedFuture(Delivery.delivered());
        });
        offer(pipeline, 1);
        pipeline.flush(LONG);

        assertThat(flushed).isCompletedWithValue(false);
    }

    @Test
    void flush_keepsTheInterruptOfItsCaller() {
        otlp.does(batch -> new CompletableFuture<>());
        Pipeline<Item, Item> pipeline = start(builder -> builder.sink(otlp));
        offer(pipeline, 1);

        Thread.currentThread().interrupt();
        assertThat(pipeline.flush(LONG)).isFalse();
        assertThat(Thread.interrupted()).isTrue();
    }

    // ---- close

    @Test
    void close_deliversWhatWaitsAndLetsGoOfEverything() {
        Pipeline<Item, Item> pipeline = start(builder -> builder.sink(otlp).sink(zipkin));
        offer(pipeline, 1_000);

        pipeline.close();

        assertThat(otlp.ids()).hasSize(1_000);
        assertThat(otlp.timesClosed()).isEqualTo(1);
        assertThat(zipkin.timesClosed()).isEqualTo(1);
        assertThat(pipeline.stats().sinks()).allMatch(sink -> sink.state() == SinkState.CLOSED);
        assertThat(threads()).isEmpty();
        assertSettled(pipeline.stats());
    }

    @Test
    void close_isIdempotentAlsoFromManyThreads() throws InterruptedException {
        Pipeline<Item, Item> pipeline = start(builder -> builder.sink(otlp));
        offer(pipeline, 100);
        List<Thread> closers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread closer = new Thread(pipeline::close);
            closer.start();
            closers.add(closer);
        }
        for (Thread closer : closers) {
            closer.join();
        }
        pipeline.close();

        assertThat(otlp.timesClosed()).isEqualTo(1);
        assertThat(otlp.ids()).hasSize(100);
    }

    @Test
    void offerAfterClose_isDroppedAndCounted() {
        Pipeline<Item, Item> pipeline = start(builder -> builder.sink(otlp));
        pipeline.close();

        assertThat(pipeline.offer(Item.ordinary(1))).isFalse();
        assertThat(pipeline.stats().dropped()).isEqualTo(Map.of(DropReason.CLOSED, 1L));
        assertThat(pipeline.flush(LONG)).isFalse();
        assertThat(pipeline.flush(LONG)).isTrue();
    }

    @Test
    void closeWhileProducersOffer_countsEveryRecord() throws InterruptedException {
        for (int round = 0; round < 20; round++) {
            Pipeline<Item, Item> pipeline = start(builder -> builder.sink(otlp));
            AtomicLong offered = new AtomicLong();
            CountDownLatch started = new CountDownLatch(2);
            List<Thread> producers = new ArrayList<>();
            for (int p = 0; p < 2; p++) {
                Thread producer = new Thread(() -> {
                    boolean accepted = true;
                    for (int i = 0; accepted || i < 100; i++) {
                        accepted = pipeline.offer(Item.ordinary(i));
                        offered.incrementAndGet();
                        started.countDown();
                    }
                });
                producer.start();
                producers.add(producer);
            }
            started.await();
            pipeline.close(LONG);
            for (Thread producer : producers) {
                producer.join();
            }

            assertThat(pipeline.stats().offered()).isEqualTo(offered.get());
            assertSettled(pipeline.stats());
        }
    }

    @Test
    void closeByASink_doesNotHang() {
        Pipeline<Item, Item> pipeline = start(builder -> builder.sink(otlp));
        otlp.does(batch -> {
            pipeline.close();
            return CompletableFuture.completedFuture(Delivery.delivered());
        });
        offer(pipeline, 1);

        await().untilAsserted(() -> assertThat(threads()).isEmpty());
        assertThat(otlp.timesClosed()).isEqualTo(1);
    }

    @Test
    void sinkThatFailsToClose_doesNotHinderTheOthers() {
        Sink<Item> hostile = new Sink<>() {
            @Override
            public String name() {
                return "hostile";
            }

            @Override
            public CompletionStage<Delivery> deliver(List<Item> batch) {
                return CompletableFuture.completedFuture(Delivery.delivered());
            }

            @Override
            public void close(Duration deadline) {
                throw new NoClassDefFoundError();
            }
        };
        Pipeline<Item, Item> pipeline = start(builder -> builder.sink(hostile).sink(otlp));

        pipeline.close();

        assertThat(otlp.timesClosed()).isEqualTo(1);
        assertThat(threads()).isEmpty();
    }

    // ---- settings

    @Test
    void build_refusesTwoSinksOfOneName() {
        assertThatThrownBy(() -> start(builder -> builder.sink(otlp).sink(new ScriptedSink("otlp"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("two sinks of spans are named otlp");
    }

    @Test
    void builder_saysWhichSettingIsWrongAndWhatIsAllowed() {
        assertThatThrownBy(() -> start(builder -> builder.maxBatchSize(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxBatchSize is 0, must be at least 1");
    }

    // ----

    private Pipeline<Item, Item> start(Function<Pipeline.Builder<Item, Item>, Pipeline.Builder<Item, Item>> settings) {
        return start(item -> item, settings);
    }

    private Pipeline<Item, Item> start(
            Function<Item, @Nullable Item> convert,
            Function<Pipeline.Builder<Item, Item>, Pipeline.Builder<Item, Item>> settings) {
        Pipeline<Item, Item> started =
                settings.apply(Pipeline.builder("spans", Item.TYPE, convert)).build();
        pipeline = started;
        return started;
    }

    private static void offer(Pipeline<Item, Item> pipeline, int records) {
        for (int id = 0; id < records; id++) {
            pipeline.offer(Item.ordinary(id));
        }
    }

    /** A flush returns when the records are delivered; the last bookkeeping follows a moment later. */
    private static void awaitSettled(Pipeline<Item, Item> pipeline) {
        await().untilAsserted(() -> assertSettled(pipeline.stats()));
    }

    private static void assertCloses(Pipeline<Item, Item> pipeline, Duration deadline) {
        long start = System.nanoTime();
        pipeline.close(deadline);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(deadline.plusSeconds(2));
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<Thread> threads() {
        return threads("dharma-spans-");
    }

    private static List<Thread> threads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(prefix))
                .toList();
    }

    private static Thread thread(String name) {
        return threads().stream()
                .filter(thread -> thread.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
