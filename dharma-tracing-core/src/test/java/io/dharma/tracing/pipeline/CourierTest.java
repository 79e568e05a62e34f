package io.dharma.tracing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.spi.LogCapture;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One sink's courier without its thread: the test takes the turns and moves the clock. */
class CourierTest {

    private static final Duration BATCH_DELAY = Duration.ofSeconds(1);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final ManualClock clock = new ManualClock();
    private final ScriptedSink sink = new ScriptedSink("otlp");
    private final DeadLetters<Item> deadLetters = new DeadLetters<>(64 << 10);
    private final Courier<Item> courier = courier(64 << 10);
    private final LogCapture logged = LogCapture.of(Pipeline.class);
    private long offered;

    @AfterEach
    void stopListening() {
        logged.close();
    }

    @AfterEach
    void accountsBalance() {
        SinkStats stats = courier.stats();
        assertThat(stats.delivered() + stats.droppedTotal() + stats.queuedRecords())
                .isEqualTo(offered);
    }

    // ---- batches

    @Test
    void batch_waitsToBeFilledButNotForLong() {
        accept(1, 2, 3);
        courier.turn();
        assertThat(sink.calls()).isZero();

        advance(BATCH_DELAY);

        assertThat(sink.batches()).containsExactly(List.of(1L, 2L, 3L));
        assertThat(courier.stats().delivered()).isEqualTo(3);
        assertThat(courier.stats().queuedBytes()).isZero();
    }

    @Test
    void fullBatch_goesAtOnceAndTheRestWaits() {
        accept(LongStream.rangeClosed(1, 25).toArray());

        courier.turn();

        assertThat(sink.batches()).hasSize(2).allMatch(batch -> batch.size() == 10);
        assertThat(courier.stats().queuedRecords()).isEqualTo(5);
    }

    @Test
    void batch_isFullByBytesToo() {
        for (int id = 1; id <= 4; id++) {
            accept(new Item(id, 5_000, Priority.NORMAL));
        }

        advance(BATCH_DELAY);

        assertThat(sink.batches()).containsExactly(List.of(1L, 2L), List.of(3L, 4L));
    }

    @Test
    void turn_saysWhenTheNextBatchIsDue() {
        assertThat(courier.turn()).isEqualTo(Worker.FOREVER);
        accept(1);

        assertThat(courier.turn()).isEqualTo(BATCH_DELAY.toNanos());
    }

    @Test
    void highPriority_leavesFirst() {
        accept(1, 2);
        accept(Item.high(3));

        advance(BATCH_DELAY);

        assertThat(sink.ids()).containsExactly(3L, 1L, 2L);
    }

    @Test
    void fullQueue_dropsTheNewestOrdinaryRecordsAndStillTakesThoseOfHighPriority() {
        Courier<Item> small = courier(1_000);
        for (int id = 1; id <= 9; id++) {
            small.accept(Item.ordinary(id), 100, Priority.NORMAL, Journal.NOT_WRITTEN);
        }
        small.accept(Item.high(10), 100, Priority.HIGH, Journal.NOT_WRITTEN);

        small.turn();
        clock.advance(BATCH_DELAY);
        small.turn();

        assertThat(sink.ids()).containsExactly(10L, 1L, 2L, 3L, 4L, 5L, 6L, 7L);
        assertThat(small.stats().dropped()).isEqualTo(Map.of(DropReason.QUEUE_FULL, 2L));
    }

    @Test
    void severalDeliveries_areUnderWayAtOnceButNotMoreThanAllowed() {
        sink.does(batch -> new CompletableFuture<>());
        accept(LongStream.rangeClosed(1, 100).toArray());

        courier.turn();

        assertThat(sink.calls()).isEqualTo(4);
        assertThat(courier.stats().inFlight()).isEqualTo(4);
        assertThat(courier.stats().queuedRecords()).isEqualTo(100);
    }

    // ---- failures

    @Test
    void retry_offersTheSameBatchAgain() {
        sink.answersInTurn(Delivery.retry("503"), Delivery.delivered());
        deliver(1, 2);
        assertThat(courier.stats().queuedRecords()).isEqualTo(2);
        assertThat(courier.stats().lastError()).isEqualTo("503");

        advance(Duration.ofMillis(500));

        assertThat(sink.batches()).containsExactly(List.of(1L, 2L), List.of(1L, 2L));
        assertThat(courier.stats().delivered()).isEqualTo(2);
        assertThat(courier.stats().failedDeliveries()).isEqualTo(1);
    }

    @Test
    void retryAfter_isHonoured() {
        sink.answersInTurn(Delivery.retry("429", Duration.ofSeconds(20)), Delivery.delivered());
        deliver(1);

        advance(Duration.ofSeconds(19));
        accept(2);
        advance(Duration.ofMillis(999));
        assertThat(sink.calls()).isEqualTo(1);
        advance(Duration.ofSeconds(1));

        assertThat(sink.ids()).containsExactly(1L, 1L, 2L);
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE / 1_000_000_000, -5, 0})
    void retryAfter_isAtLeastASecond(long seconds) {
        sink.answersInTurn(Delivery.retry("429", Duration.ofSeconds(seconds)), Delivery.delivered());
        deliver(1);

        advance(Duration.ofMillis(999));
        assertThat(sink.calls()).isEqualTo(1);
        advance(Duration.ofMillis(1));
        assertThat(sink.calls()).isEqualTo(2);
    }

    @Test
    void retryAfter_isAtMostFiveMinutes() {
        sink.answersInTurn(Delivery.retry("429", Duration.ofSeconds(Long.MAX_VALUE)), Delivery.delivered());
        deliver(1);

        advance(Duration.ofSeconds(299));
        assertThat(sink.calls()).isEqualTo(1);
        advance(Duration.ofSeconds(1));
        assertThat(sink.calls()).isEqualTo(2);
    }

    @Test
    void outage_isProbedOnceInAWhileAndLosesNothing() {
        sink.answers(Delivery.retry("connection refused"));
        int size = 1_100;
        for (int second = 0; second < 600; second++) {
            accept(new Item(second, size, Priority.NORMAL));
            advance(Duration.ofSeconds(1));
        }
        assertThat(courier.stats().state()).isEqualTo(SinkState.DEGRADED);
        assertThat(sink.calls()).isBetween(300, 1_300);
        assertThat(courier.stats().queuedBytes()).isLessThanOrEqualTo(64 << 10);
        long dropped = courier.stats().droppedTotal();
        assertThat(dropped).isEqualTo(600 - (64 << 10) * 3 / 4 / size);

        sink.answers(Delivery.delivered());
        advance(Duration.ofSeconds(2));
        assertThat(courier.stats().state()).isEqualTo(SinkState.HEALTHY);
        advance(Duration.ofSeconds(1));

        assertThat(courier.stats().delivered()).isEqualTo(600 - dropped);
    }

    @Test
    void refused_pausesForFiveMinutesAndKeepsTheBatch() {
        sink.answersInTurn(Delivery.refused("401"), Delivery.delivered());
        deliver(1);
        assertThat(courier.stats().state()).isEqualTo(SinkState.PAUSED);

        advance(Duration.ofSeconds(299));
        assertThat(sink.calls()).isEqualTo(1);
        advance(Duration.ofSeconds(1));

        assertThat(courier.stats().state()).isEqualTo(SinkState.HEALTHY);
        assertThat(courier.stats().delivered()).isEqualTo(1);
    }

    @Test
    void rejectedBatch_isHalvedUntilOnlyThePoisonIsLost() {
        sink.does(batch -> CompletableFuture.completedFuture(
                batch.contains(Item.ordinary(7)) ? Delivery.rejected("400") : Delivery.delivered()));

        deliver(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);

        assertThat(courier.stats().delivered()).isEqualTo(9);
        assertThat(courier.stats().dropped()).isEqualTo(Map.of(DropReason.REJECTED, 1L));
        assertThat(courier.stats().queuedBytes()).isZero();
        assertThat(courier.stats().lastError()).isEqualTo("400");
    }

    @Test
    void rejectedRecords_canBeLookedAtWithTheReason() {
        sink.does(batch -> CompletableFuture.completedFuture(
                batch.stream().anyMatch(item -> item.id() == 3)
                        ? Delivery.rejected("400: no such\nfield")
                        : Delivery.delivered()));

        deliver(1, 2, 3, 4);
        for (int i = 0; i < 4; i++) {
            advance(BATCH_DELAY);
        }

        assertThat(deadLetters.list()).singleElement().satisfies(letter -> {
            assertThat(letter.record().id()).isEqualTo(3);
            assertThat(letter.sink()).isEqualTo("otlp");
            assertThat(letter.reason()).startsWith("400: no such").doesNotContain("\n");
            assertThat(letter.at()).isEqualTo(Instant.EPOCH.plusNanos(clock.now()));
        });
    }

    @Test
    void receiverThatRejectsEverything_isNotAskedRecordByRecord() {
        sink.answers(Delivery.rejected("400"));

        for (int batch = 0; batch < 15; batch++) {
            accept(LongStream.range(batch * 10L, batch * 10L + 10).toArray());
            courier.turn();
            clock.advance(BATCH_DELAY);
        }

        for (int second = 0; second < 60; second++) {
            advance(Duration.ofSeconds(1));
        }

        assertThat(sink.calls()).isLessThan(60);
        assertThat(courier.stats().dropped()).isEmpty();
        assertThat(courier.stats().state()).isEqualTo(SinkState.PAUSED);
        assertThat(courier.stats().queuedRecords()).isEqualTo(150);
    }

    @Test
    void partialSuccess_countsWhatTheReceiverDidNotKeep() {
        sink.answers(Delivery.partly(2, "too old"));
        deliver(1, 2, 3);

        assertThat(courier.stats().delivered()).isEqualTo(1);
        assertThat(courier.stats().dropped()).isEqualTo(Map.of(DropReason.REJECTED, 2L));
    }

    /** It may quote what it did not keep. */
    @Test
    void partialSuccess_isNotedWithoutWhatTheReceiverSaid() {
        sink.answers(Delivery.partly(2, "no such field: password=hunter2"));
        deliver(1, 2, 3);

        assertThat(courier.stats().lastError()).isEqualTo("receiver did not keep 2 records");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1_000, Integer.MIN_VALUE})
    void partialSuccess_withAnAbsurdNumberStillBalances(int rejected) {
        sink.answers(Delivery.partly(rejected, null));
        deliver(1, 2, 3);

        assertThat(courier.stats().delivered() + courier.stats().droppedTotal()).isEqualTo(3);
    }

    // ---- a record that makes the receiver stumble

    @Test
    void batchThatAlwaysFails_holdsUpNobodyAndLosesOnlyItsPoison() {
        sink.does(CourierTest::stumblesOverSeven);
        deliver(5, 6, 7, 8);
        for (int id = 100; id < 400; id++) {
            accept(id);
            advance(Duration.ofSeconds(2));
        }
        advance(BATCH_DELAY);

        assertThat(courier.stats().dropped()).isEqualTo(Map.of(DropReason.REJECTED, 1L));
        assertThat(courier.stats().delivered()).isEqualTo(offered - 1);
        assertThat(courier.stats().queuedBytes()).isZero();
        assertThat(courier.stats().state()).isEqualTo(SinkState.HEALTHY);
    }

    @Test
    void batchThatAlwaysFails_isOvertakenByTheNextProbe() {
        sink.does(CourierTest::stumblesOverSeven);
        deliver(7);
        for (int second = 0; second < 60; second++) {
            advance(Duration.ofSeconds(1));
        }
        assertThat(courier.stats().state()).isEqualTo(SinkState.DEGRADED);

        accept(8);
        for (int second = 0; second < 4; second++) {
            advance(Duration.ofSeconds(1));
        }

        assertThat(courier.stats().delivered()).isEqualTo(1);
    }

    @Test
    void receiverThatAsksForTime_isNotTakenForOneThatStumbles() {
        sink.does(batch -> CompletableFuture.completedFuture(
                batch.contains(Item.ordinary(7))
                        ? Delivery.retry("429", Duration.ofSeconds(1))
                        : Delivery.delivered()));
        deliver(7);
        for (int id = 100; id < 200; id++) {
            accept(id);
            advance(Duration.ofSeconds(2));
        }

        assertThat(courier.stats().dropped()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void receiverThatFailsMostOfTheTime_costsNoRecord(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        sink.does(batch -> CompletableFuture.completedFuture(
                random.nextInt(10) < 7 ? Delivery.retry("500") : Delivery.delivered()));

        for (int id = 0; id < 2_500; id++) {
            accept(id);
            advance(Duration.ofSeconds(1));
        }

        assertThat(courier.stats().delivered()).isGreaterThan(2_000);
        assertThat(courier.stats().dropped()).isEmpty();
    }

    @Test
    void longOutage_triesOtherBatchesNowAndThenWithoutEndingInManySmallOnes() {
        sink.answers(Delivery.retry("connection refused"));
        for (int id = 0; id < 110; id++) {
            accept(id);
            advance(Duration.ofSeconds(6));
        }
        assertThat(courier.stats().dropped()).isEmpty();
        int callsInTheOutage = sink.calls();

        sink.answers(Delivery.delivered());
        for (int second = 0; second < 10; second++) {
            advance(Duration.ofSeconds(1));
        }

        assertThat(courier.stats().delivered()).isEqualTo(110);
        assertThat(sink.calls() - callsInTheOutage).isLessThan(40);
    }

    private static CompletableFuture<Delivery> stumblesOverSeven(List<Item> batch) {
        return CompletableFuture.completedFuture(
                batch.contains(Item.ordinary(7)) ? Delivery.retry("500") : Delivery.delivered());
    }

    // ---- sinks that misbehave

    @Test
    void anythingThrown_countsAsAFailureAndKeepsTheBatch() {
        List<Throwable> hostile = List.of(
                new IllegalStateException("secret"),
                new OutOfMemoryError("secret"),
                new StackOverflowError(),
                new NoClassDefFoundError("secret"));
        for (Throwable throwable : hostile) {
            sink.does(batch -> {
                throw ScriptedSinks.sneaky(throwable);
            });
            deliver(1);

            assertThat(courier.stats().lastError())
                    .contains(throwable.getClass().getSimpleName())
                    .doesNotContain("secret");
            sink.answers(Delivery.delivered());
            advance(Duration.ofSeconds(2));
            assertThat(courier.stats().queuedRecords()).isZero();
        }
        assertThat(courier.stats().delivered()).isEqualTo(hostile.size());
    }

    @Test
    void stageThatFails_countsAsAFailureAndKeepsTheBatch() {
        sink.does(batch -> CompletableFuture.failedFuture(new IllegalStateException()));
        deliver(1);

        assertThat(courier.stats().failedDeliveries()).isEqualTo(1);
        assertThat(courier.stats().queuedRecords()).isEqualTo(1);
    }

    @Test
    void nullInsteadOfAnAnswer_countsAsAFailureAndKeepsTheBatch() {
        sink.does(batch -> ScriptedSinks.nothing());
        deliver(1);
        assertThat(courier.stats().failedDeliveries()).isEqualTo(1);

        sink.does(batch -> CompletableFuture.completedFuture(ScriptedSinks.nothing()));
        advance(Duration.ofSeconds(2));

        assertThat(courier.stats().failedDeliveries()).isEqualTo(2);
        assertThat(courier.stats().queuedRecords()).isEqualTo(1);
    }

    @Test
    void hangingDelivery_isGivenUpCancelledAndTriedAgain() {
        CompletableFuture<Delivery> hanging = new CompletableFuture<>();
        sink.does(batch -> hanging);
        deliver(1);
        sink.answers(Delivery.delivered());

        advance(TIMEOUT.minusMillis(1));
        assertThat(courier.stats().inFlight()).isEqualTo(1);
        advance(Duration.ofMillis(1));
        assertThat(courier.stats().lastError()).isEqualTo("no answer within 5 s");
        assertThat(hanging).isCancelled();
        advance(Duration.ofSeconds(1));

        assertThat(sink.ids()).containsExactly(1L, 1L);
        assertThat(courier.stats().delivered()).isEqualTo(1);
    }

    @Test
    void lateArrival_countsOnceAndIsNotSentAgain() {
        CompletableFuture<Delivery> slow = new UncancellableFuture();
        sink.does(batch -> slow);
        deliver(1);
        sink.answers(Delivery.delivered());
        advance(TIMEOUT);

        slow.complete(Delivery.delivered());
        advance(Duration.ofMinutes(1));

        assertThat(sink.calls()).isEqualTo(1);
        assertThat(courier.stats().delivered()).isEqualTo(1);
    }

    @Test
    void lateArrival_whileTheSecondAttemptIsUnderWayCountsOnce() {
        CompletableFuture<Delivery> slow = new UncancellableFuture();
        CompletableFuture<Delivery> second = new UncancellableFuture();
        sink.does(batch -> slow);
        deliver(1);
        sink.does(batch -> second);
        advance(TIMEOUT);
        advance(Duration.ofSeconds(1));
        assertThat(sink.calls()).isEqualTo(2);

        slow.complete(Delivery.delivered());
        assertThat(courier.stats().delivered()).isEqualTo(1);
        second.complete(Delivery.delivered());
        advance(Duration.ofMinutes(1));

        assertThat(sink.calls()).isEqualTo(2);
        assertThat(courier.stats().delivered()).isEqualTo(1);
        assertThat(courier.stats().inFlight()).isZero();
    }

    @Test
    void lateFailure_isOldNews() {
        CompletableFuture<Delivery> slow = new UncancellableFuture();
        sink.does(batch -> slow);
        deliver(1);
        advance(TIMEOUT);
        long failures = courier.stats().failedDeliveries();

        slow.completeExceptionally(new CancellationException());

        assertThat(courier.stats().failedDeliveries()).isEqualTo(failures);
        assertThat(courier.stats().queuedRecords()).isEqualTo(1);
    }

    // ---- log

    @Test
    void log_hasOneLineForEachChangeOfStateAndNotMoreThanOneAMinute() {
        sink.answers(Delivery.retry("connection refused"));
        accept(1);
        for (int second = 0; second < 30; second++) {
            advance(Duration.ofSeconds(1));
        }
        assertThat(lines()).containsExactly("spans to otlp do not arrive: connection refused; 1 wait");

        sink.answers(Delivery.delivered());
        advance(Duration.ofSeconds(2));
        assertThat(courier.stats().state()).isEqualTo(SinkState.HEALTHY);
        assertThat(lines()).hasSize(1);
        assertThat(courier.turn()).isLessThanOrEqualTo(Duration.ofMinutes(1).toNanos());
        advance(Duration.ofMinutes(1));

        assertThat(lines()).hasSize(2).last().isEqualTo("spans to otlp are delivered again; 0 were dropped so far");
    }

    @Test
    void log_saysWhenTheReceiverRefusesUs() {
        sink.answers(Delivery.refused("401 Unauthorized"));
        deliver(1);

        assertThat(lines())
                .containsExactly("spans to otlp are refused: 401 Unauthorized; next try within 5 minutes, 1 wait");
    }

    // ---- the heap is full

    /** What fails where an outcome is entered must cost a text at most. */
    private void outOfMemory(Runnable entering) {
        clock.heapIsFull(true);
        try {
            entering.run();
        } catch (OutOfMemoryError full) {
            assertThat(full).hasMessage("as if");
        } finally {
            clock.heapIsFull(false);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"retry", "refused", "rejected"})
    void failureThatIsEnteredWithAFullHeap_isTriedAgain(String failure) {
        CompletableFuture<Delivery> first = new CompletableFuture<>();
        sink.does(batch -> sink.calls() == 1 ? first : CompletableFuture.completedFuture(Delivery.delivered()));
        deliver(1);

        outOfMemory(() -> first.complete(
                switch (failure) {
                    case "retry" -> Delivery.retry("away");
                    case "refused" -> Delivery.refused("401");
                    default -> Delivery.rejected("400");
                }));
        advance(Duration.ofMinutes(6));

        assertThat(courier.stats().delivered()).isEqualTo(1);
        assertThat(courier.stats().queuedBytes()).isZero();
    }

    @Test
    void deliveryThatIsGivenUpWithAFullHeap_isTriedAgain() {
        sink.does(batch -> sink.calls() == 1
                ? new CompletableFuture<>()
                : CompletableFuture.completedFuture(Delivery.delivered()));
        deliver(1);
        clock.advance(TIMEOUT);

        outOfMemory(courier::turn);
        advance(Duration.ofMinutes(1));

        assertThat(courier.stats().delivered()).isEqualTo(1);
    }

    @Test
    void callThatIsGivenUpWithAFullHeap_isTriedAgain() {
        AtomicBoolean watched = new AtomicBoolean();
        sink.does(batch -> {
            if (watched.compareAndSet(false, true)) {
                clock.advance(TIMEOUT);
                outOfMemory(courier::watch);
                return new CompletableFuture<>();
            }
            return CompletableFuture.completedFuture(Delivery.delivered());
        });

        deliver(1);
        advance(Duration.ofMinutes(1));

        assertThat(courier.stats().delivered()).isEqualTo(1);
    }

    @Test
    void arrivalThatIsEnteredWithAFullHeap_countsOnce() {
        CompletableFuture<Delivery> first = new CompletableFuture<>();
        sink.does(batch -> first);
        deliver(1, 2, 3);

        outOfMemory(() -> first.complete(Delivery.partly(1, "one was too old")));
        advance(Duration.ofMinutes(1));

        assertThat(sink.calls()).isEqualTo(1);
        assertThat(courier.stats().delivered()).isEqualTo(2);
        assertThat(courier.stats().dropped()).isEqualTo(Map.of(DropReason.REJECTED, 1L));
        assertThat(courier.stats().queuedBytes()).isZero();
    }

    // ---- closing

    @Test
    void abandon_countsWhatWaitsAndWhatIsUnderWay() {
        CompletableFuture<Delivery> hanging = new UncancellableFuture();
        sink.does(batch -> hanging);
        deliver(1, 2);
        accept(3);

        courier.abandon();
        hanging.complete(Delivery.delivered());
        accept(4);

        assertThat(courier.stats().dropped()).isEqualTo(Map.of(DropReason.UNDELIVERED, 4L));
        assertThat(courier.stats().state()).isEqualTo(SinkState.CLOSED);
        assertThat(lines()).containsExactly("spans to otlp closed with 3 undelivered");
    }

    @Test
    void closing_sendsAtOnceWhatWaits() {
        accept(1);

        courier.beginClose(clock.nanoTime() + Duration.ofSeconds(3).toNanos());
        courier.turn();

        assertThat(courier.stats().delivered()).isEqualTo(1);
    }

    @Test
    void closing_doesNotWaitForASinkThatIsPausedForLonger() {
        sink.answers(Delivery.refused("401"));
        deliver(1);

        courier.beginClose(clock.nanoTime() + Duration.ofSeconds(3).toNanos());
        courier.turn();

        assertThat(courier.stats().state()).isEqualTo(SinkState.CLOSED);
        assertThat(courier.stats().dropped()).isEqualTo(Map.of(DropReason.UNDELIVERED, 1L));
    }

    private Courier<Item> courier(long maxQueueBytes) {
        Settings settings = new Settings("spans", 10, 10_000, BATCH_DELAY.toNanos(), TIMEOUT.toNanos(), 4, clock);
        return new Courier<>(
                sink,
                "otlp",
                maxQueueBytes,
                settings,
                new SplittableRandom(1),
                deadLetters,
                null,
                new WorkerThread("dharma-never-started"));
    }

    private void accept(long... ids) {
        for (long id : ids) {
            accept(Item.ordinary(id));
        }
    }

    private void accept(Item item) {
        offered++;
        courier.accept(item, item.size(), item.priority(), Journal.NOT_WRITTEN);
    }

    private void deliver(long... ids) {
        accept(ids);
        courier.turn();
        advance(BATCH_DELAY);
    }

    /** Outcomes that come at once make more possible; the real thread would be woken for it. */
    private void advance(Duration by) {
        courier.turn();
        clock.advance(by);
        courier.turn();
        courier.turn();
    }

    private List<String> lines() {
        return logged.messages();
    }

    /** Somebody's stage that cannot be cancelled. */
    private static final class UncancellableFuture extends CompletableFuture<Delivery> {

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            return false;
        }
    }
}
