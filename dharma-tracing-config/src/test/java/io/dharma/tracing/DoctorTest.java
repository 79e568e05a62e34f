package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.pipeline.SinkState;
import io.dharma.tracing.testsupport.ChildJvm;
import io.dharma.tracing.trace.Contained;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each finding is provoked by what it is about. */
class DoctorTest {

    private static final Path ILL_FITTING = Path.of(System.getProperty("test.illFitting", "target/ill-fitting"));

    @Test
    void classPath_ofOneVersionHasNothingToReport() throws Exception {
        try (URLClassLoader loader = loader(jarOf(OpenTelemetry.class), jarOf(Context.class))) {
            assertThat(new ClassPath(loader).findings()).isEmpty();
        }
    }

    @Test
    void mixedVersions_areFoundBetweenIncubatorAndApi() throws Exception {
        try (URLClassLoader loader = loader(jarOf(OpenTelemetry.class), illFitting("opentelemetry-api-incubator"))) {
            assertThat(new ClassPath(loader).findings()).singleElement().satisfies(finding -> {
                assertThat(finding.id()).isEqualTo("opentelemetry-versions-mixed");
                assertThat(finding.severity()).isEqualTo(Finding.Severity.ERROR);
                assertThat(finding.message())
                        .contains("opentelemetry-api-incubator=1.65.0-alpha")
                        .contains("opentelemetry-api=1.67.0");
            });
        }
    }

    @Test
    void duplicates_areFoundWithTheirPlaces() throws Exception {
        try (URLClassLoader loader = loader(jarOf(OpenTelemetry.class), illFitting("opentelemetry-api-1.66.0"))) {
            assertThat(new ClassPath(loader).findings()).singleElement().satisfies(finding -> {
                assertThat(finding.id()).isEqualTo("duplicate-classes");
                assertThat(finding.message())
                        .startsWith("opentelemetry-api is on the class path 2 times")
                        .contains("opentelemetry-api-1.66.0.jar");
            });
        }
    }

    @Test
    void okhttpSender_isFound() throws Exception {
        try (URLClassLoader loader = loader(illFitting("opentelemetry-exporter-sender-okhttp"))) {
            assertThat(new ClassPath(loader).findings())
                    .extracting(Finding::id)
                    .containsExactly("okhttp-sender-present");
        }
    }

    @Test
    void collector_thatIsNotThereIsFoundWithoutDelayingTheStart() {
        DharmaTracing dharma = DharmaTracing.init(DharmaConfig.builder()
                .closeTimeout(Duration.ofMillis(100))
                .tracing(t -> t.otlp("http://127.0.0.1:1"))
                .build());
        try {
            await().untilAsserted(() -> assertThat(dharma.health().findings()).anySatisfy(finding -> {
                assertThat(finding.id()).isEqualTo("collector-unreachable");
                assertThat(finding.message()).contains("127.0.0.1:1");
            }));
        } finally {
            dharma.close();
        }
    }

    @Test
    void collector_thatFailsLaterIsFoundByItsExporter() throws IOException {
        try (ServerSocket hangsUp = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread server = new Thread(() -> hangUpOnEverybody(hangsUp));
            server.setDaemon(true);
            server.start();
            DharmaTracing dharma = DharmaTracing.init(DharmaConfig.builder()
                    .closeTimeout(Duration.ofMillis(100))
                    .delivery(d -> d.maxBatchDelay(Duration.ZERO))
                    .tracing(t -> t.otlp("http://127.0.0.1:" + hangsUp.getLocalPort()))
                    .build());
            try {
                dharma.tracedRun("lost", block -> {});
                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(() -> assertThat(dharma.health().findings())
                                .anySatisfy(finding -> {
                                    assertThat(finding.id()).isEqualTo("collector-unreachable");
                                    assertThat(finding.message()).contains("spans do not arrive at otlp");
                                }));
            } finally {
                dharma.close();
            }
        }
    }

    @Test
    void unreachable_isOverOnceTheExporterHasDelivered() {
        Doctor doctor = doctor(URI.create("http://127.0.0.1:1/v1/traces"));
        awaitUnreachable(doctor, "127.0.0.1:1");

        assertThat(findings(doctor, List.of(exporter(SinkState.HEALTHY, 0)))).anyMatch(DoctorTest::isUnreachable);
        assertThat(findings(doctor, List.of(exporter(SinkState.HEALTHY, 1)))).noneMatch(DoctorTest::isUnreachable);
    }

    @Test
    void unreachable_isSaidOnce() {
        Doctor doctor = doctor(URI.create("http://127.0.0.1:1/v1/traces"), URI.create("http://127.0.0.1:1/v1/logs"));
        awaitUnreachable(doctor, "127.0.0.1:1");

        assertThat(findings(doctor, List.of(exporter(SinkState.DEGRADED, 0))))
                .filteredOn(DoctorTest::isUnreachable)
                .singleElement()
                .satisfies(finding -> assertThat(finding.message()).contains("spans do not arrive"));
    }

    @Test
    void proxySelector_thatThrowsDoesNotEndTheSearch() {
        ProxySelector before = ProxySelector.getDefault();
        ProxySelector.setDefault(new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                if (uri.getPort() == 2) {
                    throw new IllegalStateException("hostile");
                }
                return List.of(Proxy.NO_PROXY);
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
        });
        try {
            Doctor doctor = doctor(URI.create("http://127.0.0.1:2"), URI.create("http://127.0.0.1:1"));
            awaitUnreachable(doctor, "127.0.0.1:1");
        } finally {
            ProxySelector.setDefault(before);
        }
    }

    @Test
    void collectors_ofMetricsAndLogsAreLookedFor() {
        DharmaTracing dharma = DharmaTracing.init(DharmaConfig.builder()
                .closeTimeout(Duration.ofMillis(100))
                .metrics(m -> m.otlp("http://127.0.0.1:1"))
                .logs(l -> l.otlp("http://127.0.0.1:2"))
                .build());
        try {
            await().untilAsserted(() -> assertThat(dharma.health().findings())
                    .anyMatch(finding -> finding.message().contains("127.0.0.1:1"))
                    .anyMatch(finding -> finding.message().contains("127.0.0.1:2")));
        } finally {
            dharma.close();
        }
    }

    private static List<Finding> findings(Doctor doctor, List<ExporterHealth> exporters) {
        return doctor.findings(exporters, 0, new Contained(0, 0, 0, 0));
    }

    private static Doctor doctor(URI... collectors) {
        Doctor doctor = new Doctor(List.of(), new LinkedHashSet<>(List.of(collectors)), new URLClassLoader(new URL[0]));
        doctor.start();
        return doctor;
    }

    private static void awaitUnreachable(Doctor doctor, String address) {
        await().untilAsserted(() -> assertThat(findings(doctor, List.of()))
                .anyMatch(finding -> isUnreachable(finding) && finding.message().contains(address)));
    }

    private static boolean isUnreachable(Finding finding) {
        return finding.id().equals("collector-unreachable");
    }

    private static ExporterHealth exporter(SinkState state, long sent) {
        return new ExporterHealth(
                "spans",
                "otlp",
                "http://127.0.0.1:1/v1/traces",
                state,
                sent,
                Map.of(),
                0,
                0,
                0,
                "refused",
                Instant.EPOCH);
    }

    private static void hangUpOnEverybody(ServerSocket server) {
        try {
            while (true) {
                server.accept().close();
            }
        } catch (IOException closed) {
            return;
        }
    }

    @Test
    void global_ofSomebodyElseIsFoundAndLeftAlone() throws Exception {
        String output = new ChildJvm().run(GlobalTaken.class);

        assertThat(output).contains("global-already-registered").contains("left alone: true");
    }

    static final class GlobalTaken {
        private GlobalTaken() {}

        public static void main(String[] arguments) {
            OpenTelemetry theirs = OpenTelemetry.propagating(ContextPropagators.noop());
            GlobalOpenTelemetry.set(theirs);
            Object before = GlobalOpenTelemetry.get();
            try (DharmaTracing dharma = DharmaTracing.init()) {
                System.out.println(dharma.health());
                System.out.println("left alone: " + (GlobalOpenTelemetry.get() == before));
            }
        }
    }

    @Test
    void contextStorage_thatWasUsedBeforeIsFound() throws Exception {
        assertThat(new ChildJvm().run(ContextUsedBefore.class)).contains("context-storage-in-use");
    }

    static final class ContextUsedBefore {
        private ContextUsedBefore() {}

        public static void main(String[] arguments) {
            try (Scope unused = Context.current().makeCurrent()) {
                System.out.println("a context is current");
            }
            try (DharmaTracing dharma = DharmaTracing.init()) {
                System.out.println(dharma.health());
            }
        }
    }

    @Test
    void healthyProcess_hasNoFindings() throws Exception {
        assertThat(new ChildJvm().environment("SERVICE_NAME", "checkout").run(PlainStart.class))
                .contains("No findings");
    }

    /** With this pair OpenTelemetrySdk.build() throws NoClassDefFoundError. */
    @Test
    void init_survivesAnIncubatorThatDoesNotFit() throws Exception {
        String output = new ChildJvm()
                .with(illFitting("opentelemetry-api-incubator"))
                .environment("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
                .option("-Ddharma.shutdown.timeout=200ms")
                .run(PlainStart.class);

        assertThat(output).contains("opentelemetry-versions-mixed").contains("traced: yes");
    }

    @Test
    void realVariables_areRead() throws Exception {
        String output = new ChildJvm()
                .environment("SERVICE_NAME", "checkout")
                .environment("SERVICE_VERSION", "1.4.2")
                .environment("ENVIRONMENT", "production")
                .environment("JAEGER_ENDPOINT", "http://127.0.0.1:14268/api/traces")
                .environment("CORRELATION_REDIS_URL", "redis://:pa55@redis:6379")
                .environment("SAMPLING_STRATEGY", "probabilistic")
                .environment("SAMPLING_RATE", "0.25")
                .option("-Ddharma.shutdown.timeout=200ms")
                .run(PlainStart.class);

        assertThat(output)
                .contains("service=checkout (environment SERVICE_NAME) 1.4.2 (environment SERVICE_VERSION)")
                .contains("environment=production (environment ENVIRONMENT)")
                .contains("traces -> otlp http://127.0.0.1:4318/v1/traces (environment JAEGER_ENDPOINT)")
                .contains("sampling probabilistic 0.25 (environment SAMPLING_STRATEGY)")
                .contains("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://127.0.0.1:4318/v1/traces")
                .contains("chains -> redis redis://***@redis:6379 (environment CORRELATION_REDIS_URL)")
                .contains("hops -> redis redis://***@redis:6379: ")
                .doesNotContain("pa55");
    }

    @Test
    void shutdownHook_deliversWhatIsQueued() throws Exception {
        assertThat(new ChildJvm()
                        .environment("OTEL_TRACES_EXPORTER", "console")
                        .environment("OTEL_BSP_SCHEDULE_DELAY", "60s")
                        .run(PlainStart.class))
                .contains("the-last-block");
        assertThat(new ChildJvm()
                        .environment("OTEL_TRACES_EXPORTER", "console")
                        .environment("OTEL_BSP_SCHEDULE_DELAY", "60s")
                        .environment("DHARMA_SHUTDOWN_HOOK", "false")
                        .run(PlainStart.class))
                .doesNotContain("the-last-block");
    }

    static final class PlainStart {
        private PlainStart() {}

        public static void main(String[] arguments) {
            DharmaTracing dharma = DharmaTracing.init();
            String yes = dharma.<String, RuntimeException>traced("the-last-block", block -> "yes");
            System.out.println("traced: " + yes);
            System.out.println(dharma.health());
        }
    }

    private static URLClassLoader loader(Path... jars) throws IOException {
        URL[] urls = new URL[jars.length];
        for (int i = 0; i < jars.length; i++) {
            urls[i] = jars[i].toUri().toURL();
        }
        return new URLClassLoader(urls, null);
    }

    private static Path jarOf(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static Path illFitting(String start) throws IOException {
        try (Stream<Path> jars = Files.list(ILL_FITTING)) {
            List<Path> found = jars.filter(jar -> jar.getFileName().toString().startsWith(start))
                    .toList();
            assertThat(found).as("%s* in %s", start, ILL_FITTING).hasSize(1);
            return found.get(0);
        }
    }
}
