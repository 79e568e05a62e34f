package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StartLineTest {

    @Test
    void startLine_saysWhatWasDecidedAndWhy() {
        DharmaConfig config = Given.nothing()
                .environment("SERVICE_NAME", "checkout")
                .environment("ENVIRONMENT", "production")
                .file("# ours\nSAMPLING_STRATEGY=probabilistic\nSAMPLING_RATE=0.1\n")
                .builder()
                .tracing(t -> t.otlp("http://collector:4318")
                        .console()
                        .rules(r -> r.drop("GET /health"))
                        .keepErrors()
                        .keepSlowerThan(Duration.ofMillis(500)))
                .metrics(m -> m.otlp("http://collector:4318"))
                .build();

        assertThat(StartLine.of(config.plan(), 120))
                .isEqualTo(
                        "Dharma Tracing " + Version.current()
                                + ": service=checkout (environment SERVICE_NAME),"
                                + " environment=production (environment ENVIRONMENT),"
                                + " traces -> otlp http://collector:4318/v1/traces (code) and console (code),"
                                + " sampling probabilistic 0.1 (file dharma-tracing.properties:2) with rules,"
                                + " keep errors, keep slower than 500 ms,"
                                + " metrics -> otlp http://collector:4318/v1/metrics (code), redaction on (default), mdc on; took 120 ms");
    }

    @Test
    void startLine_saysWhatGoesOnWithoutAnySetting() {
        assertThat(StartLine.of(Given.nothing().config().plan(), 7))
                .isEqualTo("Dharma Tracing " + Version.current()
                        + ": service=unknown_service:java (default), traces -> memory (default),"
                        + " sampling parentbased_always_on (default), redaction on (default), mdc on; took 7 ms");
    }

    @Test
    void startLine_saysThatAllIsTurnedOff() {
        DharmaConfig config =
                Given.nothing().environment("OTEL_SDK_DISABLED", "true").config();

        assertThat(StartLine.of(config.plan(), 3)).contains("turned off by otel.sdk.disabled");
    }

    @Test
    void version_isThatOfTheBuild() {
        assertThat(Version.current()).matches("\\d+\\.\\d+\\.\\d+(-SNAPSHOT)?");
    }
}
