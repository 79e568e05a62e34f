package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigurationPrecedenceTest {

    static Stream<Arguments> serviceNames() {
        return Stream.of(
                Arguments.of(Given.nothing(), "unknown_service:java", "default"),
                Arguments.of(
                        Given.nothing().environment("SERVICE_NAME", "inherited"),
                        "inherited",
                        "environment SERVICE_NAME"),
                Arguments.of(
                        Given.nothing()
                                .environment("SERVICE_NAME", "inherited")
                                .environment("OTEL_RESOURCE_ATTRIBUTES", "service.name=attribute"),
                        "attribute",
                        "environment OTEL_RESOURCE_ATTRIBUTES"),
                Arguments.of(
                        Given.nothing()
                                .environment("OTEL_RESOURCE_ATTRIBUTES", "service.name=attribute")
                                .environment("OTEL_SERVICE_NAME", "otel"),
                        "otel",
                        "environment OTEL_SERVICE_NAME"),
                Arguments.of(
                        Given.nothing()
                                .environment("OTEL_SERVICE_NAME", "otel")
                                .environment("DHARMA_SERVICE_NAME", "own"),
                        "own",
                        "environment DHARMA_SERVICE_NAME"),
                Arguments.of(
                        Given.nothing().environment("SERVICE_NAME", "inherited").file("dharma.service.name = file"),
                        "inherited",
                        "environment SERVICE_NAME"),
                Arguments.of(
                        Given.nothing()
                                .environment("DHARMA_SERVICE_NAME", "own")
                                .property("otel.service.name", "property"),
                        "property",
                        "system property otel.service.name"),
                Arguments.of(
                        Given.nothing().file("# settings\n\nOTEL_SERVICE_NAME = file\n"),
                        "file",
                        "file dharma-tracing.properties:3"),
                Arguments.of(
                        Given.nothing().environment("OTEL_SERVICE_NAME", "  ").environment("SERVICE_NAME", "inherited"),
                        "inherited",
                        "environment SERVICE_NAME"));
    }

    @ParameterizedTest
    @MethodSource("serviceNames")
    void serviceName_comesFromTheHighestSource(Given given, String name, String place) {
        Plan.Service service = given.config().plan().service();

        assertThat(service.name().value()).isEqualTo(name);
        assertThat(service.name().origin().place()).isEqualTo(place);
        assertThat(service.resource().getAttribute(AttributeKey.stringKey("service.name")))
                .isEqualTo(name);
    }

    @Test
    void code_goesBeforeEverything() {
        DharmaConfig config = Given.nothing()
                .property("dharma.service.name", "property")
                .environment("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://environment:4318/v1/traces")
                .environment("OTEL_TRACES_EXPORTER", "console")
                .environment("OTEL_TRACES_SAMPLER", "always_off")
                .environment("OTEL_EXPORTER_OTLP_HEADERS", "x-api-key=k")
                .builder()
                .service("code")
                .tracing(t -> t.otlp("https://code:4318").sampleRatio(0.25))
                .build();

        Plan plan = config.plan();
        assertThat(plan.service().name().value()).isEqualTo("code");
        assertThat(plan.traces().console()).isNull();
        assertThat(endpoints(plan)).containsExactly("https://code:4318/v1/traces");
        assertThat(plan.traces().targets().get(0).endpoint().toString()).contains("x-api-key");
        assertThat(plan.sampling().shown()).isEqualTo("probabilistic 0.25");
    }

    @Test
    void code_forAllSignalsGoesBeforeTheEnvironmentsForOne() {
        DharmaConfig config = Given.nothing()
                .environment("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://environment:4318/v1/traces")
                .builder()
                .otlp("http://code:4318")
                .build();

        assertThat(endpoints(config.plan())).containsExactly("http://code:4318/v1/traces");
        assertThat(endpoint(Objects.requireNonNull(config.plan().metrics()).target()))
                .isEqualTo("http://code:4318/v1/metrics");
        assertThat(endpoint(Objects.requireNonNull(config.plan().logs()).target()))
                .isEqualTo("http://code:4318/v1/logs");
    }

    @Test
    void endpoint_ofASignalGoesBeforeThatForAllAndIsTakenAsItIs() {
        Plan plan = Given.nothing()
                .property("otel.exporter.otlp.endpoint", "http://all:4318/base/")
                .environment("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://traces:4318/own/path")
                .config()
                .plan();

        assertThat(endpoints(plan)).containsExactly("http://traces:4318/own/path");
        assertThat(endpoint(Objects.requireNonNull(plan.metrics()).target()))
                .isEqualTo("http://all:4318/base/v1/metrics");
    }

    @Test
    void traces_stayInMemoryWithoutABackend() {
        Plan plan = Given.nothing().config().plan();

        assertThat(plan.traces().targets()).isEmpty();
        assertThat(plan.traces().store()).isEqualTo(new Plan.Store(10_000, 6 << 20, null, 64 << 20));
        assertThat(plan.metrics()).isNull();
        assertThat(plan.logs()).isNull();
        assertThat(plan.mdc()).isNotNull();
    }

    @Test
    void traces_goToAllThatIsListed() {
        Plan plan = Given.nothing()
                .environment("OTEL_TRACES_EXPORTER", "otlp, zipkin,console")
                .config()
                .plan();

        assertThat(endpoints(plan))
                .containsExactly("http://localhost:4318/v1/traces", "http://localhost:9411/api/v2/spans");
        assertThat(plan.traces().console()).isNotNull();
        assertThat(plan.traces().store()).isNull();
    }

    static Stream<Arguments> jaegerEndpoints() {
        return Stream.of(
                Arguments.of("http://jaeger:14268/api/traces", "http://jaeger:4318/v1/traces", true),
                Arguments.of("https://jaeger:14268/api/traces", "https://jaeger:4318/v1/traces", true),
                Arguments.of("http://[::1]:14268/api/traces", "http://[::1]:4318/v1/traces", true),
                Arguments.of("http://jaeger:14250", "http://jaeger:4318/v1/traces", true),
                Arguments.of("http://jaeger:4318", "http://jaeger:4318/v1/traces", false),
                Arguments.of("http://jaeger:4318/v1/traces", "http://jaeger:4318/v1/traces", false));
    }

    @ParameterizedTest
    @MethodSource("jaegerEndpoints")
    void jaegerEndpoint_leadsToOtlp(String given, String used, boolean warns) {
        Plan plan =
                Given.nothing().environment("JAEGER_ENDPOINT", given).config().plan();

        assertThat(endpoints(plan)).containsExactly(used);
        assertThat(plan.metrics()).as("Jaeger takes no metrics").isNull();
        assertThat(plan.findings().stream()
                        .anyMatch(finding -> finding.id().equals("jaeger-endpoint-legacy")
                                && finding.advice().contains("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=" + used)))
                .isEqualTo(warns);
    }

    @Test
    void jaegerEndpoint_isSpokenToOverHttpWhateverTheProtocolOfOtlp() {
        Plan plan = Given.nothing()
                .environment("JAEGER_ENDPOINT", "http://jaeger:14268/api/traces")
                .environment("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
                .config()
                .plan();

        assertThat(plan.allTargets()).extracting(Plan.Target::protocol).containsExactly(Plan.Protocol.OTLP_HTTP);
    }

    @Test
    void jaegerEndpoint_yieldsToAnyOtelName() {
        Plan plan = Given.nothing()
                .property("JAEGER_ENDPOINT", "http://jaeger:14268/api/traces")
                .file("otel.exporter.otlp.endpoint=http://otel:4318")
                .config()
                .plan();

        assertThat(endpoints(plan)).containsExactly("http://otel:4318/v1/traces");
        assertThat(plan.findings()).noneMatch(finding -> finding.id().equals("jaeger-endpoint-legacy"));
    }

    static Stream<Arguments> samplers() {
        return Stream.of(
                Arguments.of(Given.nothing(), "parentbased_always_on"),
                Arguments.of(Given.nothing().environment("SAMPLING_STRATEGY", "rate_limited"), "rate_limited 100"),
                Arguments.of(
                        Given.nothing()
                                .environment("SAMPLING_STRATEGY", "rate_limited")
                                .environment("SAMPLING_RATE", "5"),
                        "rate_limited 5"),
                Arguments.of(Given.nothing().environment("SAMPLING_RATE", "0.5"), "probabilistic 0.5"),
                Arguments.of(
                        Given.nothing()
                                .environment("SAMPLING_STRATEGY", "ALWAYS_OFF")
                                .environment("SAMPLING_RATE", "0.5"),
                        "always_off"),
                Arguments.of(
                        Given.nothing()
                                .environment("OTEL_TRACES_SAMPLER", "traceidratio")
                                .environment("OTEL_TRACES_SAMPLER_ARG", "0.1")
                                .environment("SAMPLING_STRATEGY", "always_off")
                                .environment("SAMPLING_RATE", "0.9"),
                        "traceidratio 0.1"),
                Arguments.of(
                        Given.nothing()
                                .environment("SAMPLING_STRATEGY", "probabilistic")
                                .environment("SAMPLING_RATE", "0.9")
                                .file("otel.traces.sampler=always_off"),
                        "probabilistic 0.9"));
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void sampler_takesTheArgumentOfItsOwnFamily(Given given, String shown) {
        assertThat(given.config().plan().sampling().shown()).isEqualTo(shown);
    }

    @Test
    void everyPart_canBeSetFromOutside() {
        Plan plan = Given.nothing().file("""
                        otel.service.name: checkout
                        dharma.sampling.keep.errors  true
                        dharma.sampling.keep.slower.than=500ms
                        dharma.sampling.drop=GET /health, GET /ready
                        otel.exporter.otlp.endpoint=http://c:4318
                        otel.exporter.otlp.timeout=2500
                        otel.span.attribute.count.limit=7
                        otel.attribute.value.length.limit=99
                        otel.bsp.schedule.delay=250
                        otel.metric.export.interval=15s
                        dharma.delivery.max.queue.bytes=1MiB
                        dharma.mdc=false
                        dharma.register.global=false
                        dharma.shutdown.timeout=1s
                        otel.some.future.key=whatever
                        """).config().plan();

        assertThat(plan.sampling().keep().errors()).isTrue();
        assertThat(plan.sampling().keep().slowerThan()).isEqualTo(Duration.ofMillis(500));
        assertThat(plan.sampling().rules()).isNotNull();
        assertThat(plan.traces().targets().get(0).timeout()).isEqualTo(Duration.ofMillis(2500));
        assertThat(plan.limits().getMaxNumberOfAttributes()).isEqualTo(7);
        assertThat(plan.limits().getMaxAttributeValueLength()).isEqualTo(99);
        assertThat(plan.delivery()).isEqualTo(new Plan.Delivery(1 << 20, 512, Duration.ofMillis(250), null));
        assertThat(String.valueOf(plan.metrics())).contains("PT15S");
        assertThat(plan.mdc()).isNull();
        assertThat(plan.lifecycle()).isEqualTo(new Plan.Lifecycle(false, true, Duration.ofSeconds(1)));
    }

    @Test
    void valuesOfOtherSdks_areReportedAndDoNotStopTheService() {
        Plan plan = Given.nothing()
                .environment("OTEL_TRACES_EXPORTER", "jaeger")
                .environment("OTEL_METRICS_EXPORTER", "prometheus")
                .environment("OTEL_PROPAGATORS", "tracecontext,xray")
                .environment("OTEL_TRACES_SAMPLER", "jaeger_remote")
                .environment("OTEL_TRACES_SAMPLER_ARG", "endpoint=http://x")
                .environment("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")
                .config()
                .plan();

        assertThat(endpoints(plan)).containsExactly("http://localhost:4318/v1/traces");
        assertThat(plan.findings().stream().filter(finding -> finding.id().equals("unsupported-value")))
                .hasSize(5);
    }

    @Test
    void configFile_thatIsNamedIsReadInsteadOfTheOneOnTheClassPath(@TempDir Path directory) throws Exception {
        Path named = Files.writeString(directory.resolve("my.properties"), "dharma.service.name=named\n");

        DharmaConfig config = Given.nothing()
                .environment("DHARMA_CONFIG_FILE", named.toString())
                .file("dharma.service.name=class-path\ndharma.service.version=1")
                .config();

        assertThat(config.plan().service().name().value()).isEqualTo("named");
        assertThat(config.plan().service().version()).isNull();
    }

    @Test
    void builder_isCopiedWhenItBuilds() {
        DharmaConfig.Builder builder = DharmaConfig.builder().service("first");
        DharmaConfig first = builder.build();
        builder.service("second").tracing(TracingOptions::console);

        assertThat(first.plan().service().name().value()).isEqualTo("first");
        assertThat(first.toString()).contains("first").doesNotContain("second").doesNotContain("console");
    }

    @Test
    void toString_showsSettingsAndNeverSecrets() {
        DharmaConfig config = Given.nothing()
                .environment("CORRELATION_REDIS_URL", "redis://user:pa55@redis:6379/0")
                .environment("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20pa55")
                .builder()
                .service("checkout")
                .tracing(t -> t.otlp(o -> o.endpoint("http://c:4318/x?key=pa55").header("x-api-key", "pa55")))
                .build();

        assertThat(config.toString())
                .contains("dharma.service.name = checkout (code)")
                .contains("x-api-key=***")
                .contains("authorization=***")
                .contains("redis://***@redis:6379")
                .doesNotContain("pa55");
        assertThat(StartLine.of(config.plan(), 1)).doesNotContain("pa55");
    }

    @Test
    void resourceAttributes_ofAllSourcesAddUp() {
        DharmaConfig config = Given.nothing()
                .environment("OTEL_RESOURCE_ATTRIBUTES", "team=web,zone=a%20b,host.name=h")
                .property("otel.resource.attributes", "team=shop")
                .builder()
                .resourceAttribute("host.name", "code")
                .environment("production")
                .build();

        var resource = config.plan().service().resource();
        assertThat(resource.getAttribute(AttributeKey.stringKey("team"))).isEqualTo("shop");
        assertThat(resource.getAttribute(AttributeKey.stringKey("zone"))).isEqualTo("a b");
        assertThat(resource.getAttribute(AttributeKey.stringKey("host.name"))).isEqualTo("code");
        assertThat(resource.getAttribute(AttributeKey.stringKey("deployment.environment.name")))
                .isEqualTo("production");
        assertThat(resource.getAttribute(AttributeKey.stringKey("telemetry.sdk.language")))
                .isEqualTo("java");
    }

    private static List<String> endpoints(Plan plan) {
        return plan.traces().targets().stream()
                .map(ConfigurationPrecedenceTest::endpoint)
                .toList();
    }

    private static String endpoint(Plan.@Nullable Target target) {
        return Objects.requireNonNull(target).endpoint().uri().toString();
    }
}
