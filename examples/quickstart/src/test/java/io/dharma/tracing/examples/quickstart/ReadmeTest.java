package io.dharma.tracing.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.DharmaConfig;
import io.dharma.tracing.DharmaTracing;
import io.dharma.tracing.context.ContextExecutors;
import io.dharma.tracing.trace.TracedBlock;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The code of the README: compiled, run, and compared with it by {@link SnippetsTest}. */
class ReadmeTest {

    private final DharmaTracing dharma =
            DharmaTracing.init(config -> config.service("orders", "1.0.0").tracing(t -> t.inMemory()));
    private final Orders orders = dharma.proxy(Orders.class, new OrderFile("/orders.csv"));

    @AfterEach
    void close() {
        dharma.close();
    }

    @Test
    void block_returnsWhatItsBodyReturns() throws Exception {
        // region block
        Order order = dharma.traced("load-order", block -> orders.find("1001"));
        // endregion

        assertThat(order.customer()).isEqualTo("Ada");
        assertThat(names()).containsExactly("read-order", "load-order");
    }

    @Test
    void blocks_areStartedInSeveralWays() throws Exception {
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            charge("1001", threads);
        } finally {
            threads.shutdown();
        }
        assertThat(names()).contains("load-order", "charge-card", "notify-customer", "read-order");
    }

    private void charge(String id, ExecutorService threads) throws Exception {
        // region blocks
        // Returns what the body returns; what it throws, checked or not, is recorded once and comes out unchanged.
        Order order = dharma.traced("load-order", block -> {
            block.attribute("order.id", id);
            return orders.find(id);
        });

        // Without a lambda. The block is current until it is closed.
        try (TracedBlock block = dharma.start("charge-card")) {
            block.attribute("order.total", order.total().doubleValue());
            block.event("authorised");
        }

        // Ends when the stage ends. The wrapped executor carries the context to its thread.
        ExecutorService workers = ContextExecutors.wrap(threads);
        CompletableFuture<Void> notified = dharma.tracedAsync(
                "notify-customer", block -> CompletableFuture.runAsync(() -> notifyCustomer(order), workers));

        // Every call of a method that is marked with @Traced is a block.
        Orders traced = dharma.proxy(Orders.class, new OrderFile("/orders.csv"));
        // endregion
        notified.join();
        assertThat(traced.find(id)).isEqualTo(order);
    }

    private static void notifyCustomer(Order order) {
        assertThat(order.customer()).isNotEmpty();
    }

    @Test
    void exporters_areConfiguredInCode() {
        DharmaConfig built = configured();

        assertThat(built.toString())
                .contains("https://collector:4318", "http://zipkin:9411")
                .doesNotContain("s3cret");
    }

    private static DharmaConfig configured() {
        String token = "s3cret";
        // region export
        DharmaConfig config = DharmaConfig.builder()
                .service("checkout", "1.4.2")
                .environment("production")
                .tracing(t -> t.otlp(o -> o.endpoint("https://collector:4318").header("x-api-key", token))
                        .zipkin("http://zipkin:9411/api/v2/spans")
                        .sampleRatio(0.1)
                        .keepErrors()
                        .keepSlowerThan(Duration.ofMillis(500))
                        .rules(rules -> rules.drop("GET /health")))
                .build();
        // endregion
        return config;
    }

    private List<String> names() {
        assertThat(dharma.flush(Duration.ofSeconds(30))).isTrue();
        return dharma.inMemory().orElseThrow().spans().stream()
                .map(SpanData::getName)
                .toList();
    }
}
