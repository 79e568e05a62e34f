package io.dharma.tracing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Message;
import io.dharma.tracing.export.HttpEndpoint;
import io.dharma.tracing.export.OtlpSinks;
import io.dharma.tracing.testsupport.ChildJvm;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.otlp.OtlpAnswer;
import io.dharma.tracing.testsupport.otlp.OtlpReceiver;
import io.dharma.tracing.trace.DharmaTracer;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A receiver that is killed without warning again and again while spans flow: memory bridges it. Whatever the receiver
 * has answered is on its disk, and whatever it has not is sent again, so nothing is lost as long as there is room.
 */
@ExtendWith(LeakCheck.class)
@Timeout(600)
class KilledReceiverIT {

    private static final Logger LOG = LoggerFactory.getLogger(KilledReceiverIT.class);
    private static final int KILLS = DeliveryRig.TORTURE ? 50 : 3;
    private static final long SEED = Long.getLong("kill.seed", System.nanoTime());

    /** A receiver in a process of its own. Writes down the names of spans before it answers. */
    static final class Receiver {
        private Receiver() {}

        public static void main(String[] arguments) throws Exception {
            FileOutputStream file = new FileOutputStream(arguments[1], true);
            OtlpReceiver receiver = OtlpReceiver.start(Integer.parseInt(arguments[0]));
            receiver.answerWhenever(message -> !written(message, file), OtlpAnswer.status(503));
            new CountDownLatch(1).await();
        }

        private static synchronized boolean written(Message message, FileOutputStream file) {
            try {
                StringBuilder names = new StringBuilder();
                Spans.names(message).forEach(name -> names.append(name).append('\n'));
                file.write(names.toString().getBytes(StandardCharsets.UTF_8));
                return true;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void receiverThatIsKilledAgainAndAgain_missesNothing(@TempDir Path directory) throws Exception {
        LOG.info("-Dkill.seed={}", SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        Path received = directory.resolve("received");
        int port = freePort();
        Process receiver = start(port, received, directory);
        AtomicBoolean over = new AtomicBoolean();
        int[] emitted = {0};
        try (DharmaTracer tracer = DharmaTracer.builder()
                .sink(OtlpSinks.spans(HttpEndpoint.builder("http://127.0.0.1:" + port + "/v1/traces")
                        .timeout(Duration.ofSeconds(1))
                        .build()))
                .maxBatchDelay(Duration.ofMillis(50))
                .build()) {
            Thread application = new Thread(() -> {
                while (!over.get()) {
                    tracer.tracedRun("span-" + emitted[0]++, block -> LockSupport.parkNanos(1_000_000));
                }
            });
            application.start();
            for (int kill = 0; kill < KILLS; kill++) {
                Thread.sleep(random.nextInt(300));
                receiver.destroyForcibly().waitFor();
                receiver = start(port, received, directory);
            }
            over.set(true);
            application.join();

            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                SinkStats sink = tracer.health().spans().sinks().get(0);
                assertThat(sink.delivered() + sink.droppedTotal()).isEqualTo(emitted[0]);
            });
            PipelineStats stats = tracer.health().spans();
            Set<String> arrived = new HashSet<>(Files.readAllLines(received));
            LOG.info(
                    "{} spans, receiver killed {} times: {} arrived, {} lost, {} deliveries failed",
                    emitted[0],
                    KILLS,
                    arrived.size(),
                    stats.droppedFor(stats.sinks().get(0)),
                    stats.sinks().get(0).failedDeliveries());
            Accounts.assertBalanced(stats);
            assertThat(stats.droppedFor(stats.sinks().get(0))).isEmpty();
            assertThat(arrived).hasSize(emitted[0]);
        } finally {
            over.set(true);
            receiver.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
    }

    private static Process start(int port, Path received, Path directory) throws IOException {
        Process process = new ChildJvm()
                .option("-XX:TieredStopAtLevel=1")
                .start(directory.resolve("output"), Receiver.class, String.valueOf(port), received.toString());
        await().atMost(Duration.ofSeconds(30)).until(() -> listens(port));
        return process;
    }

    private static boolean listens(int port) {
        try (Socket unused = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException nobody) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
