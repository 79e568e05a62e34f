package io.dharma.tracing.errors.alert;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of a set as NAB's are, of one series with two spikes of which one was labelled. */
class SpikeJudgeTest {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
    private static final LocalDateTime START = LocalDateTime.of(2015, 2, 26, 21, 42, 53);
    private static final String NAME = "realTweets/Twitter_volume_TEST.csv";

    @Test
    void table_hasWindowsFoundAndFalseAlarms(@TempDir Path sets) throws IOException {
        StringBuilder rows = new StringBuilder("timestamp,value\n");
        for (int step = 0; step < 3 * 288; step++) {
            rows.append(time(step))
                    .append(',')
                    .append(step == 400 || step == 700 ? 900 : 4)
                    .append('\n');
        }
        write(sets.resolve("data").resolve(NAME), rows.toString());
        String window = "[\"" + time(690) + ".000000\", \"" + time(710) + ".000000\"]";
        write(
                sets.resolve("labels/combined_windows.json"),
                "{\"realTraffic/speed.csv\": [], \"" + NAME + "\": [" + window + "]}");

        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new SpikeJudge(sets, new PrintStream(out, true, UTF_8)).run();

        assertThat(out.toString(UTF_8)
                        .lines()
                        .filter(line -> line.startsWith(NAME))
                        .toList())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line.split(" +")).contains("tuned", "1/1", "1", "0.333"));
    }

    @Test
    void directory_hasToBeNamed() {
        assertThatThrownBy(() -> SpikeJudge.main("sets=")).hasMessageContaining("-Dspikes.sets=DIR");
    }

    private static String time(int step) {
        return START.plusMinutes(5L * step).format(TIME);
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
