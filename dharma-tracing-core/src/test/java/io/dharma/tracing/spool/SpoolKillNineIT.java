package io.dharma.tracing.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.pipeline.Journal;
import io.dharma.tracing.testsupport.ChildJvm;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that writes is killed by SIGKILL in the middle of it, again and again: whatever it said was flushed is
 * inherited by the next. {@code -Ptorture} does it a thousand times, which takes about a quarter of an hour.
 */
class SpoolKillNineIT {

    private static final int CYCLES = Boolean.getBoolean("torture") ? 1000 : 15;

    @TempDir
    Path directory;

    @Test
    void killedProcess_losesNothingThatWasFlushed() throws Exception {
        long seed = Long.getLong("nemesis.seed", System.nanoTime());
        Random random = new Random(seed);
        long flushed = 0;
        long torn = 0;
        for (int cycle = 0; cycle < CYCLES; cycle++) {
            String name = "c" + cycle;
            long acknowledged = writeAndKill(name, random);
            Spool<String> heir = Spool.builder(directory, TextCodec.INSTANCE).build();
            try {
                Journal.Reader<String> reader = heir.reader("otlp");
                List<Journal.Entry<String>> entries = Spools.inherited(reader);
                assertComplete(name, acknowledged, entries, "seed " + seed + ", cycle " + cycle);
                for (Journal.Entry<String> entry : entries) {
                    reader.acknowledge(SpoolChild.priorityOf(number(entry.record())), entry.position());
                }
                flushed += acknowledged;
                torn += entries.size() > acknowledged ? 1 : 0;
            } finally {
                heir.close(Spools.PATIENCE);
            }
            assertThat(Spools.list(directory)).as("all was delivered").isEmpty();
        }
        System.out.println("killed " + CYCLES + " times: " + flushed + " records flushed, 0 lost; " + torn
                + " times more was found than had been said (seed " + seed + ")");
    }

    private long writeAndKill(String name, Random random) throws Exception {
        Process child = new ChildJvm()
                .option("-XX:TieredStopAtLevel=1")
                .option("-Xshare:auto")
                .start(SpoolChild.class, "write", directory.toString(), name);
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            String line = said.readLine();
            long untilKill = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(random.nextInt(150));
            String last = line;
            while (line != null && System.nanoTime() < untilKill) {
                last = line;
                line = said.readLine();
            }
            // By its handle, as destroying the process itself would close what it said.
            child.toHandle().destroyForcibly();
            // What it managed to say before it died counts, but not half a line.
            while (line != null) {
                last = line.length() >= last.length() ? line : last;
                line = said.readLine();
            }
            assertThat(child.waitFor()).as("killed").isEqualTo(128 + 9);
            return Long.parseLong(last);
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    private static void assertComplete(
            String name, long acknowledged, List<Journal.Entry<String>> entries, String when) {
        Set<Long> numbers = new HashSet<>();
        for (Journal.Entry<String> entry : entries) {
            long number = number(entry.record());
            assertThat(entry.record()).as(when).isEqualTo(SpoolChild.text(name, number));
            assertThat(numbers.add(number)).as("%s: %s twice", when, number).isTrue();
        }
        for (long number = 0; number < acknowledged; number++) {
            assertThat(numbers.contains(number))
                    .as("%s: %s of %s acknowledged", when, number, acknowledged)
                    .isTrue();
        }
    }

    private static long number(String text) {
        return Long.parseLong(text.split("-", -1)[1]);
    }
}
