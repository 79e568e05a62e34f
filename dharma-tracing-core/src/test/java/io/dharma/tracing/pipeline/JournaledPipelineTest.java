package io.dharma.tracing.pipeline;

import static io.dharma.tracing.pipeline.Accounts.assertBalanced;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a journal adds: more than memory holds, and what another process left. */
@Timeout(60)
class JournaledPipelineTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    /** Far more than the smallest pipeline has room for. */
    private static final int MANY = 5_000;

    private final ScriptedSink sink = new ScriptedSink("otlp");
    private final MemoryJournal journal = new MemoryJournal();
    private @Nullable Pipeline<Item, Item> pipeline;

    @AfterEach
    void accountsBalance() {
        if (pipeline != null) {
            pipeline.close(Duration.ofSeconds(1));
            assertBalanced(pipeline.stats());
        }
    }

    @Test
    void outageLongerThanMemoryLasts_losesNothingAndKeepsTheOrder() {
        CompletableFuture<Delivery> answer = new CompletableFuture<>();
        sink.does(batch -> answer.isDone() ? CompletableFuture.completedFuture(Delivery.delivered()) : answer);
        Pipeline<Item, Item> pipeline = start(builder -> builder);

        offerSlowly(pipeline, MANY);
        await().until(() -> sinkStats(pipeline).spooledRecords() > MANY / 2);
        assertBalanced(pipeline.stats());
        answer.complete(Delivery.delivered());

        assertThat(pipeline.flush(LONG)).isTrue();
        assertThat(sink.ids()).isEqualTo(LongStream.range(0, MANY).boxed().toList());
        assertThat(sinkStats(pipeline).spooledRecords()).isZero();
        assertThat(journal.acknowledged()).hasSize(MANY);
    }

    @Test
    void flush_waitsForWhatIsOnlyInTheJournal() {
        CompletableFuture<Delivery> answer = new CompletableFuture<>();
        sink.does(batch -> answer.isDone() ? CompletableFuture.completedFuture(Delivery.delivered()) : answer);
        Pipeline<Item, Item> pipeline = start(builder -> builder);
        offerSlowly(pipeline, MANY);
        await().until(() -> sinkStats(pipeline).spooledRecords() > 0);

        assertThat(pipeline.flush(Duration.ofMillis(50))).isFalse();
        answer.complete(Delivery.delivered());
        assertThat(pipeline.flush(LONG)).isTrue();

        assertThat(sinkStats(pipeline).delivered()).isEqualTo(MANY);
    }

    @Test
    void close_leavesWhatIsUndeliveredInTheJournal() {
        sink.answers(Delivery.retry("away"));
        Pipeline<Item, Item> pipeline = start(builder -> builder);
        offerSlowly(pipeline, MANY);

        pipeline.close(Duration.ofMillis(500));

        SinkStats stats = sinkStats(pipeline);
        assertThat(stats.spooledRecords()).isEqualTo(MANY);
        assertThat(stats.droppedTotal()).isZero();
        assertThat(journal.acknowledged()).isEmpty();
        assertThat(pipeline.flush(LONG)).as("what no sink has is not flushed").isFalse();
    }

    @Test
    void close_countsWhatIsNotInTheJournal() {
        journal.refusing(item -> item.id() % 2 == 0);
        sink.answers(Delivery.retry("away"));
        Pipeline<Item, Item> pipeline = start(builder -> builder);
        // So few that all of them fit the sink's queue, be the first batch as small as it may.
        offerSlowly(pipeline, 40);

        pipeline.close(Duration.ofMillis(500));

        assertThat(sinkStats(pipeline).spooledRecords()).isEqualTo(20);
        assertThat(sinkStats(pipeline).dropped()).isEqualTo(Map.of(DropReason.UNDELIVERED, 20L));
    }

    @Test
    void close_countsWhatTheJournalCouldNotKeep_whereverItWaited() {
        sink.answers(Delivery.retry("away"));
        // Some were in a batch or in the queue, and far more in the journal only.
        journal.losingAtTheEnd(item -> item.id() % 10 == 0);
        Pipeline<Item, Item> pipeline = start(builder -> builder);
        offerSlowly(pipeline, MANY);
        await().until(() -> sinkStats(pipeline).spooledRecords() > MANY / 2
                && sinkStats(pipeline).queuedRecords() > 100);

        pipeline.close(Duration.ofMillis(500));

        assertThat(sinkStats(pipeline).dropped()).isEqualTo(Map.of(DropReason.JOURNAL_LOST, MANY / 10L));
        assertThat(sinkStats(pipeline).spooledRecords()).isEqualTo(MANY - MANY / 10);
    }

    @Test
    void journalThatThrowsAtTheEnd_keepsNobodyFromClosing() {
        sink.answers(Delivery.retry("away"));
        journal.losingAtTheEnd(item -> {
            throw new IllegalStateException("broken");
        });
        Pipeline<Item, Item> pipeline = start(builder -> builder);
        offerSlowly(pipeline, 100);

        pipeline.close(Duration.ofMillis(500));

        assertThat(sinkStats(pipeline).spooledRecords()).isEqualTo(100);
        assertThat(sinkStats(pipeline).state()).isEqualTo(SinkState.CLOSED);
        await().untilAsserted(() -> assertThat(sink.timesClosed()).isOne());
    }

    @Test
    void recordsOfAnEarlierProcess_areDeliveredAndAcknowledged() {
        journal.inheriting(Item.ordinary(1001), Item.high(1002));
        Pipeline<Item, Item> pipeline = start(builder -> builder);

        pipeline.offer(Item.ordinary(1));

        await().untilAsserted(() -> assertThat(sink.ids()).containsExactlyInAnyOrder(1001L, 1002L, 1L));
        await().untilAsserted(() -> assertThat(journal.acknowledged()).containsExactlyInAnyOrder(1001L, 1002L, 1L));
        assertThat(sinkStats(pipeline).inherited()).isEqualTo(2);
    }

    @Test
    void recordsThatTheJournalLost_areCounted() {
        CompletableFuture<Delivery> answer = new CompletableFuture<>();
        sink.does(batch -> answer.isDone() ? CompletableFuture.completedFuture(Delivery.delivered()) : answer);
        journal.losing(item -> item.id() % 10 == 0 && item.id() > MANY / 2);
        Pipeline<Item, Item> pipeline = start(builder -> builder);
        offerSlowly(pipeline, MANY);
        await().until(() -> sinkStats(pipeline).spooledRecords() > MANY / 2);

        answer.complete(Delivery.delivered());

        assertThat(pipeline.flush(LONG)).isFalse();
        long lost = MANY / 20 - 1;
        assertThat(sinkStats(pipeline).dropped()).isEqualTo(Map.of(DropReason.JOURNAL_LOST, lost));
        assertThat(sinkStats(pipeline).delivered()).isEqualTo(MANY - lost);
    }

    @Test
    void rejectedRecord_isAcknowledgedToo() {
        sink.does(batch -> CompletableFuture.completedFuture(
                batch.stream().anyMatch(item -> item.id() == 3) ? Delivery.rejected("no") : Delivery.delivered()));
        Pipeline<Item, Item> pipeline = start(builder -> builder);

        offerSlowly(pipeline, 10);

        assertThat(pipeline.flush(LONG)).isFalse();
        assertThat(journal.acknowledged()).hasSize(10);
    }

    @Test
    void recordThatNoQueueCanHold_isDroppedAndHoldsUpNobody() {
        CompletableFuture<Delivery> answer = new CompletableFuture<>();
        sink.does(batch -> answer.isDone() ? CompletableFuture.completedFuture(Delivery.delivered()) : answer);
        Pipeline<Item, Item> pipeline = start(builder -> builder.convertedSize(item -> item.id() == 7 ? 1 << 20 : 100));
        offerSlowly(pipeline, MANY);
        answer.complete(Delivery.delivered());

        assertThat(pipeline.flush(LONG)).isFalse();

        assertThat(sinkStats(pipeline).dropped()).isEqualTo(Map.of(DropReason.QUEUE_FULL, 1L));
        assertThat(sinkStats(pipeline).delivered()).isEqualTo(MANY - 1);
    }

    private Pipeline<Item, Item> start(UnaryOperator<Pipeline.Builder<Item, Item>> settings) {
        Pipeline<Item, Item> started = settings.apply(Pipeline.builder("spans", Item.TYPE, (Item item) -> item)
                        .journal(journal)
                        .maxQueueBytes(Pipeline.MIN_QUEUE_BYTES)
                        .maxBatchSize(50)
                        .maxBatchDelay(Duration.ofMillis(10))
                        .sink(sink))
                .build();
        pipeline = started;
        return started;
    }

    /** The intake has no journal behind it: it is given the time to write. */
    private static void offerSlowly(Pipeline<Item, Item> pipeline, int records) {
        for (long id = 0; id < records; id++) {
            long next = id;
            if (id % 50 == 0) {
                await().pollInterval(Duration.ofMillis(1))
                        .until(() -> pipeline.stats().queuedBytes() == 0);
            }
            assertThat(pipeline.offer(Item.ordinary(next))).isTrue();
        }
    }

    private static SinkStats sinkStats(Pipeline<Item, Item> pipeline) {
        List<SinkStats> sinks = pipeline.stats().sinks();
        return sinks.get(0);
    }
}
