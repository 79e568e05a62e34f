package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.faults.KillableCollector;
import io.dharma.tracing.trace.TracedBlock;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} of the service itself, while its collector is away: what it had ended 100 ms and more before reaches
 * the collector through the next process.
 */
@ExtendWith(LeakCheck.class)
class KilledProcessIT {

    private static final boolean TORTURE = Boolean.getBoolean("torture");

    /** What may be lost by promise; beside other tests also what a thread waits for a processor. */
    private static final long WINDOW_MILLIS = TORTURE ? 100 : 100 + 50;

    private static final int KILLS = TORTURE ? 50 : 2;

    @TempDir
    private Path directory;

    /** The service: prints the id of each span after it has ended. */
    public static final class Service {

        private Service() {}

        public static void main(String[] arguments) throws InterruptedException {
            DharmaTracing dharma = start(arguments[0], Path.of(arguments[1]));
            while (true) {
                System.out.println(dharma.traced("load-order", TracedBlock::spanId));
                TimeUnit.MICROSECONDS.sleep(200);
            }
        }
    }

    private static DharmaTracing start(String collector, Path spool) {
        return DharmaTracing.init(config ->
                config.service("checkout").tracing(t -> t.otlp(collector)).delivery(d -> d.spool(spool)));
    }

    @Test
    void kill_costsNothingThatWasWritten() throws Exception {
        Path spool = directory.resolve("spool");
        Set<Long> promised = new TreeSet<>();
        try (KillableCollector collector = KillableCollector.start(directory.resolve("ids"))) {
            collector.kill();
            for (int i = 0; i < KILLS; i++) {
                promised.addAll(runAndKill(collector.uri().toString(), spool));
            }
            collector.restart();
            try (DharmaTracing next = start(collector.uri().toString(), spool)) {
                Awaitility.await()
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> arrived(collector).containsAll(promised));
                assertThat(next.health().exporters().get(0).inherited()).isGreaterThanOrEqualTo(promised.size());
            }
        }
        System.out.printf(
                Locale.ROOT,
                "KilledProcessIT: killed %d times, %,d spans that had ended %d ms before: 0 lost%n",
                KILLS,
                promised.size(),
                WINDOW_MILLIS);
    }

    private static Set<Long> arrived(KillableCollector collector) throws IOException {
        return LongStream.of(collector.arrived()).boxed().collect(Collectors.toSet());
    }

    /** Returns the ids of the spans that had ended long enough before. */
    private static List<Long> runAndKill(String collector, Path spool) throws Exception {
        Process service = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Service.class.getName(),
                        collector,
                        spool.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<Long> ids = new ArrayList<>();
        List<Long> times = new ArrayList<>();
        Thread reader = new Thread(() -> read(service, ids, times), "reader");
        reader.start();
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> size(ids) > 2_000);
        long killedAt = System.nanoTime();
        service.destroyForcibly().waitFor();
        reader.join();
        List<Long> promised = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            if (killedAt - times.get(i) > TimeUnit.MILLISECONDS.toNanos(WINDOW_MILLIS)) {
                promised.add(ids.get(i));
            }
        }
        assertThat(promised).isNotEmpty();
        return promised;
    }

    private static int size(List<Long> ids) {
        synchronized (ids) {
            return ids.size();
        }
    }

    private static void read(Process service, List<Long> ids, List<Long> times) {
        try (BufferedReader lines = service.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.length() == 16) {
                    synchronized (ids) {
                        ids.add(Long.parseUnsignedLong(line, 16));
                        times.add(System.nanoTime());
                    }
                }
            }
        } catch (IOException killed) {
            // The last line may be half.
        }
    }
}
