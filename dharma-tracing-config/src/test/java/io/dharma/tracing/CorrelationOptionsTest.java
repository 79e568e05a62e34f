package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is decided about correlation. */
class CorrelationOptionsTest {

    private static final String INTERNAL = "names without a dot and [*.localhost, *.local, *.internal, 127.0.0.0/8,"
            + " 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, ::1, fc00::/7";

    private static String rules(DharmaConfig config) {
        return String.valueOf(config.plan().correlation());
    }

    @Test
    void correlation_isOnByDefault() {
        assertThat(rules(Given.nothing().config()))
                .isEqualTo("CorrelationPropagation{headers X-Correlation-ID and X-Request-ID, trust VALID, outbound "
                        + INTERNAL + "], echo true}");
    }

    @Test
    void code_setsEveryRule() {
        DharmaConfig config = DharmaConfig.builder()
                .correlation(c -> c.header("X-Flow")
                        .requestHeader("X-Call")
                        .trustNetworks("10.0.0.0/8", "fd00::/8")
                        .outboundHosts("*.acme.com")
                        .noEcho())
                .build();

        assertThat(rules(config))
                .isEqualTo("CorrelationPropagation{headers X-Flow and X-Call, trust NETWORKS [10.0.0.0/8, fd00::/8],"
                        + " outbound " + INTERNAL + ", *.acme.com], echo false}");
    }

    @Test
    void environment_saysTheSame() {
        DharmaConfig config = Given.nothing()
                .environment("DHARMA_CORRELATION_TRUST", "never")
                .environment("DHARMA_CORRELATION_OUTBOUND_HOSTS", "api.acme.com, 10.0.0.0/8")
                .config();

        assertThat(rules(config)).contains("trust NEVER, outbound [api.acme.com, 10.0.0.0/8]");
        assertThat(rules(DharmaConfig.builder()
                        .correlation(c -> c.trustNobody().onlyOutboundHosts())
                        .build()))
                .contains("trust NEVER, outbound []");
    }

    @ParameterizedTest
    @CsvSource({"VALID, VALID", "Never, NEVER", "never, NEVER"})
    void trust_isReadInAnyCase(String word, String trust) {
        DharmaConfig config =
                Given.nothing().environment("DHARMA_CORRELATION_TRUST", word).config();

        assertThat(rules(config)).contains("trust " + trust + ",");
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "valid,10.0.0.0/8", "10.0.0.1/8"})
    void trustThatIsNoNetwork_isToldWhatElseItMayBe(String value) {
        assertThatThrownBy(() -> Given.nothing()
                        .environment("DHARMA_CORRELATION_TRUST", value)
                        .config())
                .isInstanceOf(DharmaConfigException.class)
                .hasMessageContaining("dharma.correlation.trust")
                .hasMessageContaining("allowed are networks, or else valid or never alone");
    }

    @Test
    void trustNetworks_doesNotTakeAWordForEverybody() {
        for (String word : new String[] {"valid", "NEVER"}) {
            assertThatThrownBy(() -> DharmaConfig.builder().correlation(c -> c.trustNetworks("10.0.0.0/8", word)))
                    .isInstanceOf(DharmaConfigException.class)
                    .hasMessageContaining("dharma.correlation.trust = \"" + word + "\" (code): is no network");
        }
    }

    @Test
    void headerThatMeansSomethingElse_isRefused() {
        assertThatThrownBy(() -> Given.nothing()
                        .environment("DHARMA_CORRELATION_HEADER", "traceparent")
                        .config())
                .isInstanceOf(DharmaConfigException.class)
                .hasMessageContaining("dharma.correlation.header")
                .hasMessageContaining("has another meaning");
    }

    @Test
    void correlation_canBeTurnedOff() {
        assertThat(DharmaConfig.builder()
                        .correlation(CorrelationOptions::off)
                        .build()
                        .plan()
                        .correlation())
                .isNull();
    }

    @Test
    void whatIsWrong_isSaidAtOnceAndAllTogether() {
        assertThatThrownBy(() -> Given.nothing()
                        .environment("DHARMA_CORRELATION_TRUST", "10.0.0.1/8")
                        .environment("DHARMA_CORRELATION_OUTBOUND_HOSTS", "https://acme.com")
                        .environment("DHARMA_CORRELATION_HEADER", "X Flow")
                        .config())
                .isInstanceOf(DharmaConfigException.class)
                .hasMessageContaining("dharma.correlation.trust")
                .hasMessageContaining("must be the first address of the network")
                .hasMessageContaining("dharma.correlation.outbound.hosts")
                .hasMessageContaining("is no host")
                .hasMessageContaining("dharma.correlation.header")
                .hasMessageContaining("is no name of a header");
    }
}
