package io.dharma.tracing.internal.segment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dharma.tracing.testsupport.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SegmentLogTest {

    private final ManualClock clock = ManualClock.create();
    private final FaultyDisk disk = new FaultyDisk();

    @TempDir
    Path directory;

    @Test
    void records_areReadBackInOrder_beforeAndAfterTheyAreWritten() throws IOException {
        try (SegmentLog log = open()) {
            assertThat(Logs.append(log, "one")).isZero();
            assertThat(Logs.append(log, "two")).isEqualTo(1);
            assertThat(Logs.texts(log, 0)).containsExactly("one", "two");
            log.flush();
            Logs.append(log, "three");

            assertThat(Logs.texts(log, 0)).containsExactly("one", "two", "three");
            assertThat(Logs.texts(log, 2)).containsExactly("three");
            assertThat(Logs.texts(log, 3)).isEmpty();
        }
    }

    @Test
    void typeAndFlags_areTheCallers() throws IOException {
        try (SegmentLog log = open();
                LogCursor cursor = log.cursor()) {
            byte[] padded = "..payload..".getBytes(UTF_8);
            log.append(255, 0x81, padded, 2, 7);
            log.flush();

            SegmentRecord record = cursor.next(0);

            assertThat(record).isNotNull();
            assertThat(record.type()).isEqualTo(255);
            assertThat(record.flags()).isEqualTo(0x81);
            assertThat(Logs.text(record)).isEqualTo("payload");
        }
    }

    @Test
    void segments_areOfBoundedSize_andReadAsOne() throws IOException {
        int many = 5000;
        try (SegmentLog log = open()) {
            Logs.append(log, 0, many);
            log.flush();

            assertThat(log.segments()).hasSizeGreaterThan(3);
            assertThat(log.segments())
                    .allSatisfy(segment -> assertThat(Files.size(segment.file()))
                            .isEqualTo(segment.bytes())
                            .isLessThanOrEqualTo(SegmentLog.MIN_SEGMENT_BYTES));
            assertThat(log.bytes())
                    .isEqualTo(log.segments().stream().mapToLong(Segment::bytes).sum());
            assertThat(Logs.texts(log, 0)).isEqualTo(texts(0, many));
            assertThat(Logs.texts(log, 3210)).isEqualTo(texts(3210, many));
        }
    }

    @Test
    void longestRecord_hasASegmentOfItsOwn() throws IOException {
        try (SegmentLog log = open()) {
            Logs.append(log, 0, 10);
            log.append(1, 0, new byte[SegmentLog.MAX_PAYLOAD], 0, SegmentLog.MAX_PAYLOAD);
            Logs.append(log, 11, 20);
            log.flush();

            assertThat(log.segments()).extracting(Segment::records).containsExactly(10L, 1L, 9L);
            assertThat(Logs.texts(log, 11)).isEqualTo(texts(11, 20));
            assertThatThrownBy(
                            () -> log.append(1, 0, new byte[SegmentLog.MAX_PAYLOAD + 1], 0, SegmentLog.MAX_PAYLOAD + 1))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(log.nextSequence()).isEqualTo(20);
        }
    }

    @Test
    void reopenedLog_goesOnWhereItEnded() throws IOException {
        try (SegmentLog log = open()) {
            Logs.append(log, 0, 1000);
        }
        try (SegmentLog log = open()) {
            assertThat(log.nextSequence()).isEqualTo(1000);
            Logs.append(log, 1000, 1100);
            assertThat(Logs.texts(log, 0)).isEqualTo(texts(0, 1100));
        }
        try (SegmentLog log = open()) {
            assertThat(Logs.texts(log, 0)).isEqualTo(texts(0, 1100));
        }
    }

    @Test
    void logThatWasNotClosed_hasWhatWasFlushed() throws IOException {
        try (SegmentLog dies = open()) {
            Logs.append(dies, 0, 50);
            dies.flush();
            Logs.append(dies, 50, 60);
            try (SegmentLog log = open()) {
                assertThat(Logs.texts(log, 0)).isEqualTo(texts(0, 50));
            }
        }
    }

    @Test
    void tornEnd_isCutOff_whereverItIsTorn() throws IOException {
        try (SegmentLog log = open()) {
            Logs.append(log, 0, 3);
        }
        Path file = directory.resolve("log").resolve(SegmentFormat.fileName(0));
        byte[] whole = Files.readAllBytes(file);
        int lastRecord = SegmentFormat.RECORD_HEADER + Logs.text(2).length();
        for (int cut = 1; cut < lastRecord; cut++) {
            Files.write(file, Arrays.copyOf(whole, whole.length - cut));
            try (SegmentLog log = open()) {
                assertThat(Logs.texts(log, 0)).isEqualTo(texts(0, 2));
                assertThat(log.nextSequence()).isEqualTo(2);
                assertThat(Files.size(file)).isEqualTo(whole.length - lastRecord);
            }
        }
    }

    @Test
    void segmentWithoutARecord_isDeletedWhenOpened() throws IOException {
        try (SegmentLog log = open()) {
            Logs.append(log, 0, 1);
        }
        Path file = directory.resolve("log").resolve(SegmentFormat.fileName(0));
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            try (SegmentLog log = open()) {
                assertThat(log.segments()).isEmpty();
                assertThat(log.nextSequence()).isZero();
            }
            assertThat(file).doesNotExist();
        }
    }

    @Test
    void newerFormat_isNotTouched() throws IOException {
        Path file = directory.resolve("log").resolve(SegmentFormat.fileName(0));
        try (SegmentLog log = open()) {
            Logs.append(log, 0, 3);
        }
        byte[] newer = Files.readAllBytes(file);
        byte[] header = SegmentFormat.header(new SegmentHeader(SegmentFormat.VERSION + 1, 1, 0, 0));
        System.arraycopy(header, 0, newer, 0, header.length);
        Files.write(file, newer);

        assertThatThrownBy(this::open).isInstanceOf(NewerFormatException.class);

        assertThat(file).hasBinaryContent(newer);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 100, 5_000})
    void fullDisk_losesNothingThatWasAppended(long room) throws IOException {
        try (SegmentLog log = open()) {
            disk.room(room);
            int appended = 0;
            try {
                while (true) {
                    Logs.append(log, Logs.text(appended));
                    appended++;
                }
            } catch (IOException full) {
                assertThat(full).hasMessageContaining("No space left on device");
            }
            assertThatThrownBy(log::flush).isInstanceOf(IOException.class);
            assertThat(Logs.texts(log, 0)).isEqualTo(texts(0, appended));

            disk.room(Long.MAX_VALUE);
            log.flush();
            Logs.append(log, appended, appended + 100);
            log.flush();

            assertThat(Logs.texts(log, 0)).isEqualTo(texts(0, appended + 100));
            assertThat(log.damagedPlaces())
                    .as("what was half written was written over")
                    .isZero();
        }
    }

    /** What is begun where the segment ends does not fit there any more when there is some room again. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 100, 1_000})
    void givenUp_isExactlyWhatIsNotFoundAgain(long room) throws IOException {
        long firstLost;
        try (SegmentLog log = open()) {
            Logs.append(log, 0, 300);
            log.flush();
            disk.room(room);
            Logs.append(log, 300, 360);
            assertThatThrownBy(log::flush).isInstanceOf(IOException.class);
            disk.room(room);
            Logs.append(log, 360, 450);
            assertThatThrownBy(log::flush).isInstanceOf(IOException.class);

            firstLost = log.giveUpPending();
            assertThat(Logs.texts(log, 0)).isEqualTo(texts(0, (int) firstLost));
            assertThat(log.pendingBytes()).isZero();
            assertThat(log.nextSequence()).isEqualTo(450);
        }

        assertThat(firstLost).isBetween(300L, 449L);
        disk.room(Long.MAX_VALUE);
        try (SegmentLog reopened = open()) {
            assertThat(Logs.texts(reopened, 0)).isEqualTo(texts(0, (int) firstLost));
        }
    }

    @Test
    void writer_isNotStoppedByInterrupts() throws IOException {
        try (SegmentLog log = open()) {
            for (int i = 0; i < 50; i++) {
                Thread.currentThread().interrupt();
                Logs.append(log, Logs.text(i));
                log.flush();
                assertThat(Thread.interrupted())
                        .as("still there for whoever waits for it")
                        .isTrue();
            }

            assertThat(Logs.texts(log, 0)).isEqualTo(texts(0, 50));
        }
    }

    @Test
    void reader_isNotStoppedByInterrupts() throws IOException {
        try (SegmentLog log = open();
                LogCursor cursor = log.cursor()) {
            Logs.append(log, 0, 3000);
            log.flush();
            for (int i = 0; i < 3000; i++) {
                Thread.currentThread().interrupt();
                SegmentRecord record = cursor.next(i);
                assertThat(record).isNotNull();
                assertThat(Logs.text(record)).isEqualTo(Logs.text(i));
            }
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    /** An interrupt that comes while the thread is inside the call, which closes the channel. */
    @Test
    void writer_isNotStoppedByInterruptsInTheMiddle() throws IOException {
        disk.interruptingEveryOther();
        try (SegmentLog log = open()) {
            for (int i = 0; i < 200; i++) {
                Logs.append(log, Logs.text(i));
                log.flush();
            }
            assertThat(Thread.interrupted()).isTrue();

            assertThat(Logs.texts(log, 0)).isEqualTo(texts(0, 200));
            assertThat(log.damagedPlaces()).isZero();
        } finally {
            boolean unused = Thread.interrupted();
        }
    }

    @Test
    void deletedFile_isNoticedWithinASecond_andMissingFromThenOn() throws IOException {
        try (SegmentLog log = open()) {
            Logs.append(log, 0, 10);
            log.flush();
            Files.delete(log.segments().get(0).file());
            Logs.append(log, 10, 12);
            clock.advance(Duration.ofSeconds(1));

            assertThatThrownBy(log::flush).isInstanceOf(NoSuchFileException.class);
            log.flush();

            assertThat(Logs.texts(log, 0)).isEqualTo(texts(10, 12));
        }
    }

    @Test
    void deletedOlderFile_isMissingFromThenOn() throws IOException {
        try (SegmentLog log = open()) {
            Logs.append(log, 0, 3000);
            log.flush();
            Segment second = log.segments().get(1);
            Files.delete(second.file());

            assertThat(Logs.texts(log, 0))
                    .hasSize(3000 - (int) second.records())
                    .doesNotContain(Logs.text((int) second.firstSequence()))
                    .contains(Logs.text((int) second.firstSequence() - 1), Logs.text((int) second.endSequence()));
            assertThat(log.segments()).doesNotContain(second);
        }
    }

    @Test
    void delete_alsoTakesTheSegmentThatIsWritten() throws IOException {
        try (SegmentLog log = open();
                LogCursor cursor = log.cursor()) {
            Logs.append(log, 0, 10);
            log.flush();
            assertThat(cursor.next(0)).isNotNull();

            log.delete(log.segments().get(0));
            assertThat(cursor.next(1)).isNull();
            Logs.append(log, 10, 12);
            log.flush();

            SegmentRecord record = cursor.next(1);
            assertThat(record).isNotNull();
            assertThat(record.sequence()).isEqualTo(10);
            assertThat(log.segments()).hasSize(1);
        }
    }

    @Test
    void age_isCountedWhileTheLogIsOpen() throws IOException {
        long elapsed;
        try (SegmentLog log = open()) {
            clock.advance(Duration.ofHours(1));
            Logs.append(log, "old");
            log.flush();
            clock.advance(Duration.ofHours(2));
            clock.jump(Duration.ofDays(3650));
            assertThat(log.ageNanos(log.segments().get(0)))
                    .isEqualTo(Duration.ofHours(2).toNanos());
            elapsed = log.elapsedNanos();
        }
        clock.advance(Duration.ofDays(30));
        try (SegmentLog log = SegmentLog.open(directory.resolve("log"), settings(0), elapsed)) {
            clock.advance(Duration.ofHours(4));
            assertThat(log.ageNanos(log.segments().get(0)))
                    .isEqualTo(Duration.ofHours(6).toNanos());
        }
    }

    @Test
    void synchronization_isAsOftenAsAskedFor() throws IOException {
        // And once for the directory, in which the file's name is.
        assertThat(forcesIn10FlushesOfASecond(0)).isEqualTo(10 + 1);
        assertThat(forcesIn10FlushesOfASecond(Duration.ofSeconds(1).toNanos())).isEqualTo(1 + 1);
        assertThat(forcesIn10FlushesOfASecond(Long.MAX_VALUE)).isZero();
    }

    private int forcesIn10FlushesOfASecond(long syncEveryNanos) throws IOException {
        FaultyDisk counting = new FaultyDisk();
        SegmentLog.Settings settings = new SegmentLog.Settings(counting, 1 << 20, syncEveryNanos, clock::nanoTime);
        try (SegmentLog log = SegmentLog.open(directory.resolve("sync" + syncEveryNanos), settings, 0)) {
            for (int i = 0; i < 10; i++) {
                clock.advance(Duration.ofMillis(100));
                Logs.append(log, "some");
                log.flush();
                log.flush();
            }
            return counting.forces();
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void files_areForTheUserAlone() throws IOException {
        try (SegmentLog log = open()) {
            Logs.append(log, "secret");
            log.flush();

            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("log"))))
                    .isEqualTo("rwx------");
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(log.segments().get(0).file())))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void files_areWrittenWhereThereAreNoUsers() throws IOException {
        SegmentLog.Settings settings = new SegmentLog.Settings(new SystemDisk(false), 1 << 20, 0, System::nanoTime);
        try (SegmentLog log = SegmentLog.open(directory.resolve("plain"), settings, 0)) {
            Logs.append(log, "anything");
            log.flush();

            assertThat(Logs.texts(log, 0)).containsExactly("anything");
        }
    }

    @Test
    void fileThatIsALink_isNotFollowed() throws IOException {
        Path elsewhere = Files.writeString(directory.resolve("elsewhere"), "precious");
        Path link = Files.createSymbolicLink(directory.resolve("link"), elsewhere);

        assertThatThrownBy(
                        () -> Disk.system().open(link, StandardOpenOption.WRITE).close())
                .isInstanceOf(IOException.class);
        assertThat(elsewhere).hasContent("precious");
    }

    private SegmentLog open() throws IOException {
        return SegmentLog.open(directory.resolve("log"), settings(0), 0);
    }

    private SegmentLog.Settings settings(long syncEveryNanos) {
        return new SegmentLog.Settings(disk, SegmentLog.MIN_SEGMENT_BYTES, syncEveryNanos, clock::nanoTime);
    }

    private static List<String> texts(int from, int to) {
        return IntStream.range(from, to).mapToObj(Logs::text).toList();
    }
}
