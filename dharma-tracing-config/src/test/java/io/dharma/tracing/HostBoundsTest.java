package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.dharma.tracing.correlation.InProcessStore;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.LiveHeap;
import io.dharma.tracing.testsupport.otlp.OtlpReceiver;
import io.opentelemetry.api.logs.Severity;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything at once: spans to four places, log records and metrics; what that takes from the host. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class HostBoundsTest {

    private static final int MAX_THREADS = 6;
    private static final long MAX_BYTES = 32L << 20;

    /** What the console's trees may wait in. */
    private static final long CONSOLE_BYTES = 1L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(HostBoundsTest.class);

    @TempDir
    Path home;

    private final Terminal terminal = new Terminal();

    /** What a console prints to: takes everything, or hangs until the test is over. */
    private static final class Terminal extends OutputStream {

        private final AtomicBoolean hanging = new AtomicBoolean();
        private final CountDownLatch over = new CountDownLatch(1);

        @Override
        public void write(int character) {
            write(new byte[1], 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            while (hanging.get() && over.getCount() > 0) {
                try {
                    over.await();
                } catch (InterruptedException e) {
                    // A terminal does not listen.
                }
            }
        }
    }

    @AfterEach
    void letGo() {
        terminal.over.countDown();
    }

    /** With a console that prints to our terminal; the log's goes on to the real one. */
    private DharmaTracing init(DharmaConfig.Builder config) {
        PrintStream standardOutput = System.out;
        System.setOut(new PrintStream(terminal, false, StandardCharsets.UTF_8));
        try {
            return DharmaTracing.init(config.build());
        } finally {
            System.setOut(standardOutput);
        }
    }

    private static DharmaConfig.Builder everything(String otlp, String zipkin) {
        return DharmaConfig.builder()
                .service("checkout")
                .otlp(otlp)
                .closeTimeout(Duration.ofSeconds(1))
                .metrics(m -> m.interval(Duration.ofMillis(200)))
                .tracing(t -> t.otlp(otlp).zipkin(zipkin).console().keepErrors().inMemory());
    }

    private DharmaConfig.Builder everythingAndTheDisk(String otlp, String zipkin) {
        return everything(otlp, zipkin)
                .delivery(d -> d.spool(home.resolve("spool")))
                .tracing(t -> t.store(home.resolve("store")));
    }

    private static void request(DharmaTracing dharma, int number) {
        dharma.tracedRun("place-order", order -> {
            order.attribute("order.id", number);
            try {
                dharma.tracedRun("charge-card", charge -> {
                    charge.attribute("statement", "select * from orders where id = " + number + " ".repeat(4_000));
                    if (number % 10 == 0) {
                        throw new IllegalStateException("declined " + number);
                    }
                });
            } catch (IllegalStateException declined) {
                dharma.openTelemetry()
                        .getLogsBridge()
                        .get("orders")
                        .logRecordBuilder()
                        .setSeverity(Severity.ERROR)
                        .setBody("declined " + number + "x".repeat(500))
                        .emit();
            }
        });
    }

    // ---- threads

    /** Also those that live for a moment only: looked at all the time. */
    private static final class ThreadWatch implements AutoCloseable {

        private final AtomicBoolean over = new AtomicBoolean();
        private volatile Set<String> most = Set.of();
        private volatile String notDaemon = "";
        private final Thread watcher = new Thread(this::watch, "watcher");

        ThreadWatch() {
            watcher.start();
        }

        private void watch() {
            while (!over.get()) {
                Set<String> now = new TreeSet<>();
                for (Thread thread : Thread.getAllStackTraces().keySet()) {
                    if (thread.getName().startsWith("dharma-")) {
                        now.add(nameOf(thread));
                        if (!thread.isDaemon()) {
                            notDaemon = thread.getName();
                        }
                    }
                    if (thread.getName().startsWith("HttpClient-")) {
                        now.add(thread.getName() + " without a name of ours");
                    }
                }
                if (now.size() > most.size()) {
                    most = now;
                }
            }
        }

        /**
         * One more takes the place of {@code dharma-blocking} once that has been at one thing for half a second: on a machine
         * with much else to do, that may be the first look at the class path.
         */
        int standIns() {
            return most.contains("dharma-blocking-2") ? 1 : 0;
        }

        /** One that lives for a moment may still be ending beside its successor: second ones have names of their own. */
        private static String nameOf(Thread thread) {
            String name = thread.getName();
            return name.startsWith("dharma-blocking") ? name : name + "@" + thread.getId();
        }

        @Override
        public void close() throws InterruptedException {
            over.set(true);
            watcher.join();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"healthy", "healthy by names", "closed ports", "never answering"})
    void threads_areSixAtMostWhateverTheReceiversDo(String receivers) throws Exception {
        HttpServer zipkin = zipkin();
        try (OtlpReceiver otlp = OtlpReceiver.start();
                ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                ThreadWatch watch = new ThreadWatch()) {
            int healthy = otlp.endpoint().getPort();
            String base = switch (receivers) {
                case "healthy" -> "http://127.0.0.1:" + healthy;
                case "healthy by names" -> "http://localhost:" + healthy;
                case "closed ports" -> "http://127.0.0.1:1";
                default -> "http://127.0.0.1:" + silent.getLocalPort();
            };
            try (DharmaTracing dharma = init(everythingAndTheDisk(base, zipkinFor(base, healthy, zipkin)))) {
                long until = System.nanoTime() + Duration.ofSeconds(2).toNanos();
                for (int i = 0; System.nanoTime() < until; i++) {
                    request(dharma, i);
                }
                boolean unused = dharma.flush(Duration.ofMillis(200));
            }
            watch.close();
            LOG.info("{}: at most {} threads: {}", receivers, watch.most.size(), watch.most);
            assertThat(watch.most).hasSizeBetween(5, MAX_THREADS + watch.standIns());
            assertThat(watch.notDaemon).isEmpty();
        } finally {
            zipkin.stop(0);
        }
    }

    private static HttpServer zipkin() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(202, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    /** Where the collector is well, Zipkin is; by another name, if by any. */
    private static String zipkinFor(String collector, int healthy, HttpServer zipkin) {
        return collector
                        .replace("localhost", "LOCALHOST")
                        .replace(":" + healthy, ":" + zipkin.getAddress().getPort()) + "/api/v2/spans";
    }

    // ---- memory

    @Test
    void bounds_ofAllQueuesTogetherAre32MiB() {
        Plan plan = everything("http://127.0.0.1:1", "http://127.0.0.1:1/")
                .correlation(c -> c.store(new InProcessStore()))
                .build()
                .plan();

        long spans = plan.delivery().maxQueueBytes();
        long logs = Objects.requireNonNull(plan.logs()).maxQueueBytes();
        long kept = plan.sampling().keep().maxBytes();
        long hops = Objects.requireNonNull(plan.chains()).queueBytes();

        LOG.info("queues: spans {}, logs {}, undecided traces {}, hops {}", spans, logs, kept, hops);
        assertThat(spans + logs + kept + hops + CONSOLE_BYTES).isLessThanOrEqualTo(MAX_BYTES);
    }

    /** Not queues: what is kept for questions, and makes room by itself. */
    @Test
    void bounds_ofWhatIsKeptInMemoryAre10MiB() {
        Plan plan = DharmaConfig.builder().build().plan();

        long traces = Objects.requireNonNull(plan.traces().store()).maxBytes();
        long chains = Objects.requireNonNull(plan.chains()).maxBytes();

        assertThat(traces + chains).isEqualTo(10L << 20);
    }

    @Test
    void heap_heldWithEverySinkHangingIsWithinTheBound() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String base = "http://127.0.0.1:" + silent.getLocalPort();
            warmUp(base);
            long before = LiveHeap.bytes();
            try (DharmaTracing dharma = init(everything(base, base + "/api/v2/spans"))) {
                terminal.hanging.set(true);
                int requests = 0;
                while (dharma.health().exporters().stream().noneMatch(HostBoundsTest::hasLostMuch)) {
                    for (int i = 0; i < 1_000; i++) {
                        request(dharma, requests++);
                    }
                }
                long held = LiveHeap.bytes() - before;
                String health = dharma.health().report();
                LOG.info("held {} KiB after {} requests\n{}", held >> 10, requests, health);
                assertThat(held).isBetween(2L << 20, MAX_BYTES);
            }
        }
    }

    private static boolean hasLostMuch(ExporterHealth exporter) {
        return exporter.dropped().values().stream().mapToLong(Long::longValue).sum() > 20_000;
    }

    /** So that classes, and what the JDK keeps of its first connections, are not taken for ours. */
    private void warmUp(String base) {
        try (DharmaTracing dharma =
                init(everything(base, base + "/api/v2/spans").closeTimeout(Duration.ofMillis(100)))) {
            for (int i = 0; i < 2_000; i++) {
                request(dharma, i);
            }
            boolean unused = dharma.flush(Duration.ofMillis(500));
        }
    }
}
