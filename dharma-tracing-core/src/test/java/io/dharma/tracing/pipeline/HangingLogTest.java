package io.dharma.tracing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.spi.BackgroundLog;
import io.dharma.tracing.spi.HangingLog;
import io.dharma.tracing.spool.Spool;
import io.dharma.tracing.testsupport.LeakCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Whoever has something to say must not wait for it to be written: a log may hang, and for ever. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class HangingLogTest {

    private static final int RECORDS = 40;

    private final CountDownLatch over = new CountDownLatch(1);
    private final ScriptedSink otlp = new ScriptedSink("otlp");
    private final AtomicInteger offered = new AtomicInteger();

    @TempDir
    Path home;

    private static Pipeline.Builder<Item, Item> pipeline() {
        return Pipeline.builder("spans", Item.TYPE, (Item item) -> item)
                .threads(PipelineThreads.shared())
                .maxBatchDelay(Duration.ofMillis(10))
                .deliveryTimeout(Duration.ofMillis(500));
    }

    /** Until there is something to say, and then some more. */
    private void offerUntilItHangs(Pipeline<Item, Item> pipeline, HangingLog log) {
        await().until(() -> {
            offer(pipeline);
            return log.hangs();
        });
        for (int i = 0; i < RECORDS; i++) {
            offer(pipeline);
        }
    }

    private void offer(Pipeline<Item, Item> pipeline) {
        assertThat(pipeline.offer(Item.ordinary(offered.incrementAndGet()))).isTrue();
    }

    private CompletionStage<Delivery> hang() {
        while (over.getCount() > 0) {
            try {
                over.await();
            } catch (InterruptedException e) {
                // As a write to a full pipe does not listen.
            }
        }
        return CompletableFuture.completedFuture(Delivery.delivered());
    }

    /** Nobody reads the standard output: it is the console's, and the log's. */
    @Test
    void sinkThatHangsTogetherWithTheLog_holdsUpNoOther() {
        HangingLog log = HangingLog.of(Pipeline.class);
        try (log) {
            Pipeline<Item, Item> pipeline = pipeline()
                    .sink(new ScriptedSink("console").does(batch -> hang()))
                    .sink(otlp)
                    .build();

            offerUntilItHangs(pipeline, log);

            await().untilAsserted(() -> assertThat(otlp.ids()).hasSize(offered.get()));
            over.countDown();
            pipeline.close(Duration.ofMillis(500));
        } finally {
            over.countDown();
        }
        assertThat(log.written()).anyMatch(line -> line.startsWith("spans to console do not arrive"));
    }

    @Test
    void hookInQuarantine_holdsUpNobody() {
        HangingLog log = HangingLog.of(Pipeline.class);
        try (log) {
            Pipeline<Item, Item> pipeline = pipeline()
                    .stage(Stage.enrichmentHook("mine", (Item item) -> {
                        throw new IllegalStateException("a hook");
                    }))
                    .sink(otlp)
                    .build();

            offerUntilItHangs(pipeline, log);

            await().untilAsserted(() -> assertThat(otlp.ids()).hasSize(offered.get()));
            pipeline.close(Duration.ofMillis(500));
        }
        assertThat(log.written()).anyMatch(line -> line.startsWith("hook mine"));
    }

    @Test
    void spoolThatCannotBeWritten_holdsUpNobody() throws Exception {
        HangingLog log = HangingLog.of(Spool.class);
        Path file = Files.createFile(home.resolve("no-directory"));
        try (log;
                Spool<Item> spool =
                        Spool.builder(file.resolve("spool"), ItemCodec.INSTANCE).build()) {
            Pipeline<Item, Item> pipeline = pipeline().journal(spool).sink(otlp).build();

            offerUntilItHangs(pipeline, log);

            await().untilAsserted(() -> assertThat(otlp.ids()).hasSize(offered.get()));
            pipeline.close(Duration.ofMillis(500));
        }
        assertThat(log.written()).anyMatch(line -> line.contains("records cannot be written down"));
    }

    @Test
    void closing_doesNotWaitForLinesOfOthers() {
        HangingLog log = HangingLog.of(HangingLogTest.class);
        try (log) {
            BackgroundLog.of(HangingLogTest.class).warn("somebody else's");
            Pipeline<Item, Item> pipeline = pipeline().sink(otlp).build();
            assertThat(pipeline.offer(Item.ordinary(1))).isTrue();
            long began = System.nanoTime();

            pipeline.close(Duration.ofSeconds(20));

            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
            assertThat(otlp.ids()).hasSize(1);
        }
    }
}
