package io.dharma.tracing.internal.segment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Whatever lies in a segment: what is found is what a reader finds that knows the format and tries every byte, and
 * records around what is damaged are all found.
 */
class SegmentReaderFuzzTest {

    private static final int RECORDS = 8;

    @FuzzTest
    void bytes(byte[] bytes) throws IOException {
        assertReadAsIs(bytes);
        assertWholeAround(bytes);
        assertWholeBesides(bytes);
    }

    /** As a segment of its own, within a buffer in which others lie before and behind it. */
    private static void assertReadAsIs(byte[] segment) throws IOException {
        byte[] neighbour = segment(0, RECORDS, 1);
        ByteBuffer file = ByteBuffer.wrap(concat(neighbour, segment, neighbour));
        file.position(neighbour.length).limit(neighbour.length + segment.length);

        List<SegmentRecord> found;
        SegmentReader reader;
        try {
            reader = SegmentReader.of(file);
        } catch (NewerFormatException e) {
            return;
        }
        found = records(reader);

        assertThat(file.position()).isEqualTo(neighbour.length);
        SegmentHeader header = reader.header();
        List<SegmentRecord> expected = header == null ? List.of() : expected(segment, header.instance());
        assertSame(found, expected);
        assertThat(reader.damagedPlaces()).isBetween(header == null ? 1L : 0L, segment.length + 1L);
    }

    /** Between records, where a writer went on behind what somebody else wrote. */
    private static void assertWholeAround(byte[] damage) throws IOException {
        long instance = instance(damage);
        byte[] before = segment(0, RECORDS, instance);
        byte[] segment = concat(before, damage, records(RECORDS, 2 * RECORDS, instance));

        SegmentReader reader = Logs.reader(segment);

        assertThat(records(reader))
                .extracting(record -> record.sequence() + " " + Logs.text(record))
                .isEqualTo(numbered(0, 2 * RECORDS));
        assertThat(reader.damagedPlaces()).isEqualTo(damage.length == 0 ? 0 : 1);
        assertThat(reader.validEnd()).isEqualTo(segment.length);
    }

    /** Over records, from somewhere on: those that are not touched are found, and no others but as they were. */
    private static void assertWholeBesides(byte[] damage) throws IOException {
        long instance = instance(damage);
        byte[] segment = segment(0, RECORDS, instance);
        List<SegmentRecord> all = records(Logs.reader(segment));
        int from = SegmentFormat.HEADER + Math.floorMod(instance, segment.length - SegmentFormat.HEADER);
        int to = Math.min(segment.length, from + damage.length);
        System.arraycopy(damage, 0, segment, from, to - from);

        List<SegmentRecord> found = records(Logs.reader(segment));

        assertThat(numbered(found)).isSubsetOf(numbered(all));
        assertThat(numbered(found))
                .containsAll(numbered(all.stream()
                        .filter(record -> end(record) <= from || record.offset() >= to)
                        .toList()));
    }

    /** Depends on the bytes, so that what the fuzzer learns of one checksum is of no use for the next. */
    private static long instance(byte[] bytes) {
        return 0x9E37_79B9_7F4A_7C15L * (Arrays.hashCode(bytes) * 31L + bytes.length);
    }

    // ---- the format, once more

    private static List<SegmentRecord> expected(byte[] segment, long instance) {
        List<SegmentRecord> records = new ArrayList<>();
        int at = SegmentFormat.HEADER;
        long last = -1;
        while (at < segment.length) {
            SegmentRecord record = recordAt(segment, at, instance, last);
            if (record == null) {
                at++;
            } else {
                records.add(record);
                at = (int) end(record);
                last = record.sequence();
            }
        }
        return records;
    }

    private static @Nullable SegmentRecord recordAt(byte[] segment, int at, long instance, long last) {
        ByteBuffer bytes = ByteBuffer.wrap(segment, at, segment.length - at);
        if (bytes.remaining() < 20 || bytes.getShort() != (short) 0xFED7) {
            return null;
        }
        int type = bytes.get() & 0xFF;
        int flags = bytes.get() & 0xFF;
        int length = bytes.getInt();
        long sequence = bytes.getLong();
        int checksum = bytes.getInt();
        if (sequence <= last || length < 0 || length > bytes.remaining()) {
            return null;
        }
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(8).putLong(0, instance));
        crc.update(segment, at, 16);
        crc.update(segment, at + 20, length);
        byte[] payload = Arrays.copyOfRange(segment, at + 20, at + 20 + length);
        return (int) crc.getValue() == checksum ? new SegmentRecord(type, flags, sequence, at, payload) : null;
    }

    private static long end(SegmentRecord record) {
        return record.offset() + SegmentFormat.RECORD_HEADER + record.payload().length;
    }

    private static void assertSame(List<SegmentRecord> found, List<SegmentRecord> expected) {
        assertThat(found).usingRecursiveFieldByFieldElementComparator().isEqualTo(expected);
    }

    // ---- segments

    private static List<SegmentRecord> records(SegmentReader reader) throws IOException {
        List<SegmentRecord> records = new ArrayList<>();
        for (SegmentRecord record = reader.next(); record != null; record = reader.next()) {
            records.add(record);
        }
        assertThat(reader.next()).as("at the end there is no more").isNull();
        return records;
    }

    private static List<String> numbered(List<SegmentRecord> records) {
        return records.stream()
                .map(record -> record.sequence() + " " + Logs.text(record))
                .toList();
    }

    private static List<String> numbered(int from, int to) {
        List<String> texts = new ArrayList<>();
        for (int i = from; i < to; i++) {
            texts.add(i + " " + Logs.text(i));
        }
        return texts;
    }

    private static byte[] segment(int from, int to, long instance) {
        byte[] header = SegmentFormat.header(new SegmentHeader(SegmentFormat.VERSION, instance, from, 0));
        return concat(header, records(from, to, instance));
    }

    private static byte[] records(int from, int to, long instance) {
        RecordBuffer buffer = new RecordBuffer(instance, from, 0);
        for (int i = from; i < to; i++) {
            byte[] text = Logs.text(i).getBytes(UTF_8);
            buffer.put(1, 0, text, 0, text.length);
        }
        return Arrays.copyOf(buffer.bytes(), buffer.size());
    }

    private static byte[] concat(byte[]... parts) {
        ByteBuffer all = ByteBuffer.allocate(
                Arrays.stream(parts).mapToInt(part -> part.length).sum());
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }
}
