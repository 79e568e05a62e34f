package io.dharma.tracing.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.dharma.tracing.internal.segment.FaultyDisk;
import io.dharma.tracing.pipeline.Journal;
import io.dharma.tracing.pipeline.Priority;
import io.dharma.tracing.spi.BlockingTasks.Lane;
import io.dharma.tracing.spi.LogCapture;
import io.dharma.tracing.spi.NoThreads;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.ManualClock;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@ExtendWith(LeakCheck.class)
class SpoolTest {

    private static final Priority HIGH = Priority.HIGH;
    private static final Priority NORMAL = Priority.NORMAL;

    private final ManualClock clock = ManualClock.create();
    private final FaultyDisk disk = new FaultyDisk();
    private final List<Spool<String>> spools = Collections.synchronizedList(new ArrayList<>());
    private final LogCapture logged = LogCapture.of(Spool.class);

    @TempDir
    Path home;

    private Path directory = Path.of("");

    @BeforeEach
    void listen() {
        directory = home.resolve("spool");
    }

    @AfterEach
    void close() {
        disk.room(Long.MAX_VALUE);
        disk.readOnly(false);
        spools.forEach(spool -> spool.close(Spools.PATIENCE));
        logged.close();
    }

    // ---- one process

    @Test
    void positions_countUpForEachPriority() {
        Spool<String> spool = spool();
        Journal.Reader<String> reader = spool.reader("otlp");

        assertThat(spool.append("a", NORMAL)).isZero();
        assertThat(spool.append("b", NORMAL)).isEqualTo(1);
        assertThat(spool.append("c", HIGH)).isZero();
        spool.flush();

        assertThat(Spools.texts(reader, NORMAL, 0)).containsExactly("a", "b");
        assertThat(Spools.texts(reader, HIGH, 0)).containsExactly("c");
        assertThat(Spools.texts(reader, NORMAL, 1)).containsExactly("b");
        assertThat(reader.nextInherited(NORMAL)).isNull();
        assertThat(spool.stats().state()).isEqualTo(SpoolState.WRITING);
        assertThat(spool.stats().written()).isEqualTo(3);
        assertThat(spool.stats().segments()).isEqualTo(2);
        assertThat(spool.stats().reason()).isNull();
    }

    @Test
    void build_touchesNoDisk() {
        Spool<String> spool = spool();
        Journal.Reader<String> unused = spool.reader("otlp");

        assertThat(directory).doesNotExist();
        assertThat(spool.stats().state()).isEqualTo(SpoolState.STARTING);
        spool.close(Spools.PATIENCE);
        assertThat(directory).doesNotExist();
        assertThat(spool.stats().state()).isEqualTo(SpoolState.CLOSED);
    }

    @Test
    void wrongSettings_areRefusedAtOnce() {
        Spool.Builder<String> builder = Spool.builder(directory, TextCodec.INSTANCE);

        assertThatThrownBy(() -> builder.maxBytes(1000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxBytes is 1000, must be at least 4194304");
        assertThatThrownBy(() -> builder.maxAge(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void recordThatItsCodecCannotWrite_orThatIsTooLong_isNotWritten() {
        Spool<String> spool = spool();
        Journal.Reader<String> reader = spool.reader("otlp");

        assertThat(spool.append("cannot be written", NORMAL)).isEqualTo(Journal.NOT_WRITTEN);
        assertThat(spool.append("x".repeat((1 << 20) + 1), NORMAL)).isEqualTo(Journal.NOT_WRITTEN);
        assertThat(spool.append("x".repeat(1 << 20), NORMAL)).isZero();
        assertThat(spool.append("after", NORMAL)).isEqualTo(1);
        spool.flush();

        assertThat(Spools.texts(reader, NORMAL, 1)).containsExactly("after");
        assertThat(spool.stats().notWritten()).isEqualTo(2);
        assertThat(spool.stats().state()).isEqualTo(SpoolState.WRITING);
    }

    @Test
    void recordThatItsCodecCannotRead_isPassedOver() {
        Spool<String> spool = spool();
        Journal.Reader<String> reader = spool.reader("otlp");
        List.of("a", "cannot be read", "b").forEach(text -> spool.append(text, NORMAL));
        spool.flush();
        reader.fallBehind(NORMAL, 0);

        assertThat(Spools.texts(reader, NORMAL, 0)).containsExactly("a", "b");
        assertThat(spool.stats().corrupt()).isEqualTo(1);
        assertThat(spool.stats().lost()).isEqualTo(1);
    }

    @Test
    void damagedLastRecord_isNotWaitedFor() throws IOException {
        Spool<String> spool = spool();
        Journal.Reader<String> reader = spool.reader("otlp");
        List.of("a", "b", "c").forEach(text -> spool.append(text, NORMAL));
        spool.flush();
        Path segment = Spools.segments(directory).get(0);
        byte[] bytes = Files.readAllBytes(segment);
        bytes[bytes.length - 1] ^= 1;
        Files.write(segment, bytes);

        assertThat(Spools.texts(reader, NORMAL, 0)).containsExactly("a", "b");
        assertThat(reader.next(NORMAL, 2)).isNull();
        assertThat(reader.nothingBefore(NORMAL, 2)).isEqualTo(3);
        assertThat(spool.stats().corrupt()).isEqualTo(1);
        assertThat(spool.stats().lost()).isEqualTo(1);
    }

    @Test
    void segments_areDeletedWhenAllSinksArePastThem() throws IOException {
        Spool<String> spool = spool();
        Journal.Reader<String> one = spool.reader("one");
        Journal.Reader<String> two = spool.reader("two");
        fill(spool, NORMAL, 3 << 20);
        long written = spool.stats().written();
        assertThat(Spools.segments(directory)).hasSizeGreaterThan(5);

        for (long position = 0; position < written; position++) {
            one.acknowledge(NORMAL, position);
        }
        passes(spool, Duration.ofSeconds(1));
        assertThat(Spools.segments(directory)).hasSizeGreaterThan(5);
        for (long position = written - 1; position >= 0; position--) {
            two.acknowledge(NORMAL, position);
        }
        passes(spool, Duration.ofSeconds(1));

        assertThat(Spools.segments(directory))
                .as("the one that is being written")
                .hasSize(1);
        assertThat(spool.stats().lost()).isZero();
    }

    @Test
    void close_leavesNothingWhenAllIsSettled() throws IOException {
        Spool<String> spool = spool();
        Journal.Reader<String> reader = spool.reader("otlp");
        reader.acknowledge(NORMAL, spool.append("a", NORMAL));
        reader.acknowledge(HIGH, spool.append("b", HIGH));

        spool.close(Spools.PATIENCE);

        assertThat(Spools.list(directory)).isEmpty();
        assertThat(spool.append("late", NORMAL)).isEqualTo(Journal.NOT_WRITTEN);
        spool.flush();
        assertThat(reader.next(NORMAL, 0)).isNull();
        assertThat(Spools.list(directory)).isEmpty();
    }

    // ---- room

    @Test
    void fullSpool_losesTheOldestOrdinaryRecordsFirst() throws IOException {
        Spool<String> spool = spool();
        Journal.Reader<String> reader = spool.reader("otlp");
        reader.fallBehind(HIGH, 0);
        reader.fallBehind(NORMAL, 0);
        fill(spool, HIGH, 1 << 20);
        fill(spool, NORMAL, 10 << 20);

        assertThat(sizeOf(directory)).isLessThanOrEqualTo(Spool.Builder.MIN_BYTES);
        Journal.Entry<String> first = reader.next(NORMAL, 0);
        assertThat(first).isNotNull();
        assertThat(first.position()).isPositive();
        assertThat(spool.stats().lost()).as("exactly what is missing").isEqualTo(first.position());
        assertThat(reader.next(HIGH, 0)).extracting(Journal.Entry::position).isEqualTo(0L);
        assertThat(spool.stats().state()).isEqualTo(SpoolState.WRITING);
    }

    @Test
    void fullSpool_losesHighPriorityOnlyWhenThereIsNothingElse() throws IOException {
        Spool<String> spool = spool();
        Journal.Reader<String> reader = spool.reader("otlp");
        fill(spool, NORMAL, 2 << 20);
        fill(spool, HIGH, 10 << 20);

        assertThat(sizeOf(directory)).isLessThanOrEqualTo(Spool.Builder.MIN_BYTES);
        Journal.Entry<String> first = reader.next(HIGH, 0);
        assertThat(first).isNotNull();
        assertThat(first.position()).isPositive();
        assertThat(spool.stats().lost()).as("nobody relied on it").isZero();
    }

    @Test
    void largestRecords_stayWithinTheBound() throws IOException {
        Spool<String> spool = spool();
        Journal.Reader<String> unused = spool.reader("otlp");
        String largest = "x".repeat(1 << 20);
        for (int i = 0; i < 20; i++) {
            assertThat(spool.append(largest, i % 2 == 0 ? NORMAL : HIGH)).isNotNegative();
            spool.flush();
            assertThat(sizeOf(directory)).isLessThanOrEqualTo(Spool.Builder.MIN_BYTES);
        }
        assertThat(spool.stats().state()).isEqualTo(SpoolState.WRITING);
    }

    @Test
    void inheritedRecords_countForTheBound() throws IOException {
        Spool<String> dead = spool();
        Journal.Reader<String> unused = dead.reader("otlp");
        fill(dead, NORMAL, 10 << 20);
        Spools.kill(directory);
        Spool<String> spool = spool();
        Journal.Reader<String> reader = spool.reader("otlp");
        assertThat(reader.nextInherited(NORMAL)).isNotNull();
        assertThat(sizeOf(directory)).isLessThanOrEqualTo(Spool.Builder.MIN_BYTES);

        fill(spool, NORMAL, 10 << 20);

        assertThat(sizeOf(directory)).isLessThanOrEqualTo(Spool.Builder.MIN_BYTES);
    }

    // ---- time

    @ParameterizedTest
    @ValueSource(longs = {1, -1, 3652, -3652})
    void clockThatIsSet_deletesNothingAndKeepsNothing(long days) throws IOException {
        Spool<String> spool = spool();
        Journal.Reader<String> reader = spool.reader("otlp");
        spool.append("a", NORMAL);
        spool.flush();
        passes(spool, Duration.ofHours(23));

        clock.jump(Duration.ofDays(days));
        passes(spool, Duration.ofSeconds(1));
        assertThat(Spools.texts(reader, NORMAL, 0)).containsExactly("a");

        passes(spool, Duration.ofHours(1));
        assertThat(Spools.texts(reader, NORMAL, 0)).isEmpty();
        assertThat(Spools.segments(directory)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, 3652, -3652})
    void age_goesOnInTheNextProcess(long days) throws IOException {
        Spool<String> dead = spool();
        Journal.Reader<String> unused = dead.reader("otlp");
        dead.append("a", NORMAL);
        dead.flush();
        passes(dead, Duration.ofHours(20));
        Spools.kill(directory);
        clock.jump(Duration.ofDays(days));
        // Nobody is there for a month.
        clock.advance(Duration.ofDays(30));

        Spool<String> spool = spool();
        Journal.Reader<String> reader = spool.reader("otlp");
        assertThat(Spools.inheritedTexts(reader)).containsExactly("a");
        passes(spool, Duration.ofHours(3));
        assertThat(Spools.segments(directory)).hasSize(1);
        passes(spool, Duration.ofHours(2));

        assertThat(Spools.segments(directory)).isEmpty();
    }

    @Test
    void sinkThatIsNotConfiguredAnyMore_keepsItsRecordsUntilTheyAreOld() throws IOException {
        Spool<String> dead = spool();
        Journal.Reader<String> gone = dead.reader("zipkin");
        Journal.Reader<String> stays = dead.reader("otlp");
        assertThat(gone).isNotSameAs(stays);
        dead.append("a", NORMAL);
        dead.flush();
        Spools.kill(directory);

        Spool<String> second = spool();
        Journal.Reader<String> otlp = second.reader("otlp");
        Spools.inherited(otlp).forEach(entry -> otlp.acknowledge(NORMAL, entry.position()));
        passes(second, Duration.ofHours(23));
        assertThat(Spools.segments(directory)).hasSize(1);
        second.close(Spools.PATIENCE);

        Spool<String> third = spool();
        Journal.Reader<String> zipkin = third.reader("zipkin");
        assertThat(Spools.inheritedTexts(zipkin))
                .as("somebody configured it again")
                .containsExactly("a");
        assertThat(Spools.inheritedTexts(third.reader("otlp"))).isEmpty();
        passes(third, Duration.ofHours(2));
        assertThat(Spools.segments(directory)).isEmpty();
    }

    @Test
    void sinkThatIsNew_startsAtTheEnd() throws IOException {
        Spool<String> dead = spool();
        Journal.Reader<String> unused = dead.reader("otlp");
        dead.append("a", NORMAL);
        dead.flush();
        Spools.kill(directory);
        Spool<String> spool = spool();
        Journal.Reader<String> otlp = spool.reader("otlp");
        Journal.Reader<String> fresh = spool.reader("fresh");

        assertThat(Spools.inheritedTexts(fresh)).isEmpty();
        assertThat(Spools.inheritedTexts(otlp)).containsExactly("a");
    }

    // ---- what another process left

    @Test
    void records_areInheritedOnceAndOnlyTheUnsettledOnes() throws IOException {
        Spool<String> dead = spool();
        Journal.Reader<String> reader = dead.reader("otlp");
        for (int i = 0; i < 10; i++) {
            dead.append("n" + i, NORMAL);
            dead.append("h" + i, HIGH);
        }
        dead.flush();
        List.of(0L, 1L, 2L, 5L, 9L).forEach(position -> reader.acknowledge(NORMAL, position));
        passes(dead, Duration.ofSeconds(1));
        Spools.kill(directory);

        Spool<String> spool = spool();
        Journal.Reader<String> heir = spool.reader("otlp");
        List<Journal.Entry<String>> entries = Spools.inherited(heir);
        List<String> expected = new ArrayList<>();
        IntStream.range(0, 10).forEach(i -> expected.add("h" + i));
        List.of(3, 4, 6, 7, 8).forEach(i -> expected.add("n" + i));

        assertThat(entries).extracting(Journal.Entry::record).isEqualTo(expected);
        assertThat(entries).extracting(Journal.Entry::position).allMatch(position -> position < Journal.NOT_WRITTEN);
        assertThat(Spools.inherited(heir)).isEmpty();
        assertThat(spool.stats().adopted()).isEqualTo(15);
        entries.forEach(entry -> heir.acknowledge(entry.record().startsWith("h") ? HIGH : NORMAL, entry.position()));
        passes(spool, Duration.ofSeconds(1));
        assertThat(Spools.segments(directory)).isEmpty();
        assertThat(Spools.list(directory)).as("its own, and its lock").hasSize(2);
        assertThat(spool.stats().lost()).isZero();
    }

    @Test
    void damagedRecord_doesNotBringBackTheSettledOneBehindIt() throws IOException {
        Spool<String> dead = spool();
        Journal.Reader<String> reader = dead.reader("otlp");
        List.of("a", "b", "c", "d").forEach(text -> dead.append(text, NORMAL));
        dead.flush();
        reader.acknowledge(NORMAL, 1);
        passes(dead, Duration.ofSeconds(1));
        Spools.kill(directory);
        Path segment = Spools.segments(directory).get(0);
        byte[] bytes = Files.readAllBytes(segment);
        // The segment begins with its header; then comes "a".
        bytes[80] ^= 1;
        Files.write(segment, bytes);
        Spool<String> spool = spool();
        Journal.Reader<String> heir = spool.reader("otlp");

        assertThat(Spools.inheritedTexts(heir)).containsExactly("c", "d");
        assertThat(spool.stats().lost()).isEqualTo(1);
        assertThat(spool.stats().corrupt()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b c", "c"})
    void heirOfADamagedLastRecord_countsTheDamage(String texts) throws IOException {
        Spool<String> dead = spool();
        Journal.Reader<String> unused = dead.reader("otlp");
        List<String> all = List.of(texts.split(" ", -1));
        all.forEach(text -> dead.append(text, NORMAL));
        dead.flush();
        Spools.kill(directory);
        Path segment = Spools.segments(directory).get(0);
        byte[] bytes = Files.readAllBytes(segment);
        bytes[bytes.length - 1] ^= 1;
        Files.write(segment, bytes);
        Spool<String> spool = spool();

        assertThat(Spools.inheritedTexts(spool.reader("otlp"))).isEqualTo(all.subList(0, all.size() - 1));
        assertThat(spool.stats().corrupt()).isEqualTo(1);
    }

    @Test
    void heirThatDiesToo_leavesTheRestToTheNext() throws IOException {
        Spool<String> first = spool();
        Journal.Reader<String> unused = first.reader("otlp");
        List.of("a", "b", "c").forEach(text -> first.append(text, NORMAL));
        first.flush();
        Spools.kill(directory);
        Spool<String> second = spool();
        Journal.Reader<String> heir = second.reader("otlp");
        second.append("d", NORMAL);
        List<Journal.Entry<String>> entries = Spools.inherited(heir);
        heir.acknowledge(NORMAL, entries.get(1).position());
        passes(second, Duration.ofSeconds(1));
        Spools.kill(directory);

        Journal.Reader<String> last = spool().reader("otlp");

        assertThat(Spools.inheritedTexts(last)).containsExactlyInAnyOrder("a", "c", "d");
    }

    @Test
    void closedSpool_isInheritedInTheSameJvm() {
        Spool<String> first = spool();
        Journal.Reader<String> unused = first.reader("otlp");
        first.append("a", NORMAL);
        first.close(Spools.PATIENCE);
        Spool<String> second = spool();

        assertThat(Spools.inheritedTexts(second.reader("otlp"))).containsExactly("a");
    }

    @Test
    void livingSpoolOfTheSameJvm_isLeftAlone() throws IOException {
        Spool<String> alive = spool();
        Journal.Reader<String> reader = alive.reader("otlp");
        alive.append("a", NORMAL);
        alive.flush();
        Spool<String> other = spool();

        assertThat(Spools.inheritedTexts(other.reader("otlp"))).isEmpty();
        clock.advance(Duration.ofMinutes(2));
        assertThat(Spools.inheritedTexts(other.reader("otlp"))).isEmpty();
        other.close(Spools.PATIENCE);
        passes(alive, Duration.ofSeconds(1));
        assertThat(Spools.texts(reader, NORMAL, 0)).containsExactly("a");
        assertThat(alive.stats().state()).isEqualTo(SpoolState.WRITING);
    }

    @Test
    void folderWithoutItsLock_isInheritedOnlyAfterAWhile() throws IOException {
        Spool<String> dead = spool();
        Journal.Reader<String> unused = dead.reader("otlp");
        dead.append("a", NORMAL);
        dead.flush();
        Spools.kill(directory);
        for (Path path : Spools.list(directory)) {
            if (path.toString().endsWith(".lock")) {
                Files.delete(path);
            }
        }
        Spool<String> spool = spool();
        Journal.Reader<String> reader = spool.reader("otlp");

        assertThat(Spools.inheritedTexts(reader)).isEmpty();
        clock.advance(Duration.ofSeconds(29));
        assertThat(Spools.inheritedTexts(reader)).isEmpty();
        clock.advance(Duration.ofSeconds(1));
        assertThat(Spools.inheritedTexts(reader)).containsExactly("a");
    }

    @Test
    void manyHeirs_eachRecordGoesToExactlyOne() throws Exception {
        int dead = 6;
        List<String> all = new ArrayList<>();
        for (int i = 0; i < dead; i++) {
            Spool<String> one =
                    Spool.builder(home.resolve("dying" + i), TextCodec.INSTANCE).build();
            spools.add(one);
            Journal.Reader<String> unused = one.reader("otlp");
            for (int j = 0; j < 50; j++) {
                one.append(i + "-" + j, NORMAL);
                all.add(i + "-" + j);
            }
            one.flush();
            Spools.kill(home.resolve("dying" + i));
        }
        Files.createDirectories(directory);
        for (int i = 0; i < dead; i++) {
            for (Path path : Spools.list(home.resolve("dying" + i))) {
                Files.move(path, directory.resolve(path.getFileName()));
            }
        }
        List<String> delivered = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> heirs = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Journal.Reader<String> reader = spool().reader("otlp");
            heirs.add(new Thread(() -> {
                try {
                    start.await();
                    delivered.addAll(Spools.inheritedTexts(reader));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
        }
        heirs.forEach(Thread::start);
        start.countDown();
        for (Thread heir : heirs) {
            heir.join();
        }

        assertThat(delivered).containsExactlyInAnyOrderElementsOf(all);
    }

    @Test
    void newerFormat_isLeftAloneWithOneWarning() throws IOException {
        Spool<String> dead = spool();
        Journal.Reader<String> unused = dead.reader("otlp");
        dead.append("a", NORMAL);
        dead.flush();
        Spools.kill(directory);
        Path cursor = Spools.list(Spools.list(directory).get(0)).stream()
                .filter(path -> path.toString().endsWith(".cursor"))
                .findFirst()
                .orElseThrow();
        Files.write(cursor, asNewer(Files.readAllBytes(cursor)));
        List<Path> before = Spools.segments(directory);
        byte[] segment = Files.readAllBytes(before.get(0));
        Spool<String> spool = spool();
        Journal.Reader<String> reader = spool.reader("otlp");

        assertThat(Spools.inheritedTexts(reader)).isEmpty();
        passes(spool, Duration.ofDays(2));
        assertThat(Spools.inheritedTexts(reader)).isEmpty();

        assertThat(before.get(0)).hasBinaryContent(segment);
        assertThat(warnings()).singleElement().asString().contains("was written by a later release");
    }

    private static byte[] asNewer(byte[] cursor) {
        ByteBuffer.wrap(cursor).putShort(8, (short) (CursorFile.VERSION + 1));
        CRC32C crc = new CRC32C();
        crc.update(cursor, 0, cursor.length - 4);
        ByteBuffer.wrap(cursor).putInt(cursor.length - 4, (int) crc.getValue());
        return cursor;
    }

    // ---- disks that do not take anything

    @Test
    void fullDisk_isOneWarning_andNothingThatWasTakenIsLost() {
        Spool<String> spool = spool();
        Journal.Reader<String> reader = spool.reader("otlp");
        spool.append("before", NORMAL);
        spool.flush();
        disk.room(10);

        long taken = spool.append("taken", NORMAL);
        spool.flush();
        assertThat(spool.stats().state()).isEqualTo(SpoolState.MEMORY_ONLY);
        assertThat(spool.stats().reason()).contains("No space left on device");
        assertThat(spool.append("not taken", NORMAL)).isEqualTo(Journal.NOT_WRITTEN);
        assertThat(Spools.texts(reader, NORMAL, 0)).containsExactly("before", "taken");
        passes(spool, Duration.ofSeconds(25));
        passes(spool, Duration.ofSeconds(25));
        assertThat(spool.append("not taken", NORMAL)).isEqualTo(Journal.NOT_WRITTEN);

        disk.room(Long.MAX_VALUE);
        clock.advance(Duration.ofSeconds(10));
        long next = spool.append("after", NORMAL);

        assertThat(next).isEqualTo(taken + 1);
        spool.flush();
        assertThat(Spools.texts(reader, NORMAL, 0)).containsExactly("before", "taken", "after");
        assertThat(spool.stats().state()).isEqualTo(SpoolState.WRITING);
        assertThat(spool.stats().notWritten()).isEqualTo(2);
        assertThat(spool.stats().lost()).isZero();
        assertThat(warnings()).singleElement().asString().contains("records cannot be written down");
        assertThat(infos()).singleElement().asString().contains("written down again; 2 were not meanwhile");
    }

    @Test
    void diskThatComesAndGoes_isReportedOnceAMinute() {
        Spool<String> spool = spool();
        Journal.Reader<String> unused = spool.reader("otlp");
        for (int i = 0; i < 12; i++) {
            disk.room(0);
            spool.append("x".repeat(1000), NORMAL);
            spool.flush();
            disk.room(Long.MAX_VALUE);
            passes(spool, Duration.ofSeconds(10));
        }

        assertThat(warnings()).hasSize(2);
    }

    @Test
    void readOnlyDisk_heals() {
        disk.readOnly(true);
        Spool<String> spool = spool();
        Journal.Reader<String> reader = spool.reader("otlp");
        assertThat(spool.append("a", NORMAL)).isEqualTo(Journal.NOT_WRITTEN);
        spool.flush();
        assertThat(reader.next(NORMAL, 0)).isNull();
        assertThat(reader.nextInherited(NORMAL)).isNull();
        assertThat(spool.stats().reason()).contains("Read-only file system");

        disk.readOnly(false);
        passes(spool, Duration.ofSeconds(10));

        assertThat(spool.append("b", NORMAL)).isZero();
        assertThat(warnings()).hasSize(1);
    }

    @Test
    void diskThatTurnsReadOnly_healsThoughNothingCanBeDeletedMeanwhile() throws IOException {
        Spool<String> spool = spool();
        Journal.Reader<String> reader = spool.reader("otlp");
        fill(spool, NORMAL, 2 << 20);
        for (long position = 0; position < spool.stats().written(); position++) {
            reader.acknowledge(NORMAL, position);
        }
        disk.readOnly(true);
        for (int second = 0; second < 60; second++) {
            passes(spool, Duration.ofSeconds(1));
        }
        disk.readOnly(false);
        for (int second = 0; second < 10; second++) {
            passes(spool, Duration.ofSeconds(1));
        }

        assertThat(spool.append("b", NORMAL)).isNotNegative();
        passes(spool, Duration.ofSeconds(1));
        assertThat(Spools.segments(directory)).hasSize(1);
    }

    @Test
    void deletedDirectory_isMadeAgain() throws IOException {
        Spool<String> spool = spool();
        Journal.Reader<String> reader = spool.reader("otlp");
        reader.fallBehind(NORMAL, 0);
        spool.append("a", NORMAL);
        spool.append("b", NORMAL);
        spool.flush();
        Spools.delete(directory);
        passes(spool, Duration.ofSeconds(1));
        assertThat(spool.stats().state()).isEqualTo(SpoolState.MEMORY_ONLY);
        passes(spool, Duration.ofSeconds(10));

        assertThat(spool.append("c", NORMAL)).isEqualTo(2);
        spool.flush();

        assertThat(Spools.texts(reader, NORMAL, 0)).containsExactly("c");
        assertThat(spool.stats().lost()).isEqualTo(2);
        assertThat(warnings()).hasSize(1);
        Spools.kill(directory);
        assertThat(Spools.inheritedTexts(spool().reader("otlp")))
                .as("with its cursors")
                .containsExactly("c");
    }

    @Test
    void deletedLock_isMadeAgainBeforeAnybodyMisunderstands() throws IOException {
        Spool<String> spool = spool();
        Journal.Reader<String> reader = spool.reader("otlp");
        spool.append("a", NORMAL);
        spool.flush();
        Path lock = Spools.list(directory).stream()
                .filter(path -> path.toString().endsWith(".lock"))
                .findFirst()
                .orElseThrow();
        Files.delete(lock);
        passes(spool, Duration.ofSeconds(1));
        passes(spool, Duration.ofSeconds(10));

        assertThat(lock).exists();
        assertThat(spool.append("b", NORMAL)).isEqualTo(1);
        assertThat(Spools.texts(reader, NORMAL, 0)).containsExactly("a", "b");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void linkedDirectory_isRefused() throws IOException {
        Path elsewhere = Files.createDirectory(home.resolve("elsewhere"));
        Files.createSymbolicLink(directory, elsewhere);
        Spool<String> spool = spool();

        assertThat(spool.append("a", NORMAL)).isEqualTo(Journal.NOT_WRITTEN);
        assertThat(spool.stats().reason()).contains("is a symbolic link");
        assertThat(Spools.list(elsewhere)).isEmpty();
        assertThat(warnings()).hasSize(1);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void directoryThatEverybodyCanWriteTo_isRefusedUntilThatIsMended() throws IOException {
        Files.createDirectory(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        Spool<String> spool = spool();
        Journal.Reader<String> unused = spool.reader("otlp");

        assertThat(spool.append("a", NORMAL)).isEqualTo(Journal.NOT_WRITTEN);
        assertThat(spool.stats().reason()).contains("can be written to by every user");
        assertThat(Spools.list(directory)).isEmpty();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-x---"));
        passes(spool, Duration.ofSeconds(10));

        assertThat(spool.append("a", NORMAL)).isZero();
        assertThat(warnings()).hasSize(1);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void linkedDirectory_isRefusedAlsoByASpoolOfSpansWhichWritesToAFolderInIt() throws IOException {
        Path elsewhere = Files.createDirectory(home.resolve("elsewhere"));
        Files.createSymbolicLink(directory, elsewhere);

        assertThat(reasonOfSpans()).contains(directory + ": is a symbolic link");
        assertThat(Spools.list(elsewhere)).isEmpty();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void directoryThatEverybodyCanWriteTo_isRefusedAlsoByASpoolOfSpansButNotADirectoryInIt() throws IOException {
        Files.createDirectory(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));

        assertThat(reasonOfSpans()).contains(directory + ": can be written to by every user");
        assertThat(Spools.list(directory)).isEmpty();
        directory = directory.resolve("inner");
        assertThat(reasonOfSpans()).isNull();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void directoryOfAnotherUser_isRefusedButNotADirectoryInIt() throws IOException {
        giveToAnotherUser(Files.createDirectory(directory));
        Spool<String> spool = spool();

        assertThat(spool.append("a", NORMAL)).isEqualTo(Journal.NOT_WRITTEN);
        assertThat(spool.stats().reason()).contains("belongs to 12345");
        assertThat(reasonOfSpans()).contains("belongs to 12345");
        assertThat(Spools.list(directory)).isEmpty();
        directory = directory.resolve("inner");
        assertThat(reasonOfSpans()).isNull();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void linkThatLooksLikeAFolder_isLeftAloneWithAllItLeadsTo() throws IOException {
        Path precious = Files.writeString(
                Files.createDirectory(home.resolve("elsewhere")).resolve("precious"), "x");
        Path link = Files.createDirectory(directory).resolve("left.1-1-1.0");
        Files.createSymbolicLink(link, precious.getParent());
        Spool<String> spool = spool();

        assertThat(Spools.inheritedTexts(spool.reader("otlp"))).isEmpty();
        spool.close(Spools.PATIENCE);

        assertThat(precious).exists();
        assertThat(link).isSymbolicLink();
        assertThat(warnings()).singleElement().asString().contains("left.1-1-1.0", "is left alone");
    }

    @ParameterizedTest
    @ValueSource(strings = {"high", "normal"})
    @DisabledOnOs(OS.WINDOWS)
    void linkThatLooksLikeALog_isLeftAloneWithAllItLeadsTo(String log) throws IOException {
        Path precious = Files.writeString(
                Files.createDirectory(home.resolve("elsewhere")).resolve("precious"), "x");
        Path folder = Files.createDirectories(directory.resolve("left.1-1-1.0"));
        Files.createSymbolicLink(folder.resolve(log), precious.getParent());
        Spool<String> spool = spool();

        assertThat(Spools.inheritedTexts(spool.reader("otlp"))).isEmpty();
        spool.close(Spools.PATIENCE);

        assertThat(precious).exists();
        assertThat(folder.resolve(log)).isSymbolicLink();
        assertThat(warnings()).singleElement().asString().contains("left.1-1-1.0", "is left alone");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void folderThatAnotherUserMade_isLeftAlone() throws IOException {
        Path folder = Files.createDirectories(directory.resolve("left.1-1-1.0"));
        giveToAnotherUser(folder);
        Spool<String> spool = spool();

        assertThat(Spools.inheritedTexts(spool.reader("otlp"))).isEmpty();
        spool.close(Spools.PATIENCE);

        assertThat(folder).exists();
        assertThat(warnings()).singleElement().asString().contains("left.1-1-1.0", "is left alone");
    }

    @Test
    void filesOfOthersInAFolder_outliveIt() throws IOException {
        Spool<String> dead = spool();
        Journal.Reader<String> unused = dead.reader("otlp");
        dead.append("a", NORMAL);
        dead.flush();
        Spools.kill(directory);
        Path normal = Spools.segments(directory).get(0).resolveSibling("");
        Files.writeString(normal.resolve("precious"), "x");
        Spool<String> spool = spool();
        Journal.Reader<String> reader = spool.reader("otlp");
        Spools.inherited(reader).forEach(entry -> reader.acknowledge(NORMAL, entry.position()));
        for (int i = 0; i < 3; i++) {
            passes(spool, Duration.ofSeconds(10));
            assertThat(Spools.inheritedTexts(reader)).isEmpty();
        }
        spool.close(Spools.PATIENCE);

        assertThat(Spools.segments(directory)).isEmpty();
        Path left = Spools.list(directory).get(0);
        assertThat(left.resolve("normal").resolve("precious")).hasContent("x");
        assertThat(spool.stats().adopted()).isEqualTo(1);
        assertThat(warnings()).isEmpty();
    }

    @Test
    void fileInsteadOfADirectory_isRefused() throws IOException {
        Files.writeString(directory, "precious");
        Spool<String> spool = spool();

        assertThat(spool.append("a", NORMAL)).isEqualTo(Journal.NOT_WRITTEN);
        assertThat(spool.stats().reason()).contains("is no directory");
        assertThat(directory).hasContent("precious");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void everything_isForTheUserAlone() throws IOException {
        Spool<String> spool = spool();
        Journal.Reader<String> unused = spool.reader("otlp");
        spool.append("a", NORMAL);
        spool.append("b", HIGH);
        passes(spool, Duration.ofSeconds(1));

        try (var paths = Files.walk(directory)) {
            for (Path path : paths.toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                        .as(path.toString())
                        .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------");
            }
        }
    }

    // ---- threads

    @Test
    void interruptedThread_writesReadsAndInherits() throws IOException {
        Spool<String> dead = spool();
        Journal.Reader<String> unused = dead.reader("otlp");
        dead.append("inherited", NORMAL);
        dead.flush();
        Spools.kill(directory);
        Thread.currentThread().interrupt();
        Spool<String> spool = spool();
        Journal.Reader<String> reader = spool.reader("otlp");
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Thread.currentThread().interrupt();
            assertThat(spool.append("r" + i, NORMAL)).isEqualTo(i);
            expected.add("r" + i);
            passes(spool, Duration.ofMillis(500));
        }

        assertThat(Spools.texts(reader, NORMAL, 0)).isEqualTo(expected);
        assertThat(Spools.inheritedTexts(reader)).containsExactly("inherited");
        assertThat(Thread.interrupted()).as("whoever waits for it finds it").isTrue();
        assertThat(spool.stats().state()).isEqualTo(SpoolState.WRITING);
        assertThat(warnings()).isEmpty();
    }

    @Test
    void closeOnAnInterruptedThread_losesNothing() {
        Spool<String> spool = spool();
        Journal.Reader<String> unused = spool.reader("otlp");
        spool.append("a", NORMAL);
        Thread.currentThread().interrupt();
        spool.close(Spools.PATIENCE);
        assertThat(Thread.interrupted()).isTrue();

        await().untilAsserted(() ->
                assertThat(Spools.list(directory)).singleElement().asString().contains("left."));
    }

    @Test
    void closeOnAMachineThatIsOutOfThreads_losesNothing() {
        Lane none = new NoThreads().lane(2);
        Spool<String> spool =
                Spool.builder(directory, TextCodec.INSTANCE).endings(none).build();
        spools.add(spool);
        Journal.Reader<String> unused = spool.reader("otlp");
        spool.append("a", NORMAL);
        spool.append("b", HIGH);

        spool.finish(Spools.PATIENCE);
        spool.close(Spools.PATIENCE);

        Journal.Reader<String> next = spool().reader("otlp");
        assertThat(Spools.inheritedTexts(next)).containsExactlyInAnyOrder("a", "b");
    }

    // ---- helpers

    /** Why a spool of spans does not write there; null if it does. */
    private @Nullable String reasonOfSpans() {
        try (Spool<SpanData> spans =
                Spool.ofSpans(directory).clock(clock).disk(disk).build()) {
            spans.flush();
            return spans.stats().reason();
        }
    }

    /** Only the administrator may. */
    private static void giveToAnotherUser(Path path) throws IOException {
        assumeThat(Files.getAttribute(path, "unix:uid")).isEqualTo(0);
        Files.setAttribute(path, "unix:uid", 12_345);
    }

    private Spool<String> spool() {
        Spool<String> spool = Spool.builder(directory, TextCodec.INSTANCE)
                .maxBytes(Spool.Builder.MIN_BYTES)
                .clock(clock)
                .disk(disk)
                .build();
        spools.add(spool);
        return spool;
    }

    /** What the pipeline does while time passes. */
    private void passes(Spool<String> spool, Duration time) {
        clock.advance(time);
        spool.flush();
    }

    private static void fill(Spool<String> spool, Priority priority, long bytes) {
        String text = "x".repeat(1000);
        for (long written = 0; written < bytes; written += text.length()) {
            assertThat(spool.append(text, priority)).isNotNegative();
        }
        spool.flush();
    }

    private static long sizeOf(Path directory) throws IOException {
        long size = 0;
        for (Path segment : Spools.segments(directory)) {
            size += Files.size(segment);
        }
        return size;
    }

    private List<String> warnings() {
        return messages(Set.of(Level.WARN, Level.ERROR));
    }

    private List<String> infos() {
        return messages(Set.of(Level.INFO));
    }

    private List<String> messages(Set<Level> levels) {
        return logged.events().stream()
                .filter(event -> levels.contains(event.getLevel()))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }
}
