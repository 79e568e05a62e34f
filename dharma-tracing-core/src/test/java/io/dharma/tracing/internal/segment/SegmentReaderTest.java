package io.dharma.tracing.internal.segment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A segment that is whatever somebody, or nobody, made of it. */
class SegmentReaderTest {

    private static final long INSTANCE = 0x1234_5678_9ABC_DEF0L;

    @ParameterizedTest
    @ValueSource(ints = {Integer.MAX_VALUE, Integer.MIN_VALUE, -1, SegmentLog.MAX_PAYLOAD + 1, 1 << 29})
    void lengthThatCannotBe_isNeverAllocated(int length) throws IOException {
        byte[] segment = segment(10);
        ByteBuffer.wrap(segment).putInt(SegmentFormat.HEADER + 4, length);
        // The first one loads classes.
        Logs.sequences(Logs.reader(segment));
        long before = allocated();

        List<Long> sequences = Logs.sequences(Logs.reader(segment));

        assertThat(allocated() - before).isLessThan(256 << 10);
        assertThat(sequences).isEqualTo(LongStream.range(1, 10).boxed().toList());
    }

    @Test
    void longestRecord_isRead_andOneByteMoreIsDamage() throws IOException {
        byte[] longest = new byte[SegmentLog.MAX_PAYLOAD];
        new Random(1).nextBytes(longest);
        byte[] tooLong = Arrays.copyOf(longest, longest.length + 1);
        byte[] segment =
                concat(header(0), record(0, longest), record(1, tooLong), record(2, longest), record(3, longest));

        SegmentReader reader = Logs.reader(segment);

        assertThat(Logs.sequences(reader)).containsExactly(0L, 2L, 3L);
        assertThat(reader.damagedPlaces()).isEqualTo(1);
    }

    @Test
    void tornEnd_isDamageAtTheEndAndNothingElse() throws IOException {
        byte[] segment = segment(10);
        SegmentReader whole = Logs.reader(segment);
        assertThat(Logs.sequences(whole)).hasSize(10);
        int endOfNinth = segment.length - record(9, Logs.text(9).getBytes(UTF_8)).length;
        for (int length = endOfNinth + 1; length < segment.length; length++) {
            SegmentReader reader = Logs.reader(Arrays.copyOf(segment, length));
            assertThat(Logs.sequences(reader)).hasSize(9);
            assertThat(reader.validEnd()).isEqualTo(endOfNinth);
            assertThat(reader.damagedPlaces()).isEqualTo(1);
        }
    }

    @Test
    void recordInsideADamagedOne_isNotTakenForOne() throws IOException {
        // Somebody who knows the format, but not the number that this log drew.
        byte[] forged = record(5, "forged".getBytes(UTF_8), INSTANCE + 1);
        byte[] segment = concat(header(0), record(0, forged), record(1, "good".getBytes(UTF_8)));
        segment[SegmentFormat.HEADER + 3] ^= 1;

        assertThat(Logs.sequences(Logs.reader(segment))).containsExactly(1L);
    }

    @Test
    void recordNumberedLowerThanTheOneBefore_isNotTakenForOne() throws IOException {
        byte[] text = "again".getBytes(UTF_8);
        byte[] segment = concat(header(0), record(3, text), record(3, text), record(2, text), record(4, text));

        assertThat(Logs.sequences(Logs.reader(segment))).containsExactly(3L, 4L);
    }

    @Test
    void newerFormat_isRefused() {
        byte[] segment = SegmentFormat.header(new SegmentHeader(SegmentFormat.VERSION + 1, INSTANCE, 0, 0));

        assertThatThrownBy(() -> Logs.reader(segment))
                .isInstanceOf(NewerFormatException.class)
                .hasMessageContaining("format " + (SegmentFormat.VERSION + 1));
    }

    @Test
    void olderFormat_isRead() throws IOException {
        byte[] segment = concat(
                SegmentFormat.header(new SegmentHeader(SegmentFormat.VERSION - 1, INSTANCE, 0, 0)),
                record(0, "old".getBytes(UTF_8)));
        SegmentReader reader = Logs.reader(segment);

        assertThat(Logs.sequences(reader)).containsExactly(0L);
        assertThat(reader.header()).isEqualTo(new SegmentHeader(SegmentFormat.VERSION - 1, INSTANCE, 0, 0));
    }

    @Test
    void seek_goesToARecord() throws IOException {
        byte[] segment = segment(10);
        SegmentReader reader = Logs.reader(segment);
        long offset = 0;
        for (int i = 0; i <= 4; i++) {
            SegmentRecord record = reader.next();
            assertThat(record).isNotNull();
            offset = record.offset();
        }

        assertThat(Logs.sequences(reader)).hasSize(5);
        reader.seek(offset);

        assertThat(Logs.sequences(reader))
                .isEqualTo(LongStream.range(4, 10).boxed().toList());
    }

    @Test
    void anyBytes_areReadWithoutAnException() throws IOException {
        Random random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = new byte[random.nextInt(3000)];
            random.nextBytes(bytes);
            sprinkle(bytes, random);
            SegmentReader reader = Logs.reader(bytes);
            assertThat(Logs.sequences(reader)).isEmpty();
        }
    }

    /** Makes random bytes look like records here and there, behind a header that is right. */
    private static void sprinkle(byte[] bytes, Random random) {
        byte[] header = header(0);
        System.arraycopy(header, 0, bytes, 0, Math.min(header.length, bytes.length));
        for (int i = 0; i < 20 && bytes.length > 200; i++) {
            int at = header.length + random.nextInt(bytes.length - header.length - 20);
            ByteBuffer.wrap(bytes)
                    .putShort(at, SegmentFormat.RECORD_MAGIC)
                    .putInt(at + 4, random.nextInt(3000))
                    .putLong(at + 8, random.nextInt(100));
        }
    }

    /** Each byte could begin a record of the greatest length: without a bound this would be read 400,000 times. */
    @Test
    void bytesMadeToBeCheckedForever_areGivenUp() throws IOException {
        byte[] segment = Arrays.copyOf(header(0), 8 << 20);
        ByteBuffer bytes = ByteBuffer.wrap(segment);
        for (int at = SegmentFormat.HEADER; at + SegmentFormat.RECORD_HEADER <= segment.length; at += 16) {
            bytes.putShort(at, SegmentFormat.RECORD_MAGIC)
                    .putInt(at + 4, SegmentLog.MAX_PAYLOAD)
                    .putLong(at + 8, 1);
        }
        long start = System.nanoTime();

        assertThat(Logs.sequences(Logs.reader(segment))).isEmpty();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private static byte[] segment(int records) {
        byte[][] parts = new byte[records + 1][];
        parts[0] = header(0);
        for (int i = 0; i < records; i++) {
            parts[i + 1] = record(i, Logs.text(i).getBytes(UTF_8));
        }
        return concat(parts);
    }

    private static byte[] header(long first) {
        return SegmentFormat.header(new SegmentHeader(SegmentFormat.VERSION, INSTANCE, first, 0));
    }

    private static byte[] record(long sequence, byte[] payload) {
        return record(sequence, payload, INSTANCE);
    }

    private static byte[] record(long sequence, byte[] payload, long instance) {
        RecordBuffer buffer = new RecordBuffer(instance, sequence, 0);
        buffer.put(1, 0, payload, 0, payload.length);
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
