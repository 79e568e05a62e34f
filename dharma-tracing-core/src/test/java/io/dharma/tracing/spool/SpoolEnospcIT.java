package io.dharma.tracing.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.internal.segment.FullDisk;
import io.dharma.tracing.pipeline.Journal;
import io.dharma.tracing.pipeline.Priority;
import io.dharma.tracing.testsupport.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is full, once really and once not, and one that cannot be written to. */
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
        FullDisk disk = new FullDisk();
        disk.room(1 << 20);
        fillAndHeal(
                Spool.builder(directory.resolve("spool"), TextCodec.INSTANCE).disk(disk), () -> disk.room(1 << 20));
    }

    /** What makes room for one more MiB. */
    @FunctionalInterface
    private interface Room {
        void make() throws IOException;
    }

    private void fillAndHeal(Spool.Builder<String> builder, Room room) throws IOException {
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

        room.make();
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
}
