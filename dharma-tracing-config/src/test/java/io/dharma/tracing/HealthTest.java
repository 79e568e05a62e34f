package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.DropReason;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.spi.ContextHooks;
import io.dharma.tracing.spi.ScopeListener;
import io.dharma.tracing.testsupport.otlp.OtlpAnswer;
import io.dharma.tracing.testsupport.otlp.OtlpReceiver;
import io.dharma.tracing.trace.Contained;
import io.dharma.tracing.trace.TracedBlock;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each number of the health is made to rise. */
class HealthTest {

    @Test
    void blocksFoldedInMetrics_areCountedAndFound() {
        try (DharmaTracing dharma = DharmaTracing.init(DharmaConfig.builder()
                .closeTimeout(Duration.ofMillis(100))
                .metrics(m -> m.otlp("http://127.0.0.1:1"))
                .build())) {
            assertThat(dharma.health().foldedBlocks()).isZero();
            assertThat(dharma.health().has("blocks-folded")).isFalse();

            dharma.tracedRun("order " + "0123456789".repeat(100), block -> {});

            Health health = dharma.health();
            assertThat(health.foldedBlocks()).isEqualTo(1);
            assertThat(health.has("blocks-folded")).isTrue();
            assertThat(health.report()).contains("folded in metrics 1");
        }
    }

    /** A receiver may repeat what it was sent, or the key that it was shown. */
    @Test
    void whatAReceiverSaid_isNotRepeated() {
        try (OtlpReceiver receiver = OtlpReceiver.start();
                DharmaTracing dharma = DharmaTracing.init(DharmaConfig.builder()
                        .otlp(receiver.endpoint().toString())
                        .build())) {
            receiver.answerNext(OtlpAnswer.rejectedSpans(1, "unknown field password=hunter2"));
            dharma.tracedRun("one", block -> {});

            await().until(() -> dharma.health().report().contains("receiver did not keep 1 records"));
            assertThat(dharma.health().report()).doesNotContain("unknown field", "hunter2");
        }
    }

    @Test
    void spansForgottenInMemory_areCounted() {
        try (DharmaTracing dharma = DharmaTracing.init(
                DharmaConfig.builder().tracing(t -> t.inMemory(2, 1 << 20)).build())) {
            for (int i = 0; i < 5; i++) {
                dharma.tracedRun("one", block -> {});
            }
            assertThat(dharma.flush(Duration.ofSeconds(30))).isTrue();

            assertThat(dharma.health().forgottenSpans()).isEqualTo(3);
            assertThat(dharma.health().report()).contains("forgotten in memory 3 spans");
        }
    }

    @Test
    void spansUndecidedAtTheEnd_areCounted() {
        DharmaTracing dharma = DharmaTracing.init(
                DharmaConfig.builder().tracing(t -> t.alwaysOff().keepErrors()).build());
        try (TracedBlock root = dharma.start("root")) {
            dharma.tracedRun("child", block -> {});
            assertThat(dharma.health().kept().undecidedSpans()).isZero();
            dharma.close();
            assertThat(root.isRecording()).isTrue();
        }

        assertThat(dharma.health().kept().undecidedSpans()).isEqualTo(1);
        assertThat(dharma.health().report()).contains("undecided at the end 1 spans");
    }

    @Test
    void faultsOfWorkers_areCountedAndFound() {
        DharmaTracing dharma = DharmaTracing.init(
                DharmaConfig.builder().tracing(t -> t.sink(new ClosesBadly())).build());
        dharma.close();

        await().untilAsserted(
                        () -> assertThat(dharma.health().contained().workers()).isEqualTo(1));
        assertThat(dharma.health().has("unexpected-failures")).isTrue();
        assertThat(dharma.health().report()).contains("in workers 1");
    }

    private static final class ClosesBadly implements Sink<SpanData> {
        @Override
        public String name() {
            return "bad";
        }

        @Override
        public CompletionStage<Delivery> deliver(List<SpanData> batch) {
            return CompletableFuture.completedFuture(Delivery.delivered());
        }

        @Override
        public void close(Duration deadline) {
            throw new IllegalStateException("cannot close");
        }
    }

    @Test
    void faultsOfContextListeners_areCounted() {
        try (DharmaTracing dharma = DharmaTracing.init(DharmaConfig.builder().build())) {
            long before = dharma.health().contained().listeners();
            try (ContextHooks.Registration faulty = ContextHooks.register(new Faulty())) {
                assertThat(faulty).isNotNull();
                dharma.tracedRun("one", block -> {});
            }
            assertThat(dharma.health().contained().listeners()).isEqualTo(before + 1);
        }
    }

    private static final class Faulty implements ScopeListener {
        @Override
        public @Nullable Object attached(Context from, Context to) {
            throw new IllegalStateException("faulty");
        }

        @Override
        public void closed(Context from, Context to, @Nullable Object remembered) {
            // Nothing to restore.
        }
    }

    @Test
    void doctor_knowsWhatContainedFaultsMean() {
        Doctor doctor = new Doctor(List.of(), List.of(), new URLClassLoader(new URL[0]));
        doctor.stayHome();

        assertThat(idsFor(doctor, new Contained(7, 0, 0, 0))).doesNotContain("mdc-failing", "unexpected-failures");
        assertThat(idsFor(doctor, new Contained(0, 1, 0, 0))).contains("mdc-failing");
        assertThat(idsFor(doctor, new Contained(0, 0, 1, 0))).contains("unexpected-failures");
        assertThat(idsFor(doctor, new Contained(0, 0, 0, 1))).contains("unexpected-failures");
    }

    private static List<String> idsFor(Doctor doctor, Contained contained) {
        return doctor.findings(List.of(), 0, contained).stream()
                .map(Finding::id)
                .toList();
    }

    @Test
    void metricsThatFail_areLostOnlyIfTheyAreDeltas() {
        assertThat(failedMetrics("delta").dropped()).containsOnlyKeys(DropReason.UNDELIVERED);
        assertThat(failedMetrics("cumulative").dropped()).isEmpty();
    }

    private static ExporterHealth failedMetrics(String temporality) {
        try (DharmaTracing dharma = DharmaTracing.init(DharmaConfig.builder()
                .closeTimeout(Duration.ofMillis(100))
                .metrics(m -> m.otlp("http://127.0.0.1:1").temporality(temporality))
                .build())) {
            dharma.tracedRun("one", block -> {});
            assertThat(dharma.flush(Duration.ofSeconds(10))).isFalse();
            return dharma.health().exporters().stream()
                    .filter(exporter -> exporter.signal().equals("metrics"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
