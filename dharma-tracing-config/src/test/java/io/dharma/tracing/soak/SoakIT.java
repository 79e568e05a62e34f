package io.dharma.tracing.soak;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.store.StoreStats;
import io.dharma.tracing.store.StoredTrace;
import io.dharma.tracing.store.TracePage;
import io.dharma.tracing.store.TraceQuery;
import io.dharma.tracing.store.TraceStore;
import io.dharma.tracing.store.TraceSummary;
import io.dharma.tracing.testsupport.ChildJvm;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.faults.Account;
import io.dharma.tracing.testsupport.faults.Fault;
import io.dharma.tracing.testsupport.faults.FaultProxy;
import io.dharma.tracing.testsupport.faults.History;
import io.dharma.tracing.testsupport.faults.Nemesis;
import io.dharma.tracing.testsupport.otlp.OtlpReceiver;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A service that runs for long while its collector is ill all the time, each time in another way: in the end everything
 * has arrived, no secret has, and the service is as small as it was after the first quarter. {@code -Ptorture}: half an
 * hour, or as many seconds as {@code soak.seconds} says.
 */
@ExtendWith(LeakCheck.class)
class SoakIT {

    private static final boolean TORTURE = Boolean.getBoolean("torture");

    private static final Duration LENGTH = Duration.ofSeconds(Long.getLong("soak.seconds", TORTURE ? 1_800 : 15));

    /** Often enough for six samples a quarter. */
    private static final Duration INTERVAL = least(LENGTH.dividedBy(24), Duration.ofSeconds(30));

    private static final Duration SHORTEST = Duration.ofMillis(TORTURE ? 1_000 : 200);
    private static final Duration LONGEST = Duration.ofMillis(TORTURE ? 8_000 : 2_000);

    /** What the service may take after the last order, and to start. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final Duration EXCHANGE = Duration.ofSeconds(TORTURE ? 5 : 1);

    private static final long SPOOL_BYTES = 256L << 20;

    /** Full before the first quarter is over, both the part in memory and the disk, whose index is in the heap, too. */
    /** Errors are kept in a folder of the store's directory. */
    private static final long ERROR_BYTES = 256L << 10;

    private static final long STORE_BYTES = TORTURE ? 64L << 20 : 1L << 20;

    private static final long STORE_MEMORY_BYTES = TORTURE ? 6L << 20 : 1L << 20;

    private static final int BATCH = 512;
    private static final int MOST_THREADS = 6;

    /** All queues together, and the index of the traces on disk. */
    private static final long MOST_HEAP = (32L << 20) + (16L << 20);

    private static final long HEAP_MARGIN = 3L << 20;

    /** Connections come and go with the faults, and files of the spool with what waits. */
    private static final long FILES_MARGIN = 16;

    private static final List<Fault> FAULTS = List.of(
            Fault.refuse(),
            Fault.blackhole(),
            Fault.neverRead(),
            Fault.resetAtOnce(),
            Fault.resetInRequest(),
            Fault.resetBeforeAnswer(),
            Fault.resetInAnswer(),
            Fault.delay(EXCHANGE.multipliedBy(2)),
            Fault.delay(Duration.ofMillis(20)),
            Fault.drip(EXCHANGE.dividedBy(10)),
            Fault.truncate(),
            Fault.garbage(),
            Fault.closeEach(),
            Fault.answer(429),
            Fault.answer(500),
            Fault.answer(502),
            Fault.answer(503),
            Fault.answer(504));

    private final History spans = new History();
    private final History logs = new History();
    private final Arrivals arrivals = new Arrivals(spans, logs);

    /** What the service told of itself, by kind, each kind once, and its samples. */
    private final Map<String, SoakLine> told = new HashMap<>();

    private final List<SoakLine> samples = new ArrayList<>();

    @TempDir
    private Path directory;

    private KeptFiles spool;
    private KeptFiles store;

    @BeforeEach
    void lookAtDirectories() {
        spool = new KeptFiles(directory.resolve("spool"));
        store = new KeptFiles(directory.resolve("store"));
    }

    @Test
    void soak_losesNothingLeaksNothingAndGrowsNowhere() throws Exception {
        long seed = Nemesis.seed(TORTURE ? new Random().nextLong() : 11);
        Nemesis nemesis = Nemesis.schedule(seed, LENGTH, SHORTEST, LONGEST, FAULTS);
        try (OtlpReceiver receiver = OtlpReceiver.forgetting(arrivals);
                FaultProxy proxy = FaultProxy.to(receiver.endpoint())) {
            nemesis.torment(proxy, () -> runService(proxy.uri()));
        }
        nemesis.check(() -> {
            readNotes(SoakedShop.SPAN_IDS, spans);
            readNotes(SoakedShop.LOG_IDS, logs);
            print(seed, nemesis.strikes().size() / 2);
            assertNothingIsLost();
            assertNothingHasLeaked();
            assertNothingHasGrown();
        });
    }

    // ---- the service

    private void runService(URI collector) throws Exception {
        Process service = service(collector)
                .start(SoakedShop.class, directory.toString(), LENGTH.toString(), INTERVAL.toString());
        try (BufferedReader lines = service.inputReader()) {
            endAfter(service, LENGTH.plus(PATIENCE));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                heard(SoakLine.parse(line));
            }
            assertThat(service.waitFor()).as("how the service ended").isZero();
        } finally {
            service.destroyForcibly().waitFor();
        }
    }

    private ChildJvm service(URI collector) {
        return new ChildJvm()
                .option("-Xmx128m")
                .option("-XX:+ExitOnOutOfMemoryError")
                .environment("OTEL_SERVICE_NAME", "shop")
                .environment("OTEL_EXPORTER_OTLP_ENDPOINT", collector.toString())
                .environment("OTEL_EXPORTER_OTLP_TIMEOUT", String.valueOf(EXCHANGE.toMillis()))
                .environment("OTEL_METRIC_EXPORT_INTERVAL", "2000")
                .environment("OTEL_TRACES_EXPORTER", "otlp,memory")
                .environment("DHARMA_SPOOL_DIR", directory.resolve("spool").toString())
                .environment("DHARMA_SPOOL_MAX_BYTES", String.valueOf(SPOOL_BYTES))
                .environment("DHARMA_STORE_DIR", directory.resolve("store").toString())
                .environment("DHARMA_STORE_MAX_BYTES", String.valueOf(STORE_BYTES))
                .environment("DHARMA_ERRORS_MAX_DISK_BYTES", String.valueOf(ERROR_BYTES))
                .environment("DHARMA_MEMORY_MAX_BYTES", String.valueOf(STORE_MEMORY_BYTES));
    }

    /** Whoever reads what it says would wait for a service that hangs. */
    private static void endAfter(Process service, Duration time) {
        Executor later = CompletableFuture.delayedExecutor(time.toSeconds(), TimeUnit.SECONDS);
        later.execute(service::destroyForcibly);
    }

    private void heard(SoakLine line) throws IOException {
        if (line.kind().equals(SoakedShop.SAMPLE)) {
            samples.add(line);
            spool.look();
            store.look();
            System.out.println("SoakIT: " + line);
        } else {
            told.put(line.kind(), line);
        }
    }

    private SoakLine told(String kind) {
        return Objects.requireNonNull(told.get(kind), kind);
    }

    private void readNotes(String prefix, History history) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, prefix + "*")) {
            for (Path file : files) {
                LongBuffer ids = ByteBuffer.wrap(Files.readAllBytes(file)).asLongBuffer();
                while (ids.hasRemaining()) {
                    history.emitted(HexFormat.of().toHexDigits(ids.get()));
                }
            }
        }
    }

    // ---- lost

    private void assertNothingIsLost() {
        SoakLine settled = told(SoakedShop.SETTLED);
        assertThat(settled.value("flushed")).as("%s", settled).isOne();
        spans.check(new Account(
                settled.value("spans-otlp-sent"),
                settled.value("spans-otlp-waiting"),
                Map.of("any", settled.value("spans-otlp-dropped")),
                settled.value("failed-deliveries"),
                BATCH));
        assertThat(spans.missing()).isEmpty();
        assertThat(settled.value("failed-deliveries")).isPositive();
        assertThat(settled.value("spool-lost") + settled.value("spool-not-written"))
                .as("%s", settled)
                .isZero();
        assertThat(settled.value("worker-faults")).isZero();
        assertThat(settled.value("spans-memory-sent")).isEqualTo(spans.emittedCount());

        assertThat(settled.value("logs-otlp-sent")).isEqualTo(logs.emittedCount());
        assertThat(logs.missing()).isEmpty();
        assertThat(logs.deliveredCount()).as("log records, none invented").isEqualTo(logs.emittedCount());

        assertThat(arrivals.blocksMeasured()).isEqualTo(spans.emittedCount());
    }

    // ---- leaked

    private void assertNothingHasLeaked() {
        assertThat(arrivals.complaints()).isEmpty();
        assertThat(arrivals.declined()).isGreaterThanOrEqualTo(2L * logs.emittedCount());
        assertThat(told(SoakedShop.SETTLED).value("leaked-headers")).isZero();
        assertThat(spool.secrets()).isEmpty();
        assertThat(spool.sawBlocks()).as("saw what is in the spool").isTrue();
        assertThat(store.secrets()).isEmpty();
        assertNoSecretInStoredTraces();
    }

    /** What is in the store is compressed, so that only the store can tell. */
    private void assertNoSecretInStoredTraces() {
        TraceStore reopened = TraceStore.builder()
                .directory(directory.resolve("store"))
                .maxDiskBytes(STORE_BYTES)
                .build();
        try {
            await().atMost(Duration.ofSeconds(30)).until(() -> reopened.stats().disk() == StoreStats.Disk.WRITING);
            assertThat(declinedWithoutSecrets(reopened))
                    .as("traces in which something was taken out")
                    .isPositive();
        } finally {
            reopened.close(Duration.ofSeconds(3));
        }
    }

    /** Page by page, as they would not fit into memory. */
    private static long declinedWithoutSecrets(TraceStore store) {
        long declined = 0;
        TraceQuery query = TraceQuery.builder().limit(100).build();
        for (TracePage page = store.search(query); page != null; page = pageAfter(page, store, query)) {
            declined += page.traces().stream()
                    .filter(summary -> isDeclinedWithoutSecrets(store, summary))
                    .count();
        }
        return declined;
    }

    private static @Nullable TracePage pageAfter(TracePage page, TraceStore store, TraceQuery query) {
        String next = page.next();
        return next == null ? null : store.search(query.after(next));
    }

    private static boolean isDeclinedWithoutSecrets(TraceStore store, TraceSummary summary) {
        String text = text(store.find(summary.traceId()).orElseThrow());
        assertThat(PlantedSecrets.in(text)).as(text).isEmpty();
        return text.contains("declined card [redacted]");
    }

    private static String text(StoredTrace trace) {
        return trace.spans().stream()
                .map(span -> span.getName() + span.getAttributes() + span.getStatus() + span.getEvents())
                .collect(joining("\n"));
    }

    // ---- grown

    private void assertNothingHasGrown() {
        assertFlat("heap", HEAP_MARGIN);
        assertFlat("files", FILES_MARGIN);
        assertThat(most("heap") - told(SoakedShop.BEGUN).value("heap")).isLessThan(MOST_HEAP);
        assertThat(most("ours")).isBetween(1L, (long) MOST_THREADS);
        assertThat(told(SoakedShop.CLOSED).value("threads")).as("threads left").isZero();
        assertThat(spool.mostBytes()).isBetween(1L, SPOOL_BYTES);
        // A file that makes room may be there twice for a moment, what is to stay of it.
        assertThat(store.mostBytes()).isBetween(1L, STORE_BYTES + STORE_BYTES / 8 + ERROR_BYTES);
    }

    /**
     * After a quarter everything has reached its size. The quietest moments are compared, since what waits for the
     * collector comes and goes with the faults, and what has leaked does not go.
     */
    private void assertFlat(String value, long margin) {
        long before = leastInQuarter(2, value);
        assertThat(leastInQuarter(4, value))
                .as("%s, %s at least in the second quarter: %s", value, before, samples)
                .isLessThanOrEqualTo(before + Math.max(before / 10, margin));
    }

    private long leastInQuarter(int quarter, String value) {
        int size = samples.size();
        return samples.subList(size * (quarter - 1) / 4, size * quarter / 4).stream()
                .mapToLong(sample -> sample.value(value))
                .min()
                .orElseThrow();
    }

    private long most(String value) {
        return samples.stream().mapToLong(sample -> sample.value(value)).max().orElseThrow();
    }

    private void print(long seed, int faults) {
        SoakLine settled = told(SoakedShop.SETTLED);
        System.out.printf(
                Locale.ROOT,
                "SoakIT: %,d s, %,d spans, %,d log records, %d faults of seed %d: %,d lost, %,d arrived twice after"
                        + " %,d failed deliveries, %d secrets on disk, %d complaints of the collector; live heap %,d KiB"
                        + " before the start, at least %,d in the second quarter and %,d in the last, %,d at most;"
                        + " %d threads of ours at most, %d left; files open at least %d and %d, %d at most; spool %,d KiB"
                        + " at most, store %,d KiB%n",
                LENGTH.toSeconds(),
                spans.emittedCount(),
                logs.emittedCount(),
                faults,
                seed,
                spans.missing().size(),
                spans.duplicates(),
                settled.value("failed-deliveries"),
                spool.secrets().size() + store.secrets().size(),
                arrivals.complaints().size(),
                told(SoakedShop.BEGUN).value("heap") >> 10,
                leastInQuarter(2, "heap") >> 10,
                leastInQuarter(4, "heap") >> 10,
                most("heap") >> 10,
                most("ours"),
                told(SoakedShop.CLOSED).value("threads"),
                leastInQuarter(2, "files"),
                leastInQuarter(4, "files"),
                most("files"),
                spool.mostBytes() >> 10,
                store.mostBytes() >> 10);
    }

    private static Duration least(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
