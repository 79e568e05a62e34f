package io.dharma.tracing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sinks that do anything at random while several threads offer: whatever happened, every record must have been
 * delivered or dropped for a reason. The seed decides what each sink does; threads add their own chance.
 */
@Timeout(60)
class PipelineHistoryTest {

    private static final int PRODUCERS = 3;
    private static final int RECORDS_EACH = 4_000;

    private final ManualClock clock = new ManualClock();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void everyRecord_isDeliveredOrDroppedForAReason(long seed) throws InterruptedException {
        assertHistoryBalances(seed, builder -> builder.maxQueueBytes(4 << 20));
    }

    @ParameterizedTest
    @ValueSource(longs = {6, 7, 8, 9})
    void everyRecord_isDeliveredOrDroppedForAReasonWithAJournalThatForgets(long seed) throws InterruptedException {
        MemoryJournal journal = new MemoryJournal()
                .refusing(item -> item.id() % 31 == 0)
                .losing(item -> item.id() % 53 == 0)
                .inheriting(Item.ordinary(1_000_000), Item.high(1_000_001));

        PipelineStats stats = assertHistoryBalances(
                seed, builder -> builder.maxQueueBytes(256 << 10).journal(journal));

        assertThat(stats.sinks()).allMatch(sink -> sink.spooledRecords() == 0);
    }

    private PipelineStats assertHistoryBalances(long seed, UnaryOperator<Pipeline.Builder<Item, Item>> settings)
            throws InterruptedException {
        List<RandomSink> sinks = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            sinks.add(new RandomSink("sink-" + i, seed * 31 + i));
        }
        Pipeline.Builder<Item, Item> builder =
                settings.apply(Pipeline.builder("spans", Item.TYPE, PipelineHistoryTest::convert)
                        .clock(clock)
                        .random(() -> new SplittableRandom(seed))
                        .maxBatchSize(50));
        sinks.forEach(builder::sink);

        Set<Long> accepted = ConcurrentHashMap.newKeySet();
        PipelineStats stats;
        try (Pipeline<Item, Item> pipeline = builder.build()) {
            offerFromManyThreads(pipeline, accepted, sinks);
            sinks.forEach(RandomSink::heal);
            await().pollInterval(Duration.ofMillis(2))
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> {
                        passTime(pipeline, sinks);
                        Accounts.assertBalanced(pipeline.stats());
                        return isSettled(pipeline.stats());
                    });
            stats = pipeline.stats();
        }

        Accounts.assertSettled(stats);
        assertThat(stats.offered()).isEqualTo((long) PRODUCERS * RECORDS_EACH);
        for (int i = 0; i < sinks.size(); i++) {
            SinkStats sink = stats.sinks().get(i);
            Set<Long> arrived = sinks.get(i).arrived;
            assertThat(arrived).allMatch(id -> id >= 1_000_000 || accepted.contains(id));
            // What arrived and was answered too late, after its batch had been halved, may count as rejected.
            assertThat(arrived).hasSizeGreaterThanOrEqualTo((int) sink.delivered());
            assertThat(sink.delivered()).isPositive();
            assertThat(sink.failedDeliveries()).isPositive();
        }
        return stats;
    }

    private void offerFromManyThreads(Pipeline<Item, Item> pipeline, Set<Long> accepted, List<RandomSink> sinks)
            throws InterruptedException {
        AtomicInteger running = new AtomicInteger(PRODUCERS);
        for (int p = 0; p < PRODUCERS; p++) {
            long first = (long) p * RECORDS_EACH;
            Thread producer = new Thread(() -> {
                for (long id = first; id < first + RECORDS_EACH; id++) {
                    if (pipeline.offer(id % 10 == 0 ? Item.high(id) : Item.ordinary(id))) {
                        accepted.add(id);
                    }
                }
                running.decrementAndGet();
            });
            producer.start();
        }
        for (int i = 0; i < 100 || running.get() > 0; i++) {
            passTime(pipeline, sinks);
            Accounts.assertBalanced(pipeline.stats());
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    private void passTime(Pipeline<Item, Item> pipeline, List<RandomSink> sinks) {
        clock.advance(Duration.ofMillis(500));
        sinks.forEach(RandomSink::answerSomeOfTheLate);
        pipeline.wake();
    }

    private static boolean isSettled(PipelineStats stats) {
        return stats.queuedRecords() == 0
                && stats.sinks().stream()
                        .allMatch(sink ->
                                sink.queuedRecords() == 0 && sink.spooledRecords() == 0 && sink.inFlight() == 0);
    }

    private static Item convert(Item item) {
        if (item.id() % 97 == 0) {
            throw new IllegalStateException();
        }
        return item;
    }

    private static final class RandomSink implements Sink<Item> {

        private final String name;
        private final Random random;
        private final Set<Long> arrived = ConcurrentHashMap.newKeySet();
        private final Queue<Runnable> late = new ConcurrentLinkedQueue<>();
        private volatile boolean healed;

        RandomSink(String name, long seed) {
            this.name = name;
            this.random = new Random(seed);
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public CompletionStage<Delivery> deliver(List<Item> batch) {
            if (healed) {
                return CompletableFuture.completedFuture(arrives(batch));
            }
            return switch (random.nextInt(12)) {
                case 0 -> CompletableFuture.completedFuture(Delivery.retry("503"));
                case 1 -> CompletableFuture.completedFuture(Delivery.retry("429", Duration.ofSeconds(2)));
                case 2 -> CompletableFuture.completedFuture(Delivery.rejected("400"));
                case 3 -> CompletableFuture.completedFuture(Delivery.refused("401"));
                case 4 -> CompletableFuture.failedFuture(new IllegalStateException());
                case 5 -> throw new OutOfMemoryError("not really");
                case 6 -> new CompletableFuture<>();
                case 7 -> {
                    CompletableFuture<Delivery> stage = new CompletableFuture<>();
                    late.add(() -> stage.complete(arrives(batch)));
                    yield stage.copy();
                }
                case 8 -> CompletableFuture.supplyAsync(() -> arrives(batch));
                case 9 -> ScriptedSinks.nothing();
                default -> CompletableFuture.completedFuture(arrives(batch));
            };
        }

        private Delivery arrives(List<Item> batch) {
            batch.forEach(item -> arrived.add(item.id()));
            return Delivery.delivered();
        }

        void answerSomeOfTheLate() {
            if (healed || late.size() > 3) {
                Runnable answer = late.poll();
                if (answer != null) {
                    answer.run();
                }
            }
        }

        void heal() {
            healed = true;
        }
    }
}
