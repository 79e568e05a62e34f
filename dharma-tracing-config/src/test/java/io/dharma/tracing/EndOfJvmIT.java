package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.testsupport.ChildJvm;
import io.dharma.tracing.testsupport.otlp.OtlpReceiver;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a JVM ends that has us in it: with all that can still be delivered, in time, and by whatever way. */
@Timeout(60)
class EndOfJvmIT {

    private static final int SPANS = 100;
    private static final int KILLED_BY_SIGTERM = 143;
    private static final Logger LOG = LoggerFactory.getLogger(EndOfJvmIT.class);

    @TempDir
    Path directory;

    private Path output = Path.of("");

    @BeforeEach
    void nameOutput() {
        output = directory.resolve("output");
    }

    private Process start(String endpoint, Class<?> main) throws IOException {
        return start(new ChildJvm(), endpoint, main);
    }

    private Process start(ChildJvm jvm, String endpoint, Class<?> main) throws IOException {
        Process service = jvm.environment("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
                // Nothing leaves before the end.
                .environment("OTEL_BSP_SCHEDULE_DELAY", "1h")
                .environment("OTEL_BLRP_SCHEDULE_DELAY", "1h")
                .start(output, main);
        await().atMost(Duration.ofSeconds(30)).until(() -> output().contains("ready"));
        return service;
    }

    private String output() throws IOException {
        return Files.readString(output);
    }

    private static long endMillis(Process service) throws InterruptedException {
        long start = System.nanoTime();
        assertThat(service.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return (System.nanoTime() - start) / 1_000_000;
    }

    /** As a service would that has run for a while: it has sent something before. */
    private static DharmaTracing traceSome() {
        DharmaTracing dharma = DharmaTracing.init();
        dharma.tracedRun("first", block -> {});
        boolean unused = dharma.flush(Duration.ofSeconds(1));
        for (int i = 0; i < SPANS; i++) {
            dharma.tracedRun("work", block -> {});
        }
        dharma.openTelemetry()
                .getLogsBridge()
                .get("service")
                .logRecordBuilder()
                .setBody("hello")
                .emit();
        return dharma;
    }

    static final class Service {
        private Service() {}

        public static void main(String[] arguments) throws InterruptedException {
            DharmaTracing unused = traceSome();
            System.out.println("ready");
            new CountDownLatch(1).await();
        }
    }

    @Test
    void sigterm_deliversWhatIsQueued() throws Exception {
        try (OtlpReceiver receiver = OtlpReceiver.start()) {
            Process service = start(receiver.endpoint().toString(), Service.class);
            assertThat(receiver.logs()).isEmpty();

            service.destroy();

            LOG.info("SIGTERM with a healthy receiver took {} ms", endMillis(service));
            assertThat(service.exitValue()).isEqualTo(KILLED_BY_SIGTERM);
            assertThat(receiver.spans()).hasSize(1 + SPANS);
            assertThat(receiver.logs()).hasSize(1);
            assertThat(receiver.metrics()).isNotEmpty();
        }
    }

    @Test
    void sigterm_withEveryReceiverHangingEndsInTimeAndSaysWhatWasLost() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Process service = start("http://127.0.0.1:" + silent.getLocalPort(), Service.class);

            service.destroy();

            long took = endMillis(service);
            LOG.info("SIGTERM with hanging receivers took {} ms", took);
            assertThat(took).isLessThan(3_500);
            assertThat(service.exitValue()).isEqualTo(KILLED_BY_SIGTERM);
            assertThat(output())
                    .contains("spans to otlp closed with " + (1 + SPANS) + " undelivered")
                    .contains("logs to otlp closed with 1 undelivered");
        }
    }

    /** Who stops containers gives them some time and then kills them. */
    @Test
    void sigtermAndKillSoonAfter_withASpoolAndHangingReceivers_losesNothing() throws Exception {
        Path spool = directory.resolve("spool");
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Process service = start(
                    new ChildJvm().environment("DHARMA_SPOOL_DIR", spool.toString()),
                    "http://127.0.0.1:" + silent.getLocalPort(),
                    Service.class);

            service.destroy();

            assertThat(service.waitFor(500, TimeUnit.MILLISECONDS))
                    .as("it still hopes for an answer")
                    .isFalse();
            service.destroyForcibly().waitFor();
        }
        try (OtlpReceiver receiver = OtlpReceiver.start();
                DharmaTracing next = DharmaTracing.init(
                        config -> config.tracing(t -> t.otlp(receiver.endpoint().toString()))
                                .delivery(d -> d.spool(spool)))) {
            await().atMost(Duration.ofSeconds(30)).until(() -> receiver.spans().size() >= 1 + SPANS);
            assertThat(next.health().exporters().get(0).inherited()).isEqualTo(1 + SPANS);
        }
    }

    /** A standard output that nobody reads blocks whoever writes to it, and with it every log line. */
    static final class HangingLog {
        private HangingLog() {}

        public static void main(String[] arguments) {
            DharmaTracing unused = traceSome();
            System.out.println("ready");
            System.setOut(new PrintStream(
                    new OutputStream() {
                        @Override
                        public void write(int character) {
                            hang();
                        }
                    },
                    true,
                    StandardCharsets.UTF_8));
            hang();
        }

        private static void hang() {
            CountDownLatch never = new CountDownLatch(1);
            while (never.getCount() > 0) {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    // It is the point that this does not help.
                }
            }
        }
    }

    @Test
    void sigterm_withAHangingLogEndsInTime() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Process service = start("http://127.0.0.1:" + silent.getLocalPort(), HangingLog.class);

            service.destroy();

            long took = endMillis(service);
            LOG.info("SIGTERM with hanging receivers and a hanging log took {} ms", took);
            assertThat(took).isLessThan(3_500);
            assertThat(service.exitValue()).isEqualTo(KILLED_BY_SIGTERM);
        }
    }

    /** As a container's supervisor does that has no patience; what matters is that nothing of ours holds it up. */
    static final class HaltingInHook {
        private HaltingInHook() {}

        public static void main(String[] arguments) {
            DharmaTracing unused = traceSome();
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> Runtime.getRuntime().halt(7)));
            System.out.println("ready");
            System.exit(0);
        }
    }

    @Test
    void haltInAHook_endsAtOnce() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Process service = start("http://127.0.0.1:" + silent.getLocalPort(), HaltingInHook.class);

            assertThat(endMillis(service)).isLessThan(3_500);
            assertThat(service.exitValue()).isEqualTo(7);
        }
    }

    static final class ExitingInABlock {
        private ExitingInABlock() {}

        public static void main(String[] arguments) {
            DharmaTracing dharma = traceSome();
            System.out.println("ready");
            dharma.tracedRun("last", block -> System.exit(7));
        }
    }

    @Test
    void exitInsideABlock_deliversWhatHasEnded() throws Exception {
        try (OtlpReceiver receiver = OtlpReceiver.start()) {
            Process service = start(receiver.endpoint().toString(), ExitingInABlock.class);

            assertThat(endMillis(service)).isLessThan(3_500);
            assertThat(service.exitValue()).isEqualTo(7);
            assertThat(receiver.spans()).hasSize(1 + SPANS);
        }
    }

    /** The thread that closes waits for the sink's, which waits for the JVM to end, which waits for our hook. */
    static final class ExitingInASink {
        private ExitingInASink() {}

        public static void main(String[] arguments) {
            DharmaTracing dharma = DharmaTracing.init(config -> config.tracing(t -> t.sink(new Exiting())));
            dharma.tracedRun("work", block -> {});
            System.out.println("ready");
            dharma.close();
        }
    }

    private static final class Exiting implements Sink<SpanData> {

        @Override
        public String name() {
            return "exiting";
        }

        @Override
        public CompletionStage<Delivery> deliver(List<SpanData> batch) {
            return CompletableFuture.completedFuture(Delivery.delivered());
        }

        @Override
        public void close(Duration deadline) {
            System.exit(7);
        }
    }

    @Test
    void exitInsideASinksClose_isNoDeadlock() throws Exception {
        try (OtlpReceiver receiver = OtlpReceiver.start()) {
            Process service = start(receiver.endpoint().toString(), ExitingInASink.class);

            long took = endMillis(service);
            LOG.info("System.exit() in a sink that is being closed took {} ms", took);
            assertThat(took).isLessThan(4_500);
            assertThat(service.exitValue()).isEqualTo(7);
        }
    }
}
