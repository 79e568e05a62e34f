package io.dharma.tracing.pipeline;

import static io.dharma.tracing.pipeline.Accounts.assertBalanced;
import static io.dharma.tracing.pipeline.Accounts.assertSettled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.spi.NoThreads;
import io.dharma.tracing.testsupport.LeakCheck;
import io.opentelemetry.sdk.common.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two signals on the same threads: whatever one of them is stuck in, the other goes on. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class SharedThreadsTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    /** Two seconds in production; the looks that find it out come as often here as there, relative to it. */
    private static final Duration PATIENCE = Duration.ofMillis(200);

    private PipelineThreads threads = PipelineThreads.shared(PATIENCE);
    private final CountDownLatch testOver = new CountDownLatch(1);
    private final List<Pipeline<Item, Item>> pipelines = new ArrayList<>();
    private Clock clock = Clock.getDefault();

    /** What hangs is in this signal. */
    private final AtomicBoolean hanging = new AtomicBoolean(true);

    @AfterEach
    void everythingEnds() {
        testOver.countDown();
        for (Pipeline<Item, Item> pipeline : pipelines) {
            pipeline.close(Duration.ofSeconds(2));
            assertBalanced(pipeline.stats());
        }
    }

    private Pipeline<Item, Item> start(String signal, Function<Item, @Nullable Item> convert, Sink<Item> sink) {
        Pipeline<Item, Item> pipeline = Pipeline.builder(signal, Item.TYPE, convert)
                .threads(threads)
                .clock(clock)
                .maxBatchDelay(Duration.ZERO)
                .sink(sink)
                .build();
        pipelines.add(pipeline);
        return pipeline;
    }

    private static String other(String signal) {
        return signal.equals("spans") ? "logs" : "spans";
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

    private @Nullable Item hangOnce(Item item) {
        if (hanging.getAndSet(false)) {
            awaitUninterruptibly(testOver);
        }
        return item;
    }

    private CompletionStage<Delivery> hangOnce(CountDownLatch until) {
        if (hanging.getAndSet(false)) {
            awaitUninterruptibly(until);
        }
        return CompletableFuture.completedFuture(Delivery.delivered());
    }

    // ---- conversions

    /** The order in which they start is the order of their turns, so both are the stuck one's neighbour once. */
    @ParameterizedTest
    @ValueSource(strings = {"spans", "logs"})
    void conversionThatNeverReturns_doesNotHoldUpTheOtherSignal(String stuck) {
        clock = new FastClock();
        ScriptedSink stuckSink = new ScriptedSink("otlp");
        ScriptedSink otherSink = new ScriptedSink("otlp");
        Pipeline<Item, Item> hangs = null;
        Pipeline<Item, Item> goesOn = null;
        for (String signal : List.of("spans", "logs")) {
            if (signal.equals(stuck)) {
                hangs = start(signal, this::hangOnce, stuckSink);
            } else {
                goesOn = start(signal, item -> item, otherSink);
            }
        }

        assertThat(hangs).isNotNull();
        assertThat(goesOn).isNotNull();
        hangs.offer(Item.ordinary(1));
        await().until(() -> !hanging.get());
        goesOn.offer(Item.ordinary(1));

        await().atMost(Duration.ofSeconds(3))
                .untilAsserted(() -> assertThat(otherSink.ids()).containsExactly(1L));
        assertThat(goesOn.stats().droppedTotal()).isZero();
        // The stuck one is given up later, with its one record.
        Pipeline<Item, Item> givenUp = hangs;
        givenUp.offer(Item.ordinary(2));
        await().untilAsserted(() -> {
            givenUp.wake();
            assertThat(stuckSink.ids()).containsExactly(2L);
        });
        assertThat(hangs.stats().dropped()).isEqualTo(Map.of(DropReason.CONVERT_FAILED, 1L));
    }

    @Test
    void conversionThatWasMerelySlow_losesNothingAndJoinsTheOthersAgain() {
        CountDownLatch slow = new CountDownLatch(1);
        ScriptedSink slowSink = new ScriptedSink("otlp");
        ScriptedSink otherSink = new ScriptedSink("otlp");
        Pipeline<Item, Item> spans = start(
                "spans",
                item -> {
                    if (hanging.getAndSet(false)) {
                        awaitUninterruptibly(slow);
                    }
                    return item;
                },
                slowSink);
        Pipeline<Item, Item> logs = start("logs", item -> item, otherSink);
        for (int i = 0; i < 10; i++) {
            spans.offer(Item.ordinary(i));
        }
        await().until(() -> !hanging.get());
        logs.offer(Item.ordinary(1));
        await().untilAsserted(() -> assertThat(otherSink.ids()).containsExactly(1L));
        assertThat(threads("dharma-intake")).hasSize(2);

        slow.countDown();

        assertThat(spans.flush(LONG)).isTrue();
        assertThat(logs.flush(LONG)).isTrue();
        assertThat(slowSink.ids()).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
        await().untilAsserted(() -> assertThat(threads("dharma-intake")).hasSize(1));
        assertThat(spans.stats().droppedTotal()).isZero();
    }

    /** Only so many threads are given up for one signal; what it cannot convert then stays, and the others go on. */
    @Test
    void conversionsThatNeverReturn_holdUpNobodyElseHoweverManyThereAre() {
        ScriptedSink otherSink = new ScriptedSink("otlp");
        AtomicInteger stuck = new AtomicInteger();
        Pipeline<Item, Item> hangs = Pipeline.builder("spans", Item.TYPE, (Item item) -> {
                    stuck.incrementAndGet();
                    awaitUninterruptibly(testOver);
                    return item;
                })
                .threads(threads)
                .clock(new FastClock())
                .sink(new ScriptedSink("otlp"))
                .build();
        pipelines.add(hangs);
        Pipeline<Item, Item> goesOn = start("logs", item -> item, otherSink);
        for (int i = 0; i < 20; i++) {
            hangs.offer(Item.ordinary(i));
        }
        await().atMost(LONG).until(() -> {
            hangs.wake();
            return stuck.get() == 5;
        });

        for (int i = 0; i < 5; i++) {
            goesOn.offer(Item.ordinary(i));
            int soFar = i + 1;
            await().atMost(Duration.ofSeconds(3))
                    .untilAsserted(() -> assertThat(otherSink.ids()).hasSize(soFar));
        }

        assertThat(stuck.get()).isEqualTo(5);
        assertThat(hangs.stats().queuedRecords()).isEqualTo(16);
        assertThat(hangs.stats().dropped()).isEqualTo(Map.of(DropReason.CONVERT_FAILED, 4L));
        testOver.countDown();
        await().untilAsserted(() -> assertSettled(hangs.stats()));
    }

    /** The thread of a call that does not return is given up, but there is none to go on with at first. */
    @Test
    void threadThatCannotBeReplacedAtOnce_isReplacedLater() {
        NoThreads machine = new NoThreads();
        machine.are(false);
        clock = new FastClock();
        threads = PipelineThreads.shared(machine::make);
        ScriptedSink sink = new ScriptedSink("otlp");
        Pipeline<Item, Item> hangs = start("spans", this::hangOnce, sink);
        hangs.offer(Item.ordinary(1));
        await().until(() -> !hanging.get());
        machine.are(true);
        await().atMost(LONG).until(() -> {
            hangs.wake();
            return hangs.stats().droppedTotal() == 1;
        });

        hangs.offer(Item.ordinary(2));
        machine.are(false);

        await().atMost(LONG).until(() -> {
            hangs.wake();
            return sink.ids().equals(List.of(2L));
        });
        testOver.countDown();
        await().untilAsserted(() -> assertSettled(hangs.stats()));
    }

    /** Passes ten times as fast as the world's, so that seconds of patience do not take any. */
    private static final class FastClock implements Clock {

        @Override
        public long now() {
            return System.currentTimeMillis() * 1_000_000;
        }

        @Override
        public long nanoTime() {
            return System.nanoTime() * 10;
        }
    }

    // ---- sinks

    @ParameterizedTest
    @ValueSource(strings = {"spans", "logs"})
    void sinkThatNeverReturns_doesNotHoldUpTheOtherSignal(String stuck) {
        CountDownLatch slow = new CountDownLatch(1);
        ScriptedSink stuckSink = new ScriptedSink("otlp").does(batch -> hangOnce(slow));
        ScriptedSink otherSink = new ScriptedSink("otlp");
        Map<String, Pipeline<Item, Item>> bySignal = new HashMap<>();
        for (String signal : List.of("spans", "logs")) {
            bySignal.put(signal, start(signal, item -> item, signal.equals(stuck) ? stuckSink : otherSink));
        }
        Pipeline<Item, Item> hangs = Objects.requireNonNull(bySignal.get(stuck));
        Pipeline<Item, Item> goesOn = Objects.requireNonNull(bySignal.get(other(stuck)));

        hangs.offer(Item.ordinary(1));
        await().until(() -> !hanging.get());
        long began = System.nanoTime();
        goesOn.offer(Item.ordinary(1));

        await().untilAsserted(() -> assertThat(otherSink.ids()).containsExactly(1L));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(3));
        hangs.offer(Item.ordinary(2));
        assertThat(hangs.flush(Duration.ofMillis(300)))
                .as("one call at a time, so that the sink needs no locks")
                .isFalse();
        assertThat(stuckSink.calls()).isEqualTo(1);

        slow.countDown();
        assertThat(hangs.flush(LONG)).isTrue();
        assertThat(stuckSink.ids()).containsExactly(1L, 2L);
        await().untilAsserted(() -> assertThat(threads("dharma-otlp")).hasSize(1));
        assertThat(hangs.stats().sinks().get(0).delivered()).isEqualTo(2);
    }

    @Test
    void sinkThatNeverFinishesClosing_doesNotHoldUpTheOtherSignal() {
        ScriptedSink otherSink = new ScriptedSink("otlp");
        Pipeline<Item, Item> closes = start("spans", item -> item, new HangingClose());
        Pipeline<Item, Item> goesOn = start("logs", item -> item, otherSink);

        closes.close(Duration.ofMillis(50));
        goesOn.offer(Item.ordinary(1));

        await().atMost(Duration.ofSeconds(3))
                .untilAsserted(() -> assertThat(otherSink.ids()).containsExactly(1L));
    }

    private final class HangingClose implements Sink<Item> {

        @Override
        public String name() {
            return "otlp";
        }

        @Override
        public CompletionStage<Delivery> deliver(List<Item> batch) {
            return CompletableFuture.completedFuture(Delivery.delivered());
        }

        @Override
        public void close(Duration deadline) {
            awaitUninterruptibly(testOver);
        }
    }

    /** The intake's thread and the sink's, both at once: the third is there to see it. */
    @Test
    void bothThreadsStuck_areLookedAfterByAThird() {
        AtomicBoolean sinkHangs = new AtomicBoolean(true);
        ScriptedSink otherOtlp = new ScriptedSink("otlp");
        ScriptedSink otherZipkin = new ScriptedSink("zipkin");
        ScriptedSink stuckOtlp = new ScriptedSink("otlp").does(batch -> {
            if (sinkHangs.getAndSet(false)) {
                awaitUninterruptibly(testOver);
            }
            return CompletableFuture.completedFuture(Delivery.delivered());
        });
        Pipeline<Item, Item> hangs = Pipeline.builder(
                        "spans", Item.TYPE, (Item item) -> item.id() == 2 ? hangOnce(item) : item)
                .threads(threads)
                .maxBatchDelay(Duration.ZERO)
                .sink(stuckOtlp)
                .sink(new ScriptedSink("zipkin"))
                .build();
        pipelines.add(hangs);
        Pipeline<Item, Item> goesOn = Pipeline.builder("logs", Item.TYPE, (Item item) -> item)
                .threads(threads)
                .maxBatchDelay(Duration.ZERO)
                .sink(otherOtlp)
                .sink(otherZipkin)
                .build();
        pipelines.add(goesOn);
        hangs.offer(Item.ordinary(1));
        await().until(() -> !sinkHangs.get());
        hangs.offer(Item.ordinary(2));
        await().until(() -> !hanging.get());

        goesOn.offer(Item.ordinary(1));

        await().atMost(Duration.ofSeconds(3)).untilAsserted(() -> {
            assertThat(otherOtlp.ids()).containsExactly(1L);
            assertThat(otherZipkin.ids()).containsExactly(1L);
        });
    }

    @Test
    void closeOfAStuckSignal_isBoundedAndLetsTheOtherLive() {
        ScriptedSink otherSink = new ScriptedSink("otlp");
        Pipeline<Item, Item> hangs =
                start("spans", item -> item, new ScriptedSink("otlp").does(batch -> hangOnce(testOver)));
        Pipeline<Item, Item> goesOn = start("logs", item -> item, otherSink);
        hangs.offer(Item.ordinary(1));
        await().until(() -> !hanging.get());

        long began = System.nanoTime();
        hangs.close(Duration.ofMillis(500));

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
        assertThat(hangs.stats().sinks().get(0).dropped()).isEqualTo(Map.of(DropReason.UNDELIVERED, 1L));
        goesOn.offer(Item.ordinary(1));
        assertThat(goesOn.flush(LONG)).isTrue();
    }

    // ---- threads

    @Test
    void sinksThatNeverBlock_shareOneThread() {
        Pipeline<Item, Item> spans = Pipeline.builder("spans", Item.TYPE, (Item item) -> item)
                .threads(threads)
                .sink(new NonBlocking("otlp"))
                .sink(new NonBlocking("zipkin"))
                .sink(new ScriptedSink("console"))
                .build();
        pipelines.add(spans);
        pipelines.add(start("logs", item -> item, new NonBlocking("otlp")));
        spans.offer(Item.ordinary(1));

        assertThat(spans.flush(LONG)).isTrue();
        assertThat(threads("dharma-"))
                .allMatch(Thread::isDaemon)
                .extracting(Thread::getName)
                .containsExactlyInAnyOrder("dharma-intake", "dharma-delivery", "dharma-console");
    }

    private record NonBlocking(String name) implements Sink<Item> {

        @Override
        public CompletionStage<Delivery> deliver(List<Item> batch) {
            return CompletableFuture.completedFuture(Delivery.delivered());
        }

        @Override
        public boolean isNonBlocking() {
            return true;
        }
    }

    // ---- what is done again and again

    @Test
    void repetition_comesAgainWhateverItThrowsUntilItIsEnded() {
        AtomicInteger times = new AtomicInteger();
        try (PipelineThreads.Repetition repetition = threads.every(Duration.ofMillis(10), () -> {
            if (times.incrementAndGet() % 2 == 0) {
                throw new StackOverflowError();
            }
        })) {
            await().until(() -> times.get() >= 4);
            repetition.close();
        }
        await().untilAsserted(() -> assertThat(threads("dharma-intake")).isEmpty());
    }

    @Test
    void repetitionThatNeverReturns_doesNotHoldUpThePipelines() {
        ScriptedSink sink = new ScriptedSink("otlp");
        Pipeline<Item, Item> spans = start("spans", item -> item, sink);
        AtomicInteger times = new AtomicInteger();
        try (PipelineThreads.Repetition repetition = threads.every(Duration.ofMillis(1), () -> {
            times.incrementAndGet();
            awaitUninterruptibly(testOver);
        })) {
            await().until(() -> times.get() == 1);

            spans.offer(Item.ordinary(1));

            await().atMost(Duration.ofSeconds(3))
                    .untilAsserted(() -> assertThat(sink.ids()).containsExactly(1L));
            assertThat(times.get()).isEqualTo(1);
            assertThat(repetition).isNotNull();
        }
    }

    // ---- tending

    @Test
    void sinkThatWantsToBeTended_isCalledWhenItAskedFor() {
        AtomicInteger tended = new AtomicInteger();
        Pipeline<Item, Item> spans = start("spans", item -> item, new Tended(tended));
        await().during(Duration.ofMillis(50)).until(() -> tended.get() == 0);

        spans.offer(Item.ordinary(1));
        await().until(() -> tended.get() == 3);
        await().during(Duration.ofMillis(50)).until(() -> tended.get() == 3);

        spans.offer(Item.ordinary(2));
        await().untilAsserted(() -> assertThat(spans.stats().sinks().get(0).lastError())
                .startsWith("tend() failed: java.lang.StackOverflowError"));
        assertThat(spans.flush(LONG)).isTrue();
        assertThat(spans.stats().sinks().get(0).delivered()).isEqualTo(2);
    }

    private record Tended(AtomicInteger times) implements Sink<Item> {

        @Override
        public String name() {
            return "tended";
        }

        @Override
        public CompletionStage<Delivery> deliver(List<Item> batch) {
            return CompletableFuture.completedFuture(Delivery.delivered());
        }

        @Override
        public @Nullable Duration tend() {
            return switch (times.incrementAndGet()) {
                case 1, 2 -> Duration.ofMillis(10);
                case 3 -> null;
                default -> throw new StackOverflowError();
            };
        }
    }

    private static List<Thread> threads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(prefix))
                .toList();
    }
}
