package io.dharma.tracing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Receivers that will not have some records, or any, and answer only when eight deliveries are under way: what is found
 * out about one batch is mixed with what is found out about seven others.
 */
class CourierRejectionsTest {

    private static final int BATCH = 512;
    private static final int IN_FLIGHT = 8;
    private static final long TIMEOUT = Duration.ofSeconds(5).toNanos();

    private final ManualClock clock = new ManualClock();
    private final LateSink sink = new LateSink();
    private final DeadLetters<Item> deadLetters = new DeadLetters<>(1 << 20);
    private final Courier<Item> courier = new Courier<>(
            sink,
            "otlp",
            64 << 20,
            new Settings("spans", BATCH, 64 << 20, 0, TIMEOUT, IN_FLIGHT, clock),
            new SplittableRandom(1),
            deadLetters,
            null,
            new WorkerThread("dharma-never-started"));
    private long offered;

    @AfterEach
    void accountsBalance() {
        SinkStats stats = courier.stats();
        assertThat(stats.delivered() + stats.droppedTotal() + stats.queuedRecords())
                .isEqualTo(offered);
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000, 100, 10, 3})
    void scatteredPoison_costsItselfAlone(int oneIn) {
        sink.rejectsBatchesWith(id -> id % oneIn == 0);
        offer(20_000);

        answerAll();

        assertArrivedAllBut(id -> id % oneIn == 0);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 700, 19_400})
    void poisonInOnePlace_costsItselfAlone(long first) {
        sink.rejectsBatchesWith(id -> id >= first && id < first + 600);
        offer(20_000);

        answerAll();
        for (int second = 0; second < 300; second++) {
            offer(1);
            answerForASecond();
        }

        assertArrivedAllBut(id -> id >= first && id < first + 600);
    }

    @Test
    void limitOfSize_costsNothing() {
        sink.rejectsBatchesOver(100);
        offer(20_000);

        answerAll();

        assertArrivedAllBut(id -> false);
    }

    @Test
    void receiverThatRejectsEverything_pausesTheSinkAndLosesNothing() {
        sink.rejectsBatchesWith(id -> true);
        offer(20_000);

        answerAll();

        assertThat(courier.stats().state()).isEqualTo(SinkState.PAUSED);
        assertThat(courier.stats().dropped()).isEmpty();
        assertThat(sink.calls).isLessThan(150);

        sink.rejectsBatchesWith(id -> false);
        clock.advance(Duration.ofMinutes(5));
        answerAll();

        assertThat(courier.stats().state()).isEqualTo(SinkState.HEALTHY);
        assertArrivedAllBut(id -> false);
    }

    @Test
    void receiverThatRejectsEverything_isAskedLittleInEachPauseAndStaysPaused() {
        sink.rejectsBatchesWith(id -> true);
        offer(20_000);
        answerAll();
        sink.calls = 0;

        for (int pause = 0; pause < 12; pause++) {
            clock.advance(Duration.ofMinutes(5));
            answerAll();
            assertThat(courier.stats().state()).isEqualTo(SinkState.PAUSED);
        }

        assertThat(sink.calls).isBetween(12, 12 * 12);
        assertThat(courier.stats().dropped()).isEmpty();
    }

    @Test
    void receiverThatRejectsEverything_isNotCalledHealthyWhileThatIsFoundOut() {
        sink.rejectsBatchesWith(id -> true);
        offer(20_000);

        while (courier.stats().state() == SinkState.HEALTHY) {
            takeTurns();
            sink.answerOldest();
        }

        assertThat(courier.stats().state()).isEqualTo(SinkState.DEGRADED);
        assertThat(courier.stats().dropped()).isEmpty();
    }

    @Test
    void onlyRecord_isKeptUntilAnotherShowsThatTheReceiverTakesSome() {
        sink.rejectsBatchesWith(id -> id == 0);
        offer(1);
        answerAll();
        assertThat(courier.stats().queuedRecords()).isEqualTo(1);

        offer(1);
        answerAll();

        assertArrivedAllBut(id -> id == 0);
        assertThat(deadLetters.list())
                .singleElement()
                .satisfies(letter -> assertThat(letter.reason()).isEqualTo("400"));
    }

    @Test
    void close_doesNotAskForEveryRecordOfAReceiverThatRejectsEverything() {
        sink.rejectsBatchesWith(id -> true);
        offer(20_000);

        courier.beginClose(clock.nanoTime() + Duration.ofSeconds(3).toNanos());
        answerAll();

        assertThat(sink.calls).isLessThan(150);
        assertThat(courier.stats().state()).isEqualTo(SinkState.CLOSED);
        assertThat(courier.stats().dropped().get(DropReason.UNDELIVERED)).isGreaterThan(19_900);
    }

    private void offer(int records) {
        for (int i = 0; i < records; i++) {
            Item item = Item.ordinary(offered++);
            courier.accept(item, item.size(), item.priority(), Journal.NOT_WRITTEN);
        }
    }

    /** Lets as much time pass as retries that are due soon need, but no pause. */
    private void answerAll() {
        for (int second = 0; second < 60; second++) {
            answerForASecond();
        }
    }

    private void answerForASecond() {
        takeTurns();
        while (sink.answerOldest()) {
            takeTurns();
        }
        clock.advance(Duration.ofSeconds(1));
    }

    private void takeTurns() {
        long unused = courier.turn();
        unused = courier.turn();
    }

    private void assertArrivedAllBut(LongPredicate poison) {
        Set<Long> good = LongStream.range(0, offered)
                .filter(poison.negate())
                .boxed()
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(sink.arrived.size()).isEqualTo(good.size());
        assertThat(sink.arrived).isEqualTo(good);
        long rejected = offered - good.size();
        assertThat(courier.stats().dropped())
                .isEqualTo(rejected == 0 ? Map.of() : Map.of(DropReason.REJECTED, rejected));
        assertThat(courier.stats().queuedBytes()).isZero();
    }

    /** Answers when told to. */
    private static final class LateSink implements Sink<Item> {

        private final Queue<Runnable> answers = new ArrayDeque<>();
        private final Set<Long> arrived = new TreeSet<>(Comparator.naturalOrder());
        private LongPredicate poison = id -> false;
        private int most = Integer.MAX_VALUE;
        private int calls;

        void rejectsBatchesWith(LongPredicate poison) {
            this.poison = poison;
        }

        void rejectsBatchesOver(int most) {
            this.most = most;
        }

        @Override
        public String name() {
            return "otlp";
        }

        @Override
        public CompletionStage<Delivery> deliver(List<Item> batch) {
            calls++;
            CompletableFuture<Delivery> stage = new CompletableFuture<>();
            boolean rejected =
                    batch.size() > most || batch.stream().mapToLong(Item::id).anyMatch(poison);
            answers.add(() -> {
                if (!rejected) {
                    batch.forEach(item -> arrived.add(item.id()));
                }
                stage.complete(rejected ? Delivery.rejected("400") : Delivery.delivered());
            });
            return stage;
        }

        boolean answerOldest() {
            Runnable answer = answers.poll();
            if (answer != null) {
                answer.run();
            }
            return answer != null;
        }
    }
}
