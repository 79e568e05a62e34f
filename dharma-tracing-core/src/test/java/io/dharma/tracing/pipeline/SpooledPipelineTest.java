package io.dharma.tracing.pipeline;

import static io.dharma.tracing.pipeline.Accounts.assertBalanced;
import static io.dharma.tracing.pipeline.Accounts.assertSettled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.spi.LogCapture;
import io.dharma.tracing.spool.Spool;
import io.dharma.tracing.spool.SpoolState;
import io.dharma.tracing.testsupport.LeakCheck;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A pipeline with the least memory there is, and a disk behind it. */
@Timeout(60)
@ExtendWith(LeakCheck.class)
class SpooledPipelineTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int MANY = 10_000;

    /** An item as it is written: with as many bytes as it says that it has. */
    @TempDir
    Path home;

    private final ScriptedSink otlp = new ScriptedSink("otlp");
    private final ScriptedSink zipkin = new ScriptedSink("zipkin");
    private final List<Pipeline<Item, Item>> pipelines = new ArrayList<>();
    private final List<Spool<Item>> spools = new ArrayList<>();

    @AfterEach
    void close() {
        pipelines.forEach(pipeline -> pipeline.close(Duration.ofSeconds(1)));
        spools.forEach(spool -> spool.close(LONG));
        pipelines.forEach(pipeline -> assertBalanced(pipeline.stats()));
    }

    @Test
    void longOutage_losesNothing_andKeepsTheOrder() {
        AtomicBoolean up = new AtomicBoolean();
        Spool<Item> spool = spool();
        Pipeline<Item, Item> pipeline = start(spool, untilUp(otlp, up));

        offerAll(pipeline, 0, MANY);
        await().until(() -> stats(pipeline, 0).spooledRecords() > MANY * 9 / 10);
        assertBalanced(pipeline.stats());
        up.set(true);

        assertThat(pipeline.flush(LONG)).isTrue();
        assertThat(new HashSet<>(otlp.ids())).isEqualTo(ids(0, MANY));
        assertSettled(pipeline.stats());
        assertThat(stats(pipeline, 0).dropped()).isEmpty();
        assertThat(spool.stats().lost()).isZero();
        pipeline.close(Duration.ofSeconds(1));
        spool.close(LONG);
        assertThat(home.resolve("spool")).isEmptyDirectory();
    }

    @Test
    void restart_deliversWhatTheProcessBeforeCouldNot() {
        AtomicBoolean up = new AtomicBoolean();
        for (int process = 0; process < 3; process++) {
            Spool<Item> spool = spool();
            Pipeline<Item, Item> pipeline = start(spool, untilUp(new ScriptedSink("otlp"), up));
            offerAll(pipeline, process * 1000, process * 1000 + 1000);
            pipeline.close(Duration.ofMillis(600));
            assertThat(stats(pipeline, 0).droppedTotal()).isZero();
            // All that the processes before left is not even read while there is no room, and stays there.
            assertThat(stats(pipeline, 0).spooledRecords())
                    .isEqualTo(1000 + stats(pipeline, 0).inherited());
            spool.close(LONG);
        }

        up.set(true);
        Spool<Item> spool = spool();
        Pipeline<Item, Item> pipeline = start(spool, otlp);
        offerAll(pipeline, 3000, 3010);

        await().atMost(LONG)
                .untilAsserted(() -> assertThat(new HashSet<>(otlp.ids())).isEqualTo(ids(0, 3010)));
        assertThat(otlp.ids()).as("nothing twice").hasSize(3010);
        await().until(() -> stats(pipeline, 0).delivered() == 3010);
        assertThat(stats(pipeline, 0).inherited()).isEqualTo(3000);
        assertThat(spool.stats().adopted()).isEqualTo(3000);
        pipeline.close(Duration.ofSeconds(1));
        spool.close(LONG);
        assertThat(home.resolve("spool")).isEmptyDirectory();
    }

    @Test
    void sinksOfDifferentHealth_eachGetEverythingOnce() {
        AtomicBoolean up = new AtomicBoolean();
        Spool<Item> spool = spool();
        Pipeline<Item, Item> pipeline = start(spool, otlp, untilUp(zipkin, up));

        offerAll(pipeline, 0, 2000);
        await().atMost(LONG).until(() -> stats(pipeline, 0).delivered() == 2000);
        assertThat(zipkin.ids().size()).isLessThan(2000);
        pipeline.close(Duration.ofMillis(600));
        spool.close(LONG);
        assertThat(stats(pipeline, 1).spooledRecords()).isEqualTo(2000);

        up.set(true);
        ScriptedSink otlpAgain = new ScriptedSink("otlp");
        ScriptedSink zipkinAgain = new ScriptedSink("zipkin");
        Spool<Item> next = spool();
        Pipeline<Item, Item> restarted = start(next, otlpAgain, zipkinAgain);

        await().atMost(LONG)
                .untilAsserted(
                        () -> assertThat(new HashSet<>(zipkinAgain.ids())).isEqualTo(ids(0, 2000)));
        assertThat(zipkinAgain.ids()).hasSize(2000);
        assertThat(otlpAgain.ids()).as("has it already").isEmpty();
        await().until(() -> stats(restarted, 1).delivered() == 2000);
    }

    @Test
    void spoolThatIsFull_losesTheOldest_andTheAccountsSayHowMany() {
        AtomicBoolean up = new AtomicBoolean();
        Spool<Item> spool = spool(4 << 20);
        Pipeline<Item, Item> pipeline = start(spool, untilUp(otlp, up));

        int large = 10_000;
        offerAll(pipeline, large, 0, 1000);
        await().until(() -> spool.stats().written() == 1000);
        up.set(true);

        assertThat(pipeline.flush(LONG)).as("something was lost").isFalse();
        await().until(() ->
                stats(pipeline, 0).spooledRecords() == 0 && stats(pipeline, 0).queuedRecords() == 0);
        SinkStats stats = stats(pipeline, 0);
        long lost = 1000 - stats.delivered();
        assertThat(lost).isBetween(500L, 900L);
        assertThat(stats.dropped()).isEqualTo(Map.of(DropReason.JOURNAL_LOST, lost));
        assertThat(spool.stats().lost()).isEqualTo(lost);
        assertThat(otlp.ids()).contains(999L);
    }

    @Test
    void spoolThatIsFull_isALossThatIsCountedAndSaidWhileTheReceiverIsAway() {
        try (LogCapture log = LogCapture.of(Pipeline.class)) {
            Spool<Item> spool = spool(4 << 20);
            Pipeline<Item, Item> pipeline = start(spool, otlp.answers(Delivery.retry("away")));

            offerAll(pipeline, 10_000, 0, 1000);
            await().until(() -> spool.stats().written() == 1000);

            assertThat(spool.stats().lost()).isGreaterThan(500);
            await().untilAsserted(() -> assertThat(stats(pipeline, 0).spooledRecords())
                    .isLessThanOrEqualTo(1000 - spool.stats().lost()));
            assertThat(stats(pipeline, 0).dropped()).containsOnlyKeys(DropReason.JOURNAL_LOST);
            await().until(() -> log.messages().stream()
                            .filter(line -> line.startsWith("spans to otlp are lost"))
                            .count()
                    == 1);
        }
    }

    /** Memory still has what the spool deleted for want of room, but the next process will not find it. */
    @Test
    void spoolThatIsSmallerThanMemory_leavesToTheNextProcessWhatItStillHas() {
        Spool<Item> spool = spool(4 << 20);
        Pipeline<Item, Item> pipeline = start(spool, 64 << 20, otlp.answers(Delivery.retry("away")));
        for (long id = 0; id < 1000; id++) {
            assertThat(pipeline.offer(new Item(id, 10_000, Priority.NORMAL))).isTrue();
        }
        await().until(() -> spool.stats().written() == 1000);

        pipeline.close(Duration.ofSeconds(1));
        spool.close(LONG);

        SinkStats stats = stats(pipeline, 0);
        long lost = 1000 - stats.spooledRecords();
        assertThat(lost).isBetween(500L, 900L);
        assertThat(stats.dropped()).isEqualTo(Map.of(DropReason.JOURNAL_LOST, lost));
        ScriptedSink otlpAgain = new ScriptedSink("otlp");
        Pipeline<Item, Item> restarted = start(spool(), otlpAgain);
        await().until(() -> stats(restarted, 0).inherited() == stats.spooledRecords());
        await().until(() -> stats(restarted, 0).delivered() == stats.spooledRecords());
        assertThat(otlpAgain.ids()).doesNotHaveDuplicates().contains(999L);
    }

    @Test
    void directoryThatIsDeletedInAnOutage_isALossThatIsNoticedWithoutNewRecords() throws IOException {
        AtomicBoolean up = new AtomicBoolean();
        Spool<Item> spool = spool();
        Pipeline<Item, Item> pipeline = start(spool, untilUp(otlp, up));
        offerAll(pipeline, 0, 2000);
        await().until(() ->
                stats(pipeline, 0).spooledRecords() > 0 && spool.stats().written() == 2000);
        delete(home.resolve("spool"));
        up.set(true);

        await().atMost(LONG).until(() -> stats(pipeline, 0).spooledRecords() == 0);

        SinkStats stats = stats(pipeline, 0);
        assertThat(stats.dropped()).containsOnlyKeys(DropReason.JOURNAL_LOST);
        await().untilAsserted(() -> assertThat(
                        stats(pipeline, 0).delivered() + stats(pipeline, 0).droppedTotal())
                .isEqualTo(2000));
    }

    /** What is read back from the disk at that moment is settled once. */
    @Test
    void closeWhileTheDiskIsReadBack_accountsForEachRecordOnce() {
        for (int round = 0; round < 5; round++) {
            AtomicBoolean up = new AtomicBoolean();
            Spool<Item> spool = Spool.builder(home.resolve("spool" + round), ItemCodec.INSTANCE)
                    .build();
            spools.add(spool);
            Pipeline<Item, Item> pipeline = start(spool, 1 << 20, untilUp(otlp, up));
            int records = 50_000;
            for (long id = 0; id < records; ) {
                id += pipeline.offer(new Item(id, 300, Priority.NORMAL)) ? 1 : 0;
            }
            await().until(() -> spool.stats().written() == records);
            long before = stats(pipeline, 0).delivered();
            up.set(true);
            await().until(() -> stats(pipeline, 0).delivered() > before + 1_000);

            pipeline.close(Duration.ofMillis(20));

            SinkStats stats = stats(pipeline, 0);
            assertThat(stats.dropped()).isEmpty();
            assertThat(stats.delivered() + stats.spooledRecords()).isEqualTo(records);
        }
    }

    @Test
    void directoryThatCannotBeUsed_leavesThePipelineAsItIsWithout() throws IOException {
        Files.writeString(home.resolve("spool"), "a file");
        Spool<Item> spool = spool();
        Pipeline<Item, Item> pipeline = start(spool, 1 << 20, otlp);

        offerAll(pipeline, 0, 1000);

        assertThat(pipeline.flush(LONG)).isTrue();
        assertThat(otlp.ids()).hasSize(1000);
        assertThat(spool.stats().state()).isEqualTo(SpoolState.MEMORY_ONLY);
        assertThat(spool.stats().notWritten()).isEqualTo(1000);
    }

    /** Threads of the pipeline are found by their names and interrupted all the time. */
    @Test
    void interruptedThreads_loseNothing() throws InterruptedException {
        AtomicBoolean up = new AtomicBoolean();
        Spool<Item> spool = spool();
        Pipeline<Item, Item> pipeline = start(spool, untilUp(otlp, up));
        AtomicBoolean enough = new AtomicBoolean();
        Thread nuisance = new Thread(() -> {
            while (!enough.get()) {
                threadsOfThePipeline().forEach(Thread::interrupt);
                LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(20_000_000));
            }
        });
        nuisance.start();
        try {
            offerAll(pipeline, 0, MANY);
            await().atMost(LONG)
                    .until(() -> spool.stats().written() + spool.stats().notWritten() == MANY);
            up.set(true);
            await().atMost(LONG).until(() -> stats(pipeline, 0).delivered() == MANY);
        } finally {
            enough.set(true);
            nuisance.join();
        }

        assertThat(new HashSet<>(otlp.ids())).isEqualTo(ids(0, MANY));
        assertThat(spool.stats().notWritten()).isZero();
        assertThat(spool.stats().corrupt()).isZero();
        assertThat(spool.stats().state()).isEqualTo(SpoolState.WRITING);
    }

    private static List<Thread> threadsOfThePipeline() {
        Thread[] threads = new Thread[Thread.activeCount() + 10];
        int found = Thread.enumerate(threads);
        return Arrays.stream(threads, 0, found)
                .filter(thread -> thread.getName().startsWith("dharma-"))
                .toList();
    }

    // ---- helpers

    private Spool<Item> spool() {
        return spool(64 << 20);
    }

    private Spool<Item> spool(long maxBytes) {
        Spool<Item> spool = Spool.builder(home.resolve("spool"), ItemCodec.INSTANCE)
                .maxBytes(maxBytes)
                .build();
        spools.add(spool);
        return spool;
    }

    private Pipeline<Item, Item> start(Spool<Item> spool, ScriptedSink... sinks) {
        return start(spool, Pipeline.MIN_QUEUE_BYTES, sinks);
    }

    private Pipeline<Item, Item> start(Spool<Item> spool, long maxQueueBytes, ScriptedSink... sinks) {
        Pipeline.Builder<Item, Item> builder = Pipeline.builder("spans", Item.TYPE, (Item item) -> item)
                .journal(spool)
                .maxQueueBytes(maxQueueBytes)
                .maxBatchSize(100)
                .maxBatchDelay(Duration.ofMillis(10));
        for (ScriptedSink sink : sinks) {
            builder.sink(sink);
        }
        Pipeline<Item, Item> pipeline = builder.build();
        pipelines.add(pipeline);
        return pipeline;
    }

    private static ScriptedSink untilUp(ScriptedSink sink, AtomicBoolean up) {
        return sink.does(
                batch -> CompletableFuture.completedFuture(up.get() ? Delivery.delivered() : Delivery.retry("away")));
    }

    private static void offerAll(Pipeline<Item, Item> pipeline, int from, int to) {
        offerAll(pipeline, 100, from, to);
    }

    /** The first queue has nothing behind it: offers as fast as the intake writes. */
    private static void offerAll(Pipeline<Item, Item> pipeline, int size, int from, int to) {
        for (long id = from; id < to; id++) {
            Item item = new Item(id, size, id % 10 == 0 ? Priority.HIGH : Priority.NORMAL);
            if ((id - from) % Math.max(1, Math.min(40, 20_000 / size)) == 0) {
                await().pollInterval(Duration.ofMillis(1))
                        .until(() -> pipeline.stats().queuedBytes() == 0);
            }
            assertThat(pipeline.offer(item)).isTrue();
        }
    }

    private static Set<Long> ids(int from, int to) {
        return new HashSet<>(LongStream.range(from, to).boxed().toList());
    }

    private static SinkStats stats(Pipeline<Item, Item> pipeline, int sink) {
        return pipeline.stats().sinks().get(sink);
    }

    private static void delete(Path directory) throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException e) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
