package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dharma.tracing.store.StoreStats;
import io.dharma.tracing.store.TracePage;
import io.dharma.tracing.store.TraceSummary;
import io.dharma.tracing.store.Traces;
import io.dharma.tracing.testsupport.LeakCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The recent past, asked for through {@code dharma.traces()}, before and after a restart. */
@ExtendWith(LeakCheck.class)
class StoreEndToEndTest {

    @TempDir
    private Path directory;

    private static void fail(DharmaTracing dharma, String name) {
        assertThatThrownBy(() -> dharma.tracedRun(name, block -> {
                    throw new IllegalStateException("password=hunter2");
                }))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void traces_areFoundWithNothingConfigured() {
        try (DharmaTracing dharma = DharmaTracing.init(DharmaConfig.builder().build())) {
            dharma.tracedRun("load-order", block -> block.attribute("order.id", "1001"));
            fail(dharma, "charge-card");
            assertThat(dharma.flush(Duration.ofSeconds(10))).isTrue();
            Traces traces = dharma.traces().orElseThrow();

            TracePage failed = traces.search(query -> query.failed());
            assertThat(failed.traces())
                    .singleElement()
                    .extracting(TraceSummary::rootName)
                    .isEqualTo("charge-card");
            assertThat(traces.search(query -> query.attribute("order.id", "1001"))
                            .traces())
                    .singleElement()
                    .extracting(TraceSummary::rootName)
                    .isEqualTo("load-order");
            assertThat(traces.find(failed.traces().get(0).traceId())
                            .orElseThrow()
                            .toString())
                    .contains("charge-card")
                    .doesNotContain("hunter2");
            assertThat(dharma.health().report()).contains("Store\n  2 traces, 2 spans");
        }
    }

    @Test
    void traces_areThereAfterARestart() {
        DharmaConfig config = Given.nothing()
                .environment("DHARMA_STORE_DIR", directory.resolve("history").toString())
                .config();
        try (DharmaTracing before = DharmaTracing.init(config)) {
            fail(before, "charge-card");
            assertThat(before.flush(Duration.ofSeconds(10))).isTrue();
        }
        try (DharmaTracing after = DharmaTracing.init(config)) {
            Traces traces = after.traces().orElseThrow();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> traces.stats().disk() == StoreStats.Disk.WRITING);

            assertThat(traces.search(query -> query.failed()).traces()).hasSize(1);
            assertThat(Objects.requireNonNull(after.health().store()).diskBytes())
                    .isPositive();
        }
    }

    @Test
    void storeThatIsTooSmall_isReported() {
        assertThatThrownBy(() -> Given.nothing()
                        .environment("DHARMA_STORE_MAX_BYTES", "1KiB")
                        .config())
                .isInstanceOf(DharmaConfigException.class)
                .hasMessageContaining("at least 1MiB");
    }
}
