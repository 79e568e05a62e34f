package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dharma.tracing.context.Correlation;
import io.dharma.tracing.context.CorrelationContext;
import io.dharma.tracing.context.CorrelationRefusal;
import io.dharma.tracing.correlation.ChainHop;
import io.dharma.tracing.correlation.ChainSummary;
import io.dharma.tracing.correlation.Chains;
import io.dharma.tracing.correlation.InProcessStore;
import io.dharma.tracing.correlation.RequestChain;
import io.dharma.tracing.testsupport.LeakCheck;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From the headers of a request to the chain that is read back by its correlation id. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class ChainsEndToEndTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static DharmaTracing init(UnaryOperator<DharmaConfig.Builder> settings) {
        return DharmaTracing.init(
                settings.apply(DharmaConfig.builder().service("checkout")).build());
    }

    private static void request(DharmaTracing dharma, String correlationId, Map<String, String> response) {
        dharma.block("POST /orders")
                .kind(SpanKind.SERVER)
                .parentFrom(Map.of("X-Correlation-ID", correlationId), MapHeaders.GETTER)
                .run(serve -> {
                    dharma.tracedRun("price", price -> {});
                    dharma.echoCorrelation(response, Map::put);
                });
        assertThat(dharma.flush(PATIENCE)).isTrue();
    }

    @Test
    void request_isReadBackByTheIdThatItBroughtWithoutAnyConfiguration() {
        try (DharmaTracing dharma = init(config -> config)) {
            Map<String, String> response = new HashMap<>();
            request(dharma, "order-4711", response);

            Chains chains = dharma.chains().orElseThrow();
            RequestChain chain =
                    chains.get(String.valueOf(response.get("X-Correlation-ID"))).orElseThrow();
            assertThat(chain.correlationId()).isEqualTo("order-4711");
            assertThat(chain.services()).containsExactly("checkout");
            assertThat(chain.hops())
                    .extracting(ChainHop::depth)
                    .as("a block inside another")
                    .containsExactly(0, 1);
            assertThat(chains.byService("checkout"))
                    .extracting(ChainSummary::correlationId)
                    .containsExactly("order-4711");
            assertThat(dharma.health().report()).contains("Chains\n  1 chains, ");
        }
    }

    @Test
    void chain_isThereAlsoOfARequestThatWasNotSampled() {
        try (DharmaTracing dharma =
                init(config -> config.tracing(t -> t.sampleRatio(0)).correlation(c -> c.keepInMemory(1, 1 << 20)))) {
            request(dharma, "order-4711", new HashMap<>());
            request(dharma, "order-4712", new HashMap<>());

            Chains chains = dharma.chains().orElseThrow();
            assertThat(chains.get("order-4712").orElseThrow().hops()).hasSize(2);
            assertThat(chains.get("order-4711"))
                    .as("made room, as there is to be one only")
                    .isEmpty();
            assertThat(dharma.inMemory().orElseThrow().stats().spans()).isZero();
        }
    }

    /** Else a chain leads to spans that nobody finds by its id. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "order-4711",
                "4111111111111111",
                "5500005555555559",
                "GB82WEST12345698765432",
                "378282246310005",
                "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
                "AKIAIOSFODNN7EXAMPLE",
                "123-45-6789",
                "0af7651916cd43dd8448eb211c80319c",
                "7a1f0d52-0d7c-4c0b-9d7b-0a4c2e0f9b11",
                "c2Vzc2lvbi1pZA==",
                "Root=1-67891233-abcdef012345678912345678",
                "req/abc:def+ghi=jkl"
            })
    void span_hasTheIdThatItsChainIsKeptUnder(String id) {
        try (DharmaTracing dharma = init(config -> config)) {
            CorrelationContext named =
                    CorrelationContext.builder().correlationId(id).build();
            Correlation.with(named).run(() -> dharma.tracedRun("job", job -> {}));
            Map<String, String> response = new HashMap<>();
            request(dharma, id, response);

            for (String kept : List.of(named.correlationId(), String.valueOf(response.get("X-Correlation-ID")))) {
                assertThat(dharma.chains().orElseThrow().get(kept)).isPresent();
                assertThat(dharma.inMemory().orElseThrow().spans())
                        .anyMatch(span -> kept.equals(span.getAttributes().get(Correlation.ATTRIBUTE)));
            }
            assertThat(dharma.inMemory().orElseThrow().spans())
                    .noneMatch(span -> "[redacted]".equals(span.getAttributes().get(Correlation.ATTRIBUTE)));
            boolean refused = dharma.health().correlation().refused().containsKey(CorrelationRefusal.SENSITIVE);
            assertThat(dharma.chains().orElseThrow().get(id).isPresent()).isNotEqualTo(refused);
        }
    }

    @Test
    void idThatRedactionIsToKeep_isTaken() {
        try (DharmaTracing dharma = init(config -> config.redaction(r -> r.keptValues("4111111111111111")))) {
            request(dharma, "4111111111111111", new HashMap<>());

            assertThat(dharma.chains().orElseThrow().get("4111111111111111")).isPresent();
        }
        try (DharmaTracing dharma = init(config -> config.redaction(RedactionOptions::off))) {
            request(dharma, "4111111111111111", new HashMap<>());

            assertThat(dharma.chains().orElseThrow().get("4111111111111111")).isPresent();
        }
    }

    @Test
    void names_areRedactedAsThoseOfSpansAre() {
        try (DharmaTracing dharma = init(config -> config)) {
            dharma.block("POST /orders")
                    .parentFrom(Map.of("X-Correlation-ID", "order-4711"), MapHeaders.GETTER)
                    .run(serve -> dharma.tracedRun("login Bearer abcdefghijklmnop0123456789", block -> {}));
            assertThat(dharma.flush(PATIENCE)).isTrue();

            RequestChain chain = dharma.chains().orElseThrow().get("order-4711").orElseThrow();
            assertThat(chain.toString()).doesNotContain("abcdefghijklmnop").contains("login Bearer");
        }
    }

    @Test
    void storeOfTheApplication_getsAllHopsAndIsAskedToo() {
        InProcessStore own = new InProcessStore();
        try (DharmaTracing dharma =
                init(config -> config.correlation(c -> c.store(own).keepInMemory(1, 1 << 20)))) {
            request(dharma, "order-4711", new HashMap<>());
            request(dharma, "order-4712", new HashMap<>());

            assertThat(own.stats().chains()).isEqualTo(2);
            assertThat(dharma.chains()
                            .orElseThrow()
                            .get("order-4711")
                            .orElseThrow()
                            .hops())
                    .hasSize(2);
            assertThat(dharma.health().exporters())
                    .filteredOn(exporter -> exporter.signal().equals("hops"))
                    .singleElement()
                    .satisfies(exporter -> assertThat(exporter.sent()).isEqualTo(4));
        }
    }

    @Test
    void turnedOff_nothingIsKept() {
        List<DharmaConfig> turnedOff = List.of(
                DharmaConfig.builder().correlation(CorrelationOptions::noChains).build(),
                Given.nothing()
                        .environment("DHARMA_CORRELATION_CHAINS", "false")
                        .config());
        for (DharmaConfig off : turnedOff) {
            try (DharmaTracing dharma = DharmaTracing.init(off)) {
                request(dharma, "order-4711", new HashMap<>());
                assertThat(dharma.chains()).isEmpty();
                assertThat(dharma.health().chains()).isNull();
            }
        }
    }

    @Test
    void settingsThatAreWrong_areNamed() {
        assertThatThrownBy(() -> Given.nothing()
                        .environment("DHARMA_CORRELATION_CHAINS_MAX", "0")
                        .environment("DHARMA_CORRELATION_MAX_QUEUE_BYTES", "1KiB")
                        .config())
                .isInstanceOf(DharmaConfigException.class)
                .hasMessageContaining("DHARMA_CORRELATION_CHAINS_MAX")
                .hasMessageContaining("dharma.correlation.max.queue.bytes")
                .hasMessageContaining("at least 64KiB");
    }
}
