package io.dharma.tracing.soak;

import io.dharma.tracing.DharmaTracing;
import io.dharma.tracing.ExporterHealth;
import io.dharma.tracing.Health;
import io.dharma.tracing.pipeline.SinkStats;
import io.dharma.tracing.spool.SpoolStats;
import io.dharma.tracing.testsupport.LiveHeap;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The service: a JVM of its own, so that its heap, threads and files are nobody else's. It takes orders for as long as it
 * is told, says how it is every now and then, waits until all is delivered, closes and ends. Where it sends to, and what
 * it keeps where, is in its environment.
 */
public final class SoakedShop {

    static final String SPAN_IDS = "spans-";
    static final String LOG_IDS = "logs-";

    static final String BEGUN = "begun";
    static final String SAMPLE = "sample";
    static final String SETTLED = "settled";
    static final String CLOSED = "closed";

    private static final int THREADS = 4;
    private static final int ORDERS_PER_SECOND = 300;
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration TIME_TO_END = Duration.ofSeconds(3);
    private static final File DESCRIPTORS = new File("/proc/self/fd");

    private final DharmaTracing dharma;
    private final Path notes;
    private final Duration length;
    private final List<Orders> orders = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final List<DataOutputStream> files = new ArrayList<>();

    private SoakedShop(DharmaTracing dharma, Path notes, Duration length) {
        this.dharma = dharma;
        this.notes = notes;
        this.length = length;
    }

    /** Where to note down ids, how long to take orders, and how often to say how it is. */
    public static void main(String[] arguments) throws Exception {
        endWithParent();
        Duration length = Duration.parse(arguments[1]);
        Duration interval = Duration.parse(arguments[2]);
        System.out.println(SoakLine.of(BEGUN).with("heap", LiveHeap.bytes()));
        try (DharmaTracing dharma = DharmaTracing.init()) {
            SoakedShop shop = new SoakedShop(dharma, Path.of(arguments[0]), length);
            shop.open();
            shop.watch(interval);
            shop.finish();
            shop.settle();
        }
        System.out.println(SoakLine.of(CLOSED).with("threads", threadsLeft()));
    }

    /** A test that was killed ends nobody. */
    private static void endWithParent() {
        ProcessHandle test = ProcessHandle.current().parent().orElseThrow();
        CompletableFuture<Void> unused =
                test.onExit().thenRun(() -> Runtime.getRuntime().halt(1));
    }

    private void open() throws IOException {
        for (int i = 0; i < THREADS; i++) {
            Orders taken =
                    new Orders(dharma, file(SPAN_IDS + i), file(LOG_IDS + i), length, ORDERS_PER_SECOND / THREADS);
            orders.add(taken);
            threads.add(new Thread(taken, "orders-" + i));
        }
        threads.forEach(Thread::start);
    }

    private DataOutputStream file(String name) throws IOException {
        DataOutputStream file =
                new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(notes.resolve(name))));
        files.add(file);
        return file;
    }

    private void watch(Duration interval) throws InterruptedException {
        long start = System.nanoTime();
        for (long at = interval.toNanos(); at < length.toNanos(); at += interval.toNanos()) {
            TimeUnit.NANOSECONDS.sleep(at - (System.nanoTime() - start));
            System.out.println(sample());
        }
    }

    private SoakLine sample() {
        ExporterHealth spans = exporter("spans", "otlp");
        return SoakLine.of(SAMPLE)
                .with("heap", LiveHeap.bytes())
                .with("threads", Thread.getAllStackTraces().size())
                .with("ours", ours().count())
                .with("files", openFiles())
                .with("sent", spans.sent())
                .with("queued", spans.queued())
                .with("spooled", spans.spooled());
    }

    /** Those that are open, this look included; 0 where nobody knows. */
    private static long openFiles() {
        String[] open = DESCRIPTORS.list();
        return open == null ? 0 : open.length;
    }

    private void finish() throws InterruptedException, IOException {
        for (Thread thread : threads) {
            thread.join();
        }
        for (DataOutputStream file : files) {
            file.close();
        }
    }

    private void settle() {
        boolean flushed = flush();
        Health health = dharma.health();
        System.err.println(health.report());
        SpoolStats spool = Objects.requireNonNull(health.spool());
        SoakLine line = SoakLine.of(SETTLED)
                .with("flushed", flushed ? 1 : 0)
                .with("failed-deliveries", failedDeliveries())
                .with("spool-lost", spool.lost())
                .with("spool-not-written", spool.notWritten())
                .with("worker-faults", health.contained().workers())
                .with(
                        "leaked-headers",
                        orders.stream().mapToInt(Orders::leakedHeaders).sum());
        for (ExporterHealth exporter : health.exporters()) {
            String name = exporter.signal() + "-" + exporter.name();
            line.with(name + "-sent", exporter.sent())
                    .with(name + "-dropped", dropped(exporter))
                    .with(name + "-waiting", exporter.queued() + exporter.spooled());
        }
        System.out.println(line);
        System.out.println(sample());
    }

    /** Again, when an export of metrics failed meanwhile, which makes it say no: the faults may go on a little longer. */
    private boolean flush() {
        long start = System.nanoTime();
        boolean flushed = false;
        while (!flushed && System.nanoTime() - start < PATIENCE.toNanos()) {
            flushed = dharma.flush(PATIENCE);
        }
        return flushed;
    }

    private ExporterHealth exporter(String signal, String name) {
        return dharma.health().exporters().stream()
                .filter(exporter ->
                        exporter.signal().equals(signal) && exporter.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private long failedDeliveries() {
        return dharma.tracer().health().spans().sinks().stream()
                .filter(sink -> sink.name().equals("otlp"))
                .mapToLong(SinkStats::failedDeliveries)
                .sum();
    }

    private static long dropped(ExporterHealth exporter) {
        return exporter.dropped().values().stream().mapToLong(Long::longValue).sum();
    }

    private static long threadsLeft() throws InterruptedException {
        long deadline = System.nanoTime() + TIME_TO_END.toNanos();
        for (Thread thread : ours().toList()) {
            thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
        }
        return ours().peek(left -> System.err.println("left: " + left)).count();
    }

    private static Stream<Thread> ours() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("dharma-"));
    }
}
