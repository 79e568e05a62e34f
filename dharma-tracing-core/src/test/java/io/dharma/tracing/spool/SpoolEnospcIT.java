package io.dharma.tracing.spool;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.internal.metrics.CollectingReader;
import io.dharma.tracing.internal.segment.FaultyDisk;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.DropReason;
import io.dharma.tracing.pipeline.Journal;
import io.dharma.tracing.pipeline.Pipeline;
import io.dharma.tracing.pipeline.PipelineMetrics;
import io.dharma.tracing.pipeline.Priority;
import io.dharma.tracing.pipeline.RecordType;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.pipeline.SinkStats;
import io.dharma.tracing.testsupport.ManualClock;
import io.dharma.tracing.trace.DharmaTracer;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A disk that is full, once really and once not, and one that cannot be written to, also when all is about to end. */
@Timeout(60)
class SpoolEnospcIT {

    private final ManualClock clock = ManualClock.create();

    @TempDir
    Path directory;

    @Test
    void fullFileSystem_costsWhatDoesNotFit_andHealsWhenThereIsRoom() throws Exception {
        Path ballast = directory.resolve("ballast");
        try (TinyFileSystem unused = TinyFileSystem.mount(directory, "size=2m,mode=700")) {
            Files.write(ballast, new byte[1 << 20]);
            fillAndHeal(Spool.builder(directory.resolve("spool"), TextCodec.INSTANCE), () -> Files.delete(ballast));
        }
    }

    @Test
    void diskThatSaysItIsFull_costsWhatDoesNotFit_andHealsWhenThereIsRoom() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        disk.room(1 << 20);
        fillAndHeal(
                Spool.builder(directory.resolve("spool"), TextCodec.INSTANCE).disk(disk), () -> disk.room(1 << 20));
    }

    /** Something that happens to the disk. */
    @FunctionalInterface
    private interface Change {
        void happen() throws IOException;
    }

    /** @param room makes room for one more MiB */
    private void fillAndHeal(Spool.Builder<String> builder, Change room) throws IOException {
        Spool<String> spool = builder.clock(clock).build();
        Journal.Reader<String> reader = spool.reader("otlp");
        List<String> taken = new ArrayList<>();
        long refused = 0;
        for (int i = 0; refused < 100; i++) {
            String text = SpoolChild.text("n", i);
            if (spool.append(text, Priority.NORMAL) == Journal.NOT_WRITTEN) {
                refused++;
            } else {
                taken.add(text);
            }
            spool.flush();
        }
        assertThat(spool.stats().state()).isEqualTo(SpoolState.MEMORY_ONLY);
        assertThat(spool.stats().reason()).contains("No space left on device");
        assertThat(taken).hasSizeGreaterThan(1000);

        room.happen();
        clock.advance(Duration.ofSeconds(10));
        for (int i = 0; i < 500; i++) {
            String text = SpoolChild.text("later", i);
            assertThat(spool.append(text, Priority.NORMAL)).isNotNegative();
            taken.add(text);
        }
        spool.flush();

        assertThat(spool.stats().state()).isEqualTo(SpoolState.WRITING);
        assertThat(Spools.texts(reader, Priority.NORMAL, 0)).isEqualTo(taken);
        assertThat(spool.stats().notWritten()).isEqualTo(refused);
        assertThat(spool.stats().corrupt()).isZero();
        spool.close(Spools.PATIENCE);
        Spool<String> next = builder.build();
        try {
            assertThat(Spools.inheritedTexts(next.reader("otlp"))).isEqualTo(taken);
        } finally {
            next.close(Spools.PATIENCE);
        }
    }

    @Test
    void fileSystemThatIsReadOnly_isUsedWhenItIsNotAnyMore() throws Exception {
        try (TinyFileSystem mounted = TinyFileSystem.mount(directory, "size=2m,mode=700,ro")) {
            Spool<String> spool = Spool.builder(directory.resolve("spool"), TextCodec.INSTANCE)
                    .clock(clock)
                    .build();
            Journal.Reader<String> reader = spool.reader("otlp");
            assertThat(spool.append("a", Priority.NORMAL)).isEqualTo(Journal.NOT_WRITTEN);
            assertThat(spool.stats().reason()).contains("Read-only file system");
            assertThat(reader.nextInherited(Priority.NORMAL)).isNull();

            mounted.remount("rw");
            clock.advance(Duration.ofSeconds(10));

            assertThat(spool.append("b", Priority.NORMAL)).isZero();
            spool.flush();
            assertThat(Spools.texts(reader, Priority.NORMAL, 0)).containsExactly("b");
            spool.close(Spools.PATIENCE);
        }
    }

    /** What happens to a disk while records wait to be written to it. */
    private enum Ailment {
        FULL {
            @Override
            void strike(FaultyDisk disk) {
                disk.room(20_000);
            }
        },
        READ_ONLY {
            @Override
            void strike(FaultyDisk disk) {
                disk.readOnly(true);
            }
        },
        BROKEN {
            @Override
            void strike(FaultyDisk disk) {
                disk.fail("Input/output error");
            }
        };

        abstract void strike(FaultyDisk disk);

        static void heal(FaultyDisk disk) {
            disk.room(Long.MAX_VALUE);
            disk.readOnly(false);
            disk.heal();
        }
    }

    @ParameterizedTest
    @EnumSource(Ailment.class)
    void diskThatFailsBeforeTheEnd_costsWhatItDidNotTake_andTheAccountsSayHowMuch(Ailment ailment) throws IOException {
        FaultyDisk disk = new FaultyDisk();
        Spool.Builder<String> builder =
                Spool.builder(directory.resolve("spool"), TextCodec.INSTANCE).disk(disk);
        assertEndIsAccountedFor(builder, () -> ailment.strike(disk), () -> Ailment.heal(disk));
    }

    @Test
    void fileSystemThatIsFullBeforeTheEnd_costsWhatDidNotFit_andTheAccountsSayHowMuch() throws Exception {
        Path ballast = directory.resolve("ballast");
        try (TinyFileSystem unused = TinyFileSystem.mount(directory, "size=2m,mode=700")) {
            Spool.Builder<String> builder = Spool.builder(directory.resolve("spool"), TextCodec.INSTANCE);
            assertEndIsAccountedFor(builder, () -> fill(ballast), () -> Files.delete(ballast));
        }
    }

    /** All but some pages. */
    private static void fill(Path ballast) throws IOException {
        try (FileChannel channel = FileChannel.open(ballast, CREATE_NEW, WRITE)) {
            while (true) {
                channel.write(ByteBuffer.allocate(4096));
            }
        } catch (IOException full) {
            try (FileChannel channel = FileChannel.open(ballast, WRITE)) {
                channel.truncate(channel.size() - 5 * 4096);
            }
        }
    }

    @Test
    void directoryThatIsDeletedBeforeTheEnd_isMadeAgain_andWhatWasInItIsAccountedFor() throws IOException {
        Path spool = directory.resolve("spool");
        assertEndIsAccountedFor(Spool.builder(spool, TextCodec.INSTANCE), () -> Spools.delete(spool), () -> {});
    }

    private void assertEndIsAccountedFor(Spool.Builder<String> builder, Change trouble, Change recovery)
            throws IOException {
        Spool<String> spool = builder.build();
        Pipeline<String, String> pipeline = pipelineTo(spool);
        List<String> offered = new ArrayList<>();
        offer(pipeline, "early", offered);
        await().until(() ->
                spool.stats().written() == offered.size() && spool.stats().bytes() > 100_000);

        trouble.happen();
        offer(pipeline, "late", offered);
        pipeline.close(Duration.ofSeconds(1));
        SinkStats stats = pipeline.stats().sinks().get(0);
        spool.close(Spools.PATIENCE);
        recovery.happen();
        Spools.kill(directory.resolve("spool"));
        Spool<String> next = builder.build();
        List<String> inherited = Spools.inheritedTexts(next.reader("otlp"));
        next.close(Spools.PATIENCE);

        long lost = stats.dropped().getOrDefault(DropReason.JOURNAL_LOST, 0L);
        long notWritten = stats.dropped().getOrDefault(DropReason.UNDELIVERED, 0L);
        assertThat(lost).isPositive();
        assertThat(stats.spooledRecords() + lost + notWritten).isEqualTo(offered.size());
        assertThat(stats.droppedTotal()).isEqualTo(lost + notWritten);
        assertThat(inherited).doesNotHaveDuplicates().isSubsetOf(offered);
        assertThat(stats.spooledRecords()).as("what the next process finds").isEqualTo(inherited.size());
        assertThat(spool.stats().lost()).isEqualTo(lost);
        assertThat(spool.stats().notWritten()).isEqualTo(notWritten);
        assertThat(pipeline.stats().sinks().get(0))
                .as("nothing changes after the end")
                .isEqualTo(stats);
    }

    @Test
    void whatTheDiskDidNotTakeAtTheEnd_isInHealthAndInTheLastMetrics() {
        FaultyDisk disk = new FaultyDisk();
        CollectingReader metrics = new CollectingReader();
        Spool<SpanData> spool =
                Spool.ofSpans(directory.resolve("spool")).disk(disk).build();
        DharmaTracer tracer = DharmaTracer.builder()
                .sink(new AbsentReceiver<>())
                .journal(spool)
                .meterProvider(
                        SdkMeterProvider.builder().registerMetricReader(metrics).build())
                .build();
        tracer.start("early").close();
        await().until(() -> spool.stats().bytes() > 0);
        disk.readOnly(true);
        tracer.start("late").close();
        tracer.start("late").close();
        await().until(() -> spool.stats().written() == 3);

        tracer.close(Duration.ofSeconds(1));
        spool.close(Spools.PATIENCE);

        SinkStats sink = tracer.health().spans().sinks().get(0);
        assertThat(sink.dropped()).isEqualTo(Map.of(DropReason.JOURNAL_LOST, 2L));
        assertThat(sink.spooledRecords()).isOne();
        assertThat(spool.stats().lost()).isEqualTo(2);
        MetricData dropped = Objects.requireNonNull(metrics.last().get("dharma.pipeline.dropped"));
        assertThat(dropped.getLongSumData().getPoints()).singleElement().satisfies(point -> {
            assertThat(point.getAttributes().get(PipelineMetrics.REASON)).isEqualTo("journal_lost");
            assertThat(point.getValue()).isEqualTo(2);
        });
    }

    private static void offer(Pipeline<String, String> pipeline, String name, List<String> offered) {
        for (int i = 0; i < 400; i++) {
            String text = SpoolChild.text(name, i);
            offered.add(text);
            assertThat(pipeline.offer(text)).isTrue();
        }
    }

    private static Pipeline<String, String> pipelineTo(Spool<String> spool) {
        return Pipeline.builder("texts", new TextType(), (String text) -> text)
                .journal(spool)
                .sink(new AbsentReceiver<>())
                .build();
    }

    private static final class TextType implements RecordType<String> {

        @Override
        public int sizeOf(String text) {
            return text.length();
        }

        @Override
        public Priority priority(String text) {
            return text.length() % 2 == 0 ? Priority.HIGH : Priority.NORMAL;
        }
    }

    private static final class AbsentReceiver<T> implements Sink<T> {

        @Override
        public String name() {
            return "otlp";
        }

        @Override
        public CompletionStage<Delivery> deliver(List<T> batch) {
            return CompletableFuture.completedFuture(Delivery.retry("away"));
        }
    }
}
