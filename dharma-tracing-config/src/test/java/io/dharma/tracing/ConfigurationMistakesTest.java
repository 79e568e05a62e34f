package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationMistakesTest {

    /** None of these is understood; each message is to name the key, the place and what is allowed. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            DHARMA_SAMPLING_KEEP_ERRORS | yes
            DHARMA_SAMPLING_KEEP_ERRORS | 1
            DHARMA_MDC | on
            OTEL_SDK_DISABLED | maybe
            DHARMA_REGISTER_GLOBAL | truе
            DHARMA_SHUTDOWN_HOOK | "true"
            DHARMA_SAMPLING_KEEP_SLOWER_THAN | soon
            DHARMA_SAMPLING_KEEP_SLOWER_THAN | -5ms
            DHARMA_SAMPLING_KEEP_SLOWER_THAN | 5 fortnights
            DHARMA_SAMPLING_KEEP_SLOWER_THAN | 25h
            DHARMA_SAMPLING_KEEP_SLOWER_THAN | PT0.5S
            DHARMA_SAMPLING_KEEP_SLOWER_THAN | 9223372036854775807d
            DHARMA_SHUTDOWN_TIMEOUT | 0
            DHARMA_SHUTDOWN_TIMEOUT | 1.5s
            DHARMA_SHUTDOWN_TIMEOUT | ٣s
            OTEL_BSP_SCHEDULE_DELAY | 99999999999999999999
            OTEL_METRIC_EXPORT_INTERVAL | -1
            OTEL_EXPORTER_OTLP_TIMEOUT | 0
            OTEL_EXPORTER_OTLP_TIMEOUT | ten
            OTEL_EXPORTER_ZIPKIN_TIMEOUT | 10x
            DHARMA_DELIVERY_MAX_QUEUE_BYTES | lots
            DHARMA_DELIVERY_MAX_QUEUE_BYTES | -1
            DHARMA_DELIVERY_MAX_QUEUE_BYTES | 0
            DHARMA_DELIVERY_MAX_QUEUE_BYTES | 1023
            DHARMA_DELIVERY_MAX_QUEUE_BYTES | 16MB
            DHARMA_DELIVERY_MAX_QUEUE_BYTES | 2GiB
            DHARMA_DELIVERY_MAX_QUEUE_BYTES | 99999999999999999999999999KiB
            DHARMA_MEMORY_MAX_SPANS | 0
            DHARMA_MEMORY_MAX_SPANS | 2147483648
            DHARMA_MEMORY_MAX_SPANS | 1e3
            DHARMA_MEMORY_MAX_BYTES | MiB
            DHARMA_CONSOLE_STYLE | rainbow
            OTEL_BSP_MAX_EXPORT_BATCH_SIZE | 0
            OTEL_BLRP_MAX_EXPORT_BATCH_SIZE | -3
            OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT | -1
            OTEL_SPAN_EVENT_COUNT_LIMIT | many
            OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT | 4KiB
            OTEL_TRACES_EXPORTER | oltp
            OTEL_TRACES_EXPORTER | otlp,none
            OTEL_TRACES_EXPORTER | otlp;zipkin
            OTEL_METRICS_EXPORTER | yes
            OTEL_LOGS_EXPORTER | file
            OTEL_PROPAGATORS | w3c
            OTEL_PROPAGATORS | none,b3
            OTEL_TRACES_SAMPLER | sometimes
            OTEL_EXPORTER_OTLP_PROTOCOL | thrift
            OTEL_EXPORTER_OTLP_COMPRESSION | zstd
            OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE | Cumulative!
            SAMPLING_STRATEGY | traceidratio
            SAMPLING_STRATEGY | always
            SAMPLING_RATE | 10
            SAMPLING_RATE | -0.1
            SAMPLING_RATE | NaN
            SAMPLING_RATE | 0,5
            SAMPLING_RATE | 10%
            SAMPLING_RATE | Infinity
            OTEL_EXPORTER_OTLP_ENDPOINT | collector:4318
            OTEL_EXPORTER_OTLP_ENDPOINT | ftp://collector
            OTEL_EXPORTER_OTLP_ENDPOINT | http://
            OTEL_EXPORTER_OTLP_ENDPOINT | http://under_score:4318
            OTEL_EXPORTER_OTLP_ENDPOINT | http://host:port
            OTEL_EXPORTER_OTLP_ENDPOINT | http://host:4318/a b
            OTEL_EXPORTER_OTLP_ENDPOINT | http://u:pa55@host:4318
            OTEL_EXPORTER_OTLP_ENDPOINT | http://169.254.169.254/latest
            OTEL_EXPORTER_OTLP_ENDPOINT | file:///etc/passwd
            OTEL_EXPORTER_OTLP_TRACES_ENDPOINT | //host
            OTEL_EXPORTER_ZIPKIN_ENDPOINT | zipkin
            JAEGER_ENDPOINT | jaeger:6831
            JAEGER_ENDPOINT | udp://jaeger:6831
            OTEL_RESOURCE_ATTRIBUTES | team
            OTEL_RESOURCE_ATTRIBUTES | =web
            DHARMA_CONFIG_FILE | /does/not/exist.properties
            """)
    void malformedValue_isNamedWithItsPlaceAndWhatIsAllowed(String variable, String value) {
        Given given = Given.nothing().environment(variable, value);
        if (variable.startsWith("OTEL_EXPORTER_OTLP") || variable.startsWith("OTEL_EXPORTER_ZIPKIN")) {
            given.environment("OTEL_TRACES_EXPORTER", "otlp,zipkin");
        }

        DharmaConfigException wrong = mistakesOf(given);

        assertThat(wrong.problems())
                .isNotEmpty()
                .allSatisfy(problem -> assertThat(problem)
                        .contains("(environment " + variable + ")")
                        .doesNotContain("pa55")
                        .doesNotContain("\n"));
        assertThat(wrong.getMessage()).containsPattern("allowed is|there is no such file|must|takes|link-local|can be");
    }

    @Test
    void allMistakes_areReportedTogether(@TempDir Path directory) {
        Given given = Given.nothing()
                .environment("DHARMA_SERVICE_NAMEE", "x")
                .environment("SAMPLING_RATE", "10")
                .property("dharma.mdc", "perhaps")
                .file("otel.bsp.schedule.delay = never\nservice = checkout\n");

        assertThatThrownBy(() -> given.builder()
                        .service(" ")
                        .closeTimeout(Duration.ofSeconds(-1))
                        .tracing(t -> t.zipkin("zipkin:9411")
                                .maxAttributes(-1)
                                .propagators("tracecontext", "b4")
                                .otlp(o -> o.certificate(directory.resolve("missing.pem"))))
                        .delivery(d -> d.maxQueueBytes(10))
                        .build())
                .isInstanceOf(DharmaConfigException.class)
                .hasMessageContaining("did you mean DHARMA_SERVICE_NAME?")
                .hasMessageContaining("SAMPLING_RATE = \"10\" (environment SAMPLING_RATE)")
                .hasMessageContaining("dharma.mdc = \"perhaps\" (system property dharma.mdc)")
                .hasMessageContaining("otel.bsp.schedule.delay = \"never\" (file dharma-tracing.properties:1)")
                .hasMessageContaining("service (file dharma-tracing.properties:2): there is no such setting")
                .hasMessageContaining("dharma.service.name = \" \" (code): is blank")
                .hasMessageContaining("dharma.shutdown.timeout")
                .hasMessageContaining("otel.exporter.zipkin.endpoint (code)")
                .hasMessageContaining("otel.span.attribute.count.limit = \"-1\" (code)")
                .hasMessageContaining("otel.propagators = \"tracecontext,b4\" (code)")
                .hasMessageContaining("missing.pem")
                .hasMessageContaining("dharma.delivery.max.queue.bytes = \"10\" (code)");
    }

    @ParameterizedTest
    @CsvSource({
        "DHARMA_MDC_CORRELATION_ID_KEY, span_id, dharma.mdc.correlation.id.key, dharma.mdc.span.id.key",
        "DHARMA_MDC_TRACE_ID_KEY, request_id, dharma.mdc.trace.id.key, dharma.mdc.request.id.key"
    })
    void mdcKeyThatIsTaken_isNamedWithTheOneThatHasIt(String variable, String value, String key, String other) {
        assertThat(mistakesOf(Given.nothing().environment(variable, value)).problems())
                .singleElement()
                .asString()
                .startsWith(key + " = \"" + value + "\" (environment " + variable + "): is " + other + " as well")
                .doesNotContain("Lambda");
    }

    @Test
    void exceptionSignal_withoutLogRecordsIsSaid() {
        Plan plan = Given.nothing()
                .environment("OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN", "logs")
                .config()
                .plan();

        assertThat(plan.findings()).anySatisfy(finding -> {
            assertThat(finding.severity()).isEqualTo(Finding.Severity.INFO);
            assertThat(finding.id()).isEqualTo("exception-signal-without-logs");
            assertThat(finding.message()).contains("OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN is logs");
        });
    }

    @Test
    void secrets_areNotInMessages() {
        Given given = Given.nothing()
                .environment("DHARMA_API_TOKEN", "pa55")
                .environment("OTEL_EXPORTER_OTLP_HEADERS", "authorization Bearer pa55")
                .environment("OTEL_EXPORTER_OTLP_ENDPOINT", "htp://user:pa55@host")
                .environment("JAEGER_ENDPOINT", "http://x y?token=pa55")
                .environment("OTEL_RESOURCE_ATTRIBUTES", "token pa55");

        DharmaConfigException wrong = mistakesOf(given);

        assertThat(wrong.problems()).hasSize(5);
        assertThat(wrong.getMessage()).doesNotContain("pa55").contains("OTEL_EXPORTER_OTLP_HEADERS");
    }

    @Test
    void headerValue_thatHttpForbidsIsNotShown() {
        Given given = Given.nothing()
                .environment("OTEL_TRACES_EXPORTER", "otlp")
                .environment("OTEL_EXPORTER_OTLP_HEADERS", "x-key=pa55%0D%0Ax-other: 1");

        assertThat(mistakesOf(given).getMessage()).contains("x-key").doesNotContain("pa55");
    }

    @Test
    void messages_cannotForgeLines() {
        Given given = Given.nothing().environment("SAMPLING_STRATEGY", "a\nINFO all is well\u001b[31m\u2028");

        assertThat(mistakesOf(given).problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem)
                        .doesNotContain("\n")
                        .doesNotContain("\u001b")
                        .doesNotContain("\u2028")
                        .contains("\\nINFO"));
    }

    @Test
    void messages_areShortHoweverLongTheValue() {
        assertThat(mistakesOf(Given.nothing().environment("SAMPLING_STRATEGY", "x".repeat(1_000_000)))
                        .getMessage())
                .hasSizeLessThan(500);
    }

    @Test
    void file_thatIsTooLargeIsNotRead(@TempDir Path directory) throws Exception {
        Path large = Files.writeString(directory.resolve("large.properties"), "#".repeat((1 << 20) + 1));

        assertThat(mistakesOf(Given.nothing().property("dharma.config.file", large.toString()))
                        .getMessage())
                .contains("larger than 1 MiB");
    }

    @Test
    void file_thatIsNotTextIsAMistake(@TempDir Path directory) throws Exception {
        Path binary = Files.write(directory.resolve("b.properties"), new byte[] {(byte) 0xC3, 0x28, 0x3D});

        assertThat(mistakesOf(Given.nothing().property("dharma.config.file", binary.toString()))
                        .getMessage())
                .contains("not UTF-8");
    }

    @Test
    void file_thatSetsTheSameTwiceIsAMistake() {
        assertThat(mistakesOf(Given.nothing().file("dharma.mdc=true\n\ndharma.mdc=false"))
                        .getMessage())
                .contains("dharma.mdc (file dharma-tracing.properties:3): is set in line 1 already");
    }

    @Test
    void clientCertificate_withoutItsKeyIsAMistake() {
        Given given = Given.nothing()
                .environment("OTEL_EXPORTER_OTLP_ENDPOINT", "https://c:4318")
                .environment("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "/tmp/x.pem");

        assertThat(mistakesOf(given).getMessage()).contains("only of use together");
    }

    @Test
    void samplingRules_thatCanNeverMatchAreAMistake() {
        assertThatThrownBy(() -> DharmaConfig.builder()
                        .tracing(t -> t.rules(r -> r.drop("*").drop("GET /health")))
                        .build())
                .isInstanceOf(DharmaConfigException.class)
                .hasMessageContaining("can never match");
    }

    /** What Kubernetes sets for a service "dharma-console" of the same namespace. */
    @Test
    void variables_thatTellWhereAServiceIsAreNoSettings() {
        DharmaConfig config = Given.nothing()
                .environment("DHARMA_CONSOLE_SERVICE_HOST", "10.0.0.1")
                .environment("DHARMA_CONSOLE_SERVICE_PORT", "80")
                .environment("DHARMA_CONSOLE_SERVICE_PORT_HTTP", "80")
                .environment("DHARMA_CONSOLE_PORT", "tcp://10.0.0.1:80")
                .environment("DHARMA_CONSOLE_PORT_80_TCP", "tcp://10.0.0.1:80")
                .environment("DHARMA_CONSOLE_PORT_80_TCP_PROTO", "tcp")
                .environment("DHARMA_CONSOLE_PORT_80_TCP_PORT", "80")
                .environment("DHARMA_CONSOLE_PORT_80_TCP_ADDR", "10.0.0.1")
                .config();

        assertThat(config.toString()).doesNotContain("10.0.0.1");
        assertThat(mistakesOf(Given.nothing().environment("DHARMA_SPOOL_DIRR", "/tmp"))
                        .getMessage())
                .contains("did you mean DHARMA_SPOOL_DIR?");
    }

    @ParameterizedTest
    @CsvSource({
        "OTEL_TRACES_SAMPLER, parentbased_traceidratio, SAMPLING_RATE, 0.1, parentbased_traceidratio 1",
        "SAMPLING_STRATEGY, probabilistic, OTEL_TRACES_SAMPLER_ARG, 0.1, probabilistic 1",
        "OTEL_TRACES_SAMPLER, always_on, OTEL_TRACES_SAMPLER_ARG, 0.1, always_on"
    })
    void samplingSetting_thatIsNotUsedIsFound(
            String sampler, String name, String argument, String value, String shown) {
        DharmaConfig config = Given.nothing()
                .environment(sampler, name)
                .environment(argument, value)
                .config();

        assertThat(config.plan().findings())
                .anySatisfy(finding -> assertThat(finding.id()).isEqualTo("sampling-setting-unused"));
        assertThat(StartLine.of(config.plan(), 1)).contains("sampling " + shown + " (");
    }

    @Test
    void description_showsNoSecretsOfResourceAttributesAndPaths() {
        DharmaConfig config = Given.nothing()
                .environment("OTEL_RESOURCE_ATTRIBUTES", "db.password=hunter2,team=checkout")
                .environment("OTEL_EXPORTER_OTLP_ENDPOINT", "http://h:4318/ingest/S3CRETT0KEN")
                .config();

        assertThat(config.toString())
                .contains("team=checkout", "db.password=[redacted]", "http://h:4318/ingest/***")
                .doesNotContain("hunter2")
                .doesNotContain("S3CRET");
        assertThat(StartLine.of(config.plan(), 1)).doesNotContain("S3CRET");
    }

    @Test
    void mistakes_doNotStopAServiceThatIsTurnedOff() {
        DharmaConfig config = Given.nothing()
                .environment("OTEL_SDK_DISABLED", "true")
                .environment("SAMPLING_RATE", "10")
                .config();

        assertThat(config.plan().findings())
                .anySatisfy(finding -> assertThat(finding.message()).contains("SAMPLING_RATE"));
    }

    private static DharmaConfigException mistakesOf(Given given) {
        DharmaConfigException wrong = catchThrowableOfType(DharmaConfigException.class, given::config);
        assertThat(wrong).as("a mistake is noticed").isNotNull();
        return wrong;
    }
}
