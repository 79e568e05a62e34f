package io.dharma.tracing.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.internal.segment.Disk;
import io.dharma.tracing.pipeline.Priority;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CursorFileTest {

    @TempDir
    Path directory;

    private final SinkCursor cursor = new SinkCursor(new Settled(0), new Settled(7));
    private Path file = Path.of("");

    @BeforeEach
    void write() throws IOException {
        cursor.settled(Priority.HIGH).settle(3, 9);
        cursor.settled(Priority.NORMAL).settle(7, 12);
        file = directory.resolve(CursorFile.nameFor("otlp"));
        CursorFile.write(Disk.system(), file, cursor, 4711, true);
    }

    @Test
    void file_saysWhatIsSettled() throws IOException {
        CursorFile.Content content = CursorFile.read(Disk.system(), file);

        assertThat(content.elapsedNanos()).isEqualTo(4711);
        assertThat(content.isNewer()).isFalse();
        assertThat(content.cursor().settled(Priority.HIGH).firstUnsettled(0)).isZero();
        assertThat(content.cursor().settled(Priority.HIGH).firstUnsettled(3)).isEqualTo(9);
        assertThat(content.cursor().settled(Priority.NORMAL).firstUnsettled(0)).isEqualTo(12);
        assertThat(cursor.isDirty()).isFalse();
        assertThat(Spools.list(directory)).as("nothing temporary is left").containsExactly(file);
    }

    @Test
    void eachDamagedByte_makesNothingSettled() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        for (int at = 0; at < whole.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] damaged = whole.clone();
                damaged[at] ^= (byte) (1 << bit);
                assertNothingSettled(damaged);
            }
        }
        for (int length = 0; length < whole.length; length++) {
            assertNothingSettled(Arrays.copyOf(whole, length));
        }
        byte[] random = new byte[200];
        new Random(1).nextBytes(random);
        assertNothingSettled(random);
    }

    private static void assertNothingSettled(byte[] damaged) {
        CursorFile.Content content = CursorFile.parse(damaged);
        assertThat(content.isNewer()).isFalse();
        assertThat(content.elapsedNanos()).isZero();
        assertThat(content.cursor().settled(Priority.HIGH).firstUnsettled(3)).isEqualTo(3);
        assertThat(content.cursor().settled(Priority.NORMAL).firstUnsettled(0)).isZero();
    }

    @Test
    void newerFormat_isKnownAsSuch() throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer.wrap(bytes).putShort(8, (short) (CursorFile.VERSION + 1));
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length - 4);
        ByteBuffer.wrap(bytes).putInt(bytes.length - 4, (int) crc.getValue());

        assertThat(CursorFile.parse(bytes).isNewer()).isTrue();
    }

    @Test
    void names_areFileNamesEverywhere_andDifferFromOneAnother() {
        List<String> sinks = List.of(
                "otlp",
                "OTLP",
                "a/b",
                "a\\b",
                "..",
                "",
                "con:",
                "é",
                "e\u0301",
                "a b",
                "a_b",
                "x".repeat(300),
                "x".repeat(301));
        Set<String> names = new HashSet<>();
        for (String sink : sinks) {
            String name = CursorFile.nameFor(sink);
            assertThat(name).matches("[a-z0-9_-]*\\.cursor").hasSizeLessThan(200);
            assertThat(names.add(name.toLowerCase(Locale.ROOT))).as(sink).isTrue();
        }
    }
}
