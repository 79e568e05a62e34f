package io.dharma.tracing.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.store.StoreStats.Disk;
import io.dharma.tracing.testsupport.LeakCheck;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** With real processes that are killed as nothing in them can prevent. */
@ExtendWith(LeakCheck.class)
class TraceStoreKillIT {

    private static final int KILLS = Boolean.getBoolean("torture") ? 50 : 4;

    @TempDir
    Path directory;

    /** Delivers one trace after the other, and says so each time. Arguments: the directory, the first trace. */
    static final class Victim {

        private Victim() {}

        public static void main(String[] arguments) {
            TraceStore store = TraceStore.builder()
                    .directory(Path.of(arguments[0]))
                    .retryAfter(Duration.ofMillis(50))
                    .build();
            await().until(() -> store.stats().disk() == Disk.WRITING);
            StoreSpans spans = new StoreSpans();
            for (long trace = Long.parseLong(arguments[1]); ; trace++) {
                store.deliver(List.of(spans.plain(trace, 2 * trace), spans.plain(trace, 2 * trace + 1)))
                        .toCompletableFuture()
                        .join();
                System.out.println(trace);
            }
        }
    }

    private Process start(long firstTrace) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path").replace(';', File.pathSeparatorChar),
                        Victim.class.getName(),
                        directory.resolve("history").toString(),
                        Long.toString(firstTrace))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** What the process says it delivered, until it has said enough; then it is killed. */
    private static List<Long> killAfter(Process victim, int traces) throws IOException, InterruptedException {
        List<Long> delivered = new ArrayList<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(victim.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.matches("[0-9]+")) {
                    delivered.add(Long.parseLong(line));
                }
                if (delivered.size() == traces) {
                    victim.toHandle().destroyForcibly();
                }
            }
        } finally {
            victim.destroyForcibly();
            assertThat(victim.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
        return delivered;
    }

    @Test
    void processThatIsKilled_losesNothingThatWasDelivered() throws Exception {
        List<Long> delivered = new ArrayList<>();
        for (int kill = 0; kill < KILLS; kill++) {
            delivered.addAll(killAfter(start(1 + 1_000_000L * kill), 200 + 300 * kill));
        }
        assertThat(delivered).hasSizeGreaterThanOrEqualTo(200 * KILLS);
        TraceStore store =
                TraceStore.builder().directory(directory.resolve("history")).build();
        try {
            await().until(() -> store.stats().disk() == Disk.WRITING);

            for (long trace : delivered) {
                assertThat(store.find(StoreSpans.traceId(trace)).orElseThrow().spans())
                        .hasSize(2);
            }
        } finally {
            store.close(Duration.ofSeconds(5));
        }
    }

    @Test
    void secondProcess_takesOverWhenTheFirstOneIsKilled() throws Exception {
        Process first = start(1);
        TraceStore store;
        List<Long> delivered;
        StoreSpans spans = new StoreSpans();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(first.getInputStream(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null && !line.matches("[0-9]+")) {
                line = lines.readLine();
            }
            store = TraceStore.builder()
                    .directory(directory.resolve("history"))
                    .retryAfter(Duration.ofMillis(50))
                    .build();
            await().until(() -> store.stats().disk() == Disk.MEMORY_ONLY);
            store.deliver(List.of(spans.plain(9_000_000, 1)));
            delivered = new ArrayList<>();
            for (line = lines.readLine(); line != null; line = lines.readLine()) {
                delivered.add(Long.parseLong(line));
                if (delivered.size() == 100) {
                    first.toHandle().destroyForcibly();
                }
            }
        } finally {
            first.destroyForcibly();
        }
        try {
            await().until(() -> store.stats().disk() == Disk.WRITING);

            assertThat(store.find(StoreSpans.traceId(9_000_000))).isPresent();
            for (long trace : delivered) {
                assertThat(store.find(StoreSpans.traceId(trace))).isPresent();
            }
        } finally {
            store.close(Duration.ofSeconds(5));
        }
    }
}
