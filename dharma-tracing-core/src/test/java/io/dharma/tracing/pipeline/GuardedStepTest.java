package io.dharma.tracing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.dharma.tracing.spi.LogCapture;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hooks of the application, and what they may do to records. */
@Timeout(60)
class GuardedStepTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration OVER_BUDGET = Duration.ofMillis(51);

    private final ManualClock clock = new ManualClock();
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger stuck = new AtomicInteger();
    private final ScriptedSink otlp = new ScriptedSink("otlp");
    private final CountDownLatch testOver = new CountDownLatch(1);
    private final LogCapture log = LogCapture.of(Pipeline.class);

    @AfterEach
    void stopListening() {
        testOver.countDown();
        log.close();
    }

    // ---- the step alone

    @Test
    void hook_thatIsWellGetsEveryRecord() {
        GuardedStep<String> step = step(record -> record + "!");

        for (int i = 0; i < 100; i++) {
            assertThat(step.apply("a")).isEqualTo("a!");
            clock.advance(Duration.ofMillis(50));
        }
    }

    @Test
    void hook_thatThrowsThreeTimesIsLeftAloneForAMinute() {
        GuardedStep<String> step = step(record -> {
            throw new IllegalStateException("password=hunter2");
        });

        strike(step, 5);

        assertThat(calls).hasValue(3);
        clock.advance(Duration.ofSeconds(59));
        assertFails(step);
        assertThat(calls).hasValue(3);
        clock.advance(Duration.ofSeconds(1));
        assertFails(step);
        assertThat(calls).hasValue(4);
    }

    @Test
    void hook_thatIsTooSlowThreeTimesIsLeftAloneThoughItsResultsCount() {
        GuardedStep<String> step = step(record -> {
            clock.advance(OVER_BUDGET);
            return record + "!";
        });

        assertThat(List.of(step.apply("a"), step.apply("b"), step.apply("c"))).containsExactly("a!", "b!", "c!");
        assertFails(step);
        assertThat(calls).hasValue(3);
    }

    @Test
    void strikes_thatAreFarApartAreForgiven() {
        GuardedStep<String> step = step(record -> {
            throw new IllegalStateException();
        });

        for (int i = 0; i < 10; i++) {
            strike(step, 2);
            clock.advance(Duration.ofSeconds(61));
        }

        assertThat(calls).hasValue(20);
    }

    @Test
    void successes_betweenDoNotMakeUpForStrikes() {
        GuardedStep<String> step = step(record -> {
            if (calls.get() % 2 == 0) {
                throw new IllegalStateException();
            }
            return record;
        });

        for (int i = 0; i < 3; i++) {
            assertThat(step.apply("a")).isEqualTo("a");
            assertFails(step);
        }

        assertFails(step);
        assertThat(calls).hasValue(6);
    }

    @Test
    void whatIsThrown_carriesNothingOfWhatTheHookThrew() {
        for (Throwable hostile :
                List.of(new IllegalStateException("secret"), new StackOverflowError(), new OutOfMemoryError())) {
            GuardedStep<String> step = step(record -> {
                throw ScriptedSinks.sneaky(hostile);
            });

            assertThatThrownBy(() -> step.apply("a"))
                    .isExactlyInstanceOf(GuardedStep.HookFailed.class)
                    .hasMessage(null)
                    .hasNoCause()
                    .hasNoSuppressedExceptions();
        }
    }

    @Test
    void log_getsOneLineForEachQuarantineAndNoPayload() {
        GuardedStep<String> step = step(record -> {
            throw new IllegalStateException("hunter2");
        });

        strike(step, 100);
        assertThat(log.events()).hasSize(1);
        clock.advance(Duration.ofSeconds(60));
        strike(step, 100);

        assertThat(log.events())
                .hasSize(2)
                .extracting(ILoggingEvent::getFormattedMessage)
                .allSatisfy(line ->
                        assertThat(line).contains("hook mine", "50 ms", "60 s").doesNotContain("hunter2"));
        assertThat(log.events()).allMatch(line -> line.getThrowableProxy() == null);
    }

    @Test
    void call_thatNeverComesBackIsAStrikeOnce() throws InterruptedException {
        CountDownLatch inside = new CountDownLatch(3);
        CountDownLatch release = new CountDownLatch(1);
        GuardedStep<String> step = step(record -> {
            inside.countDown();
            awaitUninterruptibly(release);
            return record;
        });
        List<Thread> lost = List.of(lostIn(step), lostIn(step), lostIn(step));
        inside.await();
        clock.advance(OVER_BUDGET);

        assertFails(step);
        assertThat(calls).hasValue(3);
        release.countDown();
        for (Thread thread : lost) {
            thread.join();
        }
        assertThat(log.events()).hasSize(1);
    }

    @Test
    void quarantine_doesNotEndWhileCallsHaveNotComeBack() throws InterruptedException {
        CountDownLatch inside = new CountDownLatch(3);
        CountDownLatch release = new CountDownLatch(1);
        GuardedStep<String> step = step(record -> {
            inside.countDown();
            awaitUninterruptibly(release);
            return record;
        });
        List<Thread> lost = List.of(lostIn(step), lostIn(step), lostIn(step));
        inside.await();
        clock.advance(OVER_BUDGET);

        for (int minute = 0; minute < 10; minute++) {
            assertFails(step);
            clock.advance(Duration.ofMinutes(1));
        }
        assertThat(calls).hasValue(3);
        assertThat(log.events()).hasSize(1);

        release.countDown();
        for (Thread thread : lost) {
            thread.join();
        }
        assertThat(step.apply("a")).isEqualTo("a");
    }

    @Test
    void calls_thatNeverComeBackAreNotForgivenThoughTheyAreFarApart() throws InterruptedException {
        GuardedStep<String> step = step(record -> {
            awaitUninterruptibly(testOver);
            return record;
        });
        for (int i = 1; i <= GuardedStep.STRIKES; i++) {
            int begun = i;
            Thread unused = lostIn(step);
            soon().until(() -> calls.get() == begun);
            clock.advance(Duration.ofMinutes(10));
        }

        assertFails(step);
        assertThat(calls).hasValue(GuardedStep.STRIKES);
    }

    private static Thread lostIn(GuardedStep<String> step) {
        Thread thread = new Thread(() -> {
            String unused = step.apply("a");
        });
        thread.start();
        return thread;
    }

    // ---- in a pipeline

    @Test
    void enrichment_failsOpen() {
        try (Pipeline<Item, Item> pipeline = start(Stage.enrichmentHook("mine", this::fail, clock))) {
            offer(pipeline, 5);

            assertThat(pipeline.flush(LONG)).isTrue();
            assertThat(otlp.ids()).containsExactly(0L, 1L, 2L, 3L, 4L);
            assertThat(calls).hasValue(3);
            assertThat(pipeline.stats().stageFailures()).isEqualTo(Map.of("mine", 5L));
            Accounts.assertBalanced(pipeline.stats());
        }
    }

    @Test
    void redaction_failsClosedAlsoInQuarantine() {
        try (Pipeline<Item, Item> pipeline = start(Stage.redactionHook("mine", this::fail, clock))) {
            offer(pipeline, 5);

            assertThat(pipeline.flush(LONG)).isFalse();
            assertThat(otlp.ids()).isEmpty();
            assertThat(calls).hasValue(3);
            assertThat(pipeline.stats().dropped()).isEqualTo(Map.of(DropReason.STAGE_FAILED, 5L));
            assertThat(pipeline.stats().stageFailures()).isEqualTo(Map.of("mine", 5L));
            Accounts.assertBalanced(pipeline.stats());
        }
    }

    @Test
    void null_ofARedactionDropsOnPurposeAndOfAnEnrichmentFails() {
        try (Pipeline<Item, Item> pipeline = start(Stage.redactionHook("mine", item -> null, clock))) {
            offer(pipeline, 2);
            assertThat(pipeline.flush(LONG)).isTrue();
            assertThat(pipeline.stats().dropped()).isEqualTo(Map.of(DropReason.FILTERED, 2L));
        }
        try (Pipeline<Item, Item> pipeline = start(Stage.enrichmentHook("mine", item -> null, clock))) {
            offer(pipeline, 2);
            assertThat(pipeline.flush(LONG)).isTrue();
            assertThat(otlp.ids()).containsExactly(0L, 1L);
            assertThat(pipeline.stats().stageFailures()).isEqualTo(Map.of("mine", 2L));
        }
    }

    @Test
    void redaction_thatNeverReturnsIsGivenUpAndItsRecordIsNotDelivered() {
        Function<Item, @Nullable Item> stuckOnOne = item -> {
            return item.id() == 1 ? getStuck(item) : item;
        };
        try (Pipeline<Item, Item> pipeline = start(Stage.redactionHook("mine", stuckOnOne, clock))) {
            offer(pipeline, 4);

            soon().until(() -> {
                passTimeWhileStuck(pipeline);
                return otlp.ids().equals(List.of(0L, 2L, 3L));
            });
            assertThat(pipeline.stats().dropped()).isEqualTo(Map.of(DropReason.CONVERT_FAILED, 1L));
            // Coming back late delivers it no more.
            testOver.countDown();
            assertThat(pipeline.flush(LONG)).isFalse();
            assertThat(otlp.ids()).containsExactly(0L, 2L, 3L);
            Accounts.assertSettled(pipeline.stats());
        }
    }

    @Test
    void redaction_thatNeverReturnsAtAllIsInQuarantineBeforeThreadsRunOut() {
        try (Pipeline<Item, Item> pipeline = start(Stage.redactionHook("mine", this::getStuck, clock))) {
            offer(pipeline, 6);

            // Time stands still once all are through, so that the quarantine does not pass.
            soon().until(() -> {
                passTimeWhileStuck(pipeline);
                return pipeline.stats().queuedRecords() == 0;
            });

            assertThat(calls).hasValue(3);
            assertThat(otlp.ids()).isEmpty();
            assertThat(pipeline.stats().dropped())
                    .isEqualTo(Map.of(DropReason.CONVERT_FAILED, 3L, DropReason.STAGE_FAILED, 3L));
        }
    }

    @Test
    void enrichment_thatNeverReturnsStopsNothingHoweverLongItLasts() {
        try (Pipeline<Item, Item> pipeline = start(Stage.enrichmentHook("mine", this::getStuck, clock))) {
            for (int id = 0; id < 20; id++) {
                offerAndAwaitIt(pipeline, id);
                clock.advance(Duration.ofSeconds(30));
            }

            assertThat(calls).hasValue(3);
            assertThat(pipeline.flush(LONG)).isFalse();
            assertThat(otlp.ids()).hasSize(17);
            assertThat(pipeline.stats().dropped()).isEqualTo(Map.of(DropReason.CONVERT_FAILED, 3L));
        }
    }

    @Test
    void hooks_areSwitchedOffForGoodWhenThreadsRunOut() {
        Stage<Item> one = Stage.enrichmentHook("one", this::getStuckOnEven, clock);
        Stage<Item> other = Stage.enrichmentHook("other", this::getStuck, clock);
        try (Pipeline<Item, Item> pipeline = start(List.of(one, other))) {
            for (int id = 0; id < 20; id++) {
                offerAndAwaitIt(pipeline, id);
                clock.advance(Duration.ofSeconds(30));
            }

            assertThat(pipeline.flush(LONG)).isFalse();
            assertThat(otlp.ids()).hasSize(16);
            assertThat(pipeline.stats().dropped()).isEqualTo(Map.of(DropReason.CONVERT_FAILED, 4L));
            assertThat(said("spans: 4 threads are lost")).isEqualTo(1);
        }
    }

    @Test
    void redaction_thatIsSwitchedOffStillLetsNothingThrough() {
        Stage<Item> one = Stage.redactionHook("one", this::getStuckOnEven, clock);
        Stage<Item> other = Stage.redactionHook("other", this::getStuck, clock);
        try (Pipeline<Item, Item> pipeline = start(List.of(one, other))) {
            for (int id = 0; id < 20; id++) {
                offerAndAwaitIt(pipeline, id);
                clock.advance(Duration.ofSeconds(30));
            }

            assertThat(otlp.ids()).isEmpty();
            assertThat(pipeline.stats().dropped())
                    .isEqualTo(Map.of(DropReason.CONVERT_FAILED, 4L, DropReason.STAGE_FAILED, 16L));
        }
    }

    private Item getStuck(Item item) {
        calls.incrementAndGet();
        stuck.incrementAndGet();
        awaitUninterruptibly(testOver);
        return item;
    }

    private Item getStuckOnEven(Item item) {
        return item.id() % 2 == 0 ? getStuck(item) : item;
    }

    private void offerAndAwaitIt(Pipeline<Item, Item> pipeline, long id) {
        assertThat(pipeline.offer(Item.ordinary(id))).isTrue();
        soon().until(() -> {
            passTimeWhileStuck(pipeline);
            return pipeline.stats().queuedRecords() == 0;
        });
    }

    /** Not while a call is on its way that comes back: nobody is to take it for a slow one. */
    private void passTimeWhileStuck(Pipeline<Item, Item> pipeline) {
        long givenUp = pipeline.stats().dropped().getOrDefault(DropReason.CONVERT_FAILED, 0L);
        if (stuck.get() > givenUp) {
            clock.advance(Duration.ofMillis(500));
        }
        pipeline.wake();
    }

    private static ConditionFactory soon() {
        return await().pollInterval(Duration.ofMillis(2));
    }

    private long said(String beginning) {
        return log.events().stream()
                .filter(line -> line.getFormattedMessage().startsWith(beginning))
                .count();
    }

    private Item fail(Item item) {
        calls.incrementAndGet();
        throw new IllegalStateException("cannot do " + item);
    }

    private Pipeline<Item, Item> start(Stage<Item> stage) {
        return start(List.of(stage));
    }

    private Pipeline<Item, Item> start(List<Stage<Item>> stages) {
        Pipeline.Builder<Item, Item> builder = Pipeline.<Item, Item>builder("spans", Item.TYPE, item -> item)
                .sink(otlp)
                .clock(clock)
                .maxBatchDelay(Duration.ZERO);
        stages.forEach(builder::stage);
        return builder.build();
    }

    private static void offer(Pipeline<Item, Item> pipeline, int records) {
        for (int id = 0; id < records; id++) {
            assertThat(pipeline.offer(Item.ordinary(id))).isTrue();
        }
    }

    private GuardedStep<String> step(Function<String, @Nullable String> hook) {
        return new GuardedStep<>(
                "mine",
                record -> {
                    calls.incrementAndGet();
                    return hook.apply(record);
                },
                true,
                clock);
    }

    private static void strike(GuardedStep<String> step, int times) {
        for (int i = 0; i < times; i++) {
            assertFails(step);
        }
    }

    private static void assertFails(GuardedStep<String> step) {
        assertThatThrownBy(() -> step.apply("a")).isExactlyInstanceOf(GuardedStep.HookFailed.class);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean waiting = true;
        while (waiting) {
            try {
                latch.await();
                waiting = false;
            } catch (InterruptedException ignored) {
                // As code does that does not care.
            }
        }
    }
}
