package io.dharma.tracing.internal.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damages every single byte of a segment, in turn. */
class SegmentBitFlipTest {

    private static final int RECORDS = 60;

    @TempDir
    Path directory;

    private Path file = Path.of("");
    private byte[] segment = {};

    /** Where each record begins, and in the end where the last one ends. */
    private final int[] offsets = new int[RECORDS + 1];

    @BeforeEach
    void writeSegment() throws IOException {
        try (SegmentLog log = SegmentLog.open(directory.resolve("log"), SegmentLog.Settings.standard(), 0)) {
            Logs.append(log, 0, RECORDS);
            log.flush();
            file = log.segments().get(0).file();
            segment = Files.readAllBytes(file);
        }
        SegmentReader reader = Logs.reader(segment);
        for (int i = 0; i < RECORDS; i++) {
            SegmentRecord record = reader.next();
            assertThat(record).isNotNull();
            offsets[i] = (int) record.offset();
        }
        assertThat(reader.next()).isNull();
        assertThat(reader.damagedPlaces()).isZero();
        offsets[RECORDS] = segment.length;
    }

    @Test
    void eachByte_inAnyOfItsBits_costsExactlyTheRecordAroundIt() throws IOException {
        for (int record = 0; record < RECORDS; record++) {
            int damaged = record;
            List<Long> others = LongStream.range(0, RECORDS)
                    .filter(sequence -> sequence != damaged)
                    .boxed()
                    .toList();
            for (int at = offsets[record]; at < offsets[record + 1]; at++) {
                for (int flip : new int[] {1 << at % 8, 0xFF}) {
                    SegmentReader reader = Logs.reader(flipped(at, flip));
                    assertThat(Logs.sequences(reader))
                            .as("byte %s ^ %s", at, flip)
                            .isEqualTo(others);
                    assertThat(reader.damagedPlaces()).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void eachByteOfTheHeader_costsNothing() throws IOException {
        for (int at = 0; at < SegmentFormat.HEADER; at++) {
            for (int bit = 0; bit < 8; bit++) {
                SegmentReader reader = Logs.reader(flipped(at, 1 << bit));
                assertThat(Logs.sequences(reader))
                        .as("byte %s, bit %s", at, bit)
                        .hasSize(RECORDS);
                assertThat(reader.header()).isNotNull();
                assertThat(reader.damagedPlaces()).isZero();
            }
        }
    }

    @Test
    void bothCopiesOfTheHeader_makeASegmentAloneUnreadable() throws IOException {
        SegmentReader reader = Logs.reader(withoutHeader());

        assertThat(Logs.sequences(reader)).isEmpty();
        assertThat(reader.header()).isNull();
        assertThat(reader.damagedPlaces()).isEqualTo(1);
    }

    @Test
    void bothCopiesOfTheHeader_costNothingBesideASegmentOfTheSameLog() throws IOException {
        Path log = directory.resolve("two");
        SegmentLog.Settings small =
                new SegmentLog.Settings(Disk.system(), SegmentLog.MIN_SEGMENT_BYTES, 0, System::nanoTime);
        int many = 1000;
        try (SegmentLog written = SegmentLog.open(log, small, 0)) {
            Logs.append(written, 0, many);
        }
        Path first = log.resolve(SegmentFormat.fileName(0));
        segment = Files.readAllBytes(first);
        Files.write(first, withoutHeader());

        try (SegmentLog reopened = SegmentLog.open(log, small, 0)) {
            assertThat(reopened.segments()).hasSizeGreaterThan(1);
            assertThat(Logs.texts(reopened, 0))
                    .isEqualTo(IntStream.range(0, many).mapToObj(Logs::text).toList());
        }
    }

    @Test
    void damage_isFoundByTheLogToo() throws IOException {
        Files.write(file, flipped(offsets[7] + 3, 0x10));

        try (SegmentLog log = SegmentLog.open(directory.resolve("log"), SegmentLog.Settings.standard(), 0)) {
            assertThat(Logs.texts(log, 0)).hasSize(RECORDS - 1).doesNotContain(Logs.text(7));
            assertThat(Logs.texts(log, 0)).hasSize(RECORDS - 1);
            assertThat(log.damagedPlaces())
                    .as("one place, however often it is read")
                    .isEqualTo(1);
            assertThat(log.nextSequence()).isEqualTo(RECORDS);
        }
    }

    @Test
    void damagedLastRecord_isCountedWhenItIsCutOff() throws IOException {
        Files.write(file, flipped(segment.length - 1, 1));
        try (SegmentLog log = SegmentLog.open(directory.resolve("log"), SegmentLog.Settings.standard(), 0)) {
            assertThat(log.damagedPlaces()).isEqualTo(1);
            assertThat(Logs.texts(log, 0)).hasSize(RECORDS - 1);
            assertThat(log.damagedPlaces()).isEqualTo(1);
        }

        try (SegmentLog log = SegmentLog.open(directory.resolve("log"), SegmentLog.Settings.standard(), 0)) {
            assertThat(log.damagedPlaces()).as("it is gone").isZero();
        }
    }

    @Test
    void damagedOnlyRecord_isCountedWhenItsFileIsDeleted() throws IOException {
        Files.write(file, Arrays.copyOf(flipped(offsets[0] + SegmentFormat.RECORD_HEADER, 1), offsets[1]));

        try (SegmentLog log = SegmentLog.open(directory.resolve("log"), SegmentLog.Settings.standard(), 0)) {
            assertThat(file).doesNotExist();
            assertThat(log.damagedPlaces()).isEqualTo(1);
        }
    }

    @Test
    void zerosAtTheEnd_areDamage() throws IOException {
        Files.write(file, Arrays.copyOf(segment, segment.length + 4096));

        try (SegmentLog log = SegmentLog.open(directory.resolve("log"), SegmentLog.Settings.standard(), 0)) {
            assertThat(log.damagedPlaces()).isEqualTo(1);
            assertThat(Logs.texts(log, 0)).hasSize(RECORDS);
        }
    }

    @Test
    void tornEnd_isNoDamageWhereverItBreaksOff() throws IOException {
        for (int length = 0; length <= segment.length; length++) {
            Files.write(file, Arrays.copyOf(segment, length));

            try (SegmentLog log = SegmentLog.open(directory.resolve("log"), SegmentLog.Settings.standard(), 0)) {
                assertThat(log.damagedPlaces()).as("%s bytes", length).isZero();
            }
        }
    }

    private byte[] flipped(int at, int mask) {
        byte[] damaged = segment.clone();
        damaged[at] ^= (byte) mask;
        return damaged;
    }

    private byte[] withoutHeader() {
        byte[] damaged = segment.clone();
        damaged[3] ^= 1;
        damaged[SegmentFormat.HEADER_COPY + 3] ^= 1;
        return damaged;
    }
}
