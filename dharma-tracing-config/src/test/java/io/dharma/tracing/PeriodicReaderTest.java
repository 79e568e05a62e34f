package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.pipeline.SinkState;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.otlp.OtlpReceiver;
import io.opentelemetry.proto.metrics.v1.Metric;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Metrics leave every so often, and nothing that goes wrong with them is felt elsewhere. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class PeriodicReaderTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private static DharmaConfig.Builder everythingTo(String endpoint) {
        return DharmaConfig.builder().service("checkout").otlp(endpoint);
    }

    @Test
    void metrics_leaveAgainAndAgainAndOnceMoreAtTheEnd() {
        try (OtlpReceiver receiver = OtlpReceiver.start()) {
            DharmaTracing dharma =
                    DharmaTracing.init(everythingTo(receiver.endpoint().toString())
                            .metrics(m -> m.interval(Duration.ofMillis(50)))
                            .build());
            dharma.tracedRun("work", block -> {});
            await().untilAsserted(() -> assertThat(exports(dharma)).isGreaterThan(2));

            long before = exports(dharma);
            dharma.close();

            assertThat(exports(dharma)).isGreaterThan(before);
            assertThat(receiver.metrics()).extracting(Metric::getName).contains("dharma.block.duration");
        }
    }

    private static long exports(DharmaTracing dharma) {
        return metrics(dharma).sent();
    }

    private static ExporterHealth metrics(DharmaTracing dharma) {
        return dharma.health().exporters().stream()
                .filter(exporter -> exporter.signal().equals("metrics"))
                .findFirst()
                .orElseThrow();
    }

    /** OpenTelemetry's own reader would wait for five seconds, and five more. */
    @Test
    void close_withAReceiverThatNeverAnswersTakesNoLongerThanItMay() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            DharmaTracing dharma = DharmaTracing.init(everythingTo("http://127.0.0.1:" + silent.getLocalPort())
                    .closeTimeout(Duration.ofSeconds(1))
                    .build());
            dharma.tracedRun("work", block -> {});

            long start = System.nanoTime();
            dharma.close();

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        }
    }

    @Test
    void gaugeThatHangs_holdsUpNeitherSpansNorFlushNorClose() {
        CountDownLatch testOver = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        try (OtlpReceiver receiver = OtlpReceiver.start()) {
            DharmaTracing dharma =
                    DharmaTracing.init(everythingTo(receiver.endpoint().toString())
                            .closeTimeout(Duration.ofSeconds(1))
                            .metrics(m -> m.interval(Duration.ofMillis(50)))
                            .build());
            dharma.openTelemetry()
                    .getMeter("application")
                    .gaugeBuilder("hanging")
                    .buildWithCallback(measurement -> {
                        asked.countDown();
                        awaitUninterruptibly(testOver);
                    });
            awaitUninterruptibly(asked);

            dharma.tracedRun("work", block -> {});

            await().atMost(Duration.ofSeconds(5)).until(() -> receiver.spans().size() == 1);
            long start = System.nanoTime();
            assertThat(dharma.flush(Duration.ofMillis(500))).isFalse();
            dharma.close();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(2_500));
        } finally {
            testOver.countDown();
        }
    }

    @Test
    void gaugeThatThrows_costsItsOwnNumberOnly() {
        try (OtlpReceiver receiver = OtlpReceiver.start();
                DharmaTracing dharma = DharmaTracing.init(
                        everythingTo(receiver.endpoint().toString()).build())) {
            dharma.openTelemetry()
                    .getMeter("application")
                    .gaugeBuilder("throwing")
                    .buildWithCallback(measurement -> {
                        throw new IllegalStateException();
                    });
            dharma.tracedRun("work", block -> {});

            assertThat(dharma.flush(LONG)).isTrue();
            assertThat(metrics(dharma).state()).isEqualTo(SinkState.HEALTHY);
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                // It is the point that this does not help.
            }
        }
    }
}
