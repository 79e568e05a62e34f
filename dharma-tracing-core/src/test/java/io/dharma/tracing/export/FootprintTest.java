package io.dharma.tracing.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.common.ComponentLoader;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an application gets onto its class path with us. */
class FootprintTest {

    private static final long LIMIT = 2L * 1024 * 1024;

    /** One class of each jar that OTLP needs, besides our own. */
    private static final List<Class<?>> OTLP = List.of(
            OpenTelemetry.class,
            Context.class,
            ComponentLoader.class,
            OpenTelemetrySdk.class,
            Clock.class,
            SdkTracerProvider.class,
            SdkMeterProvider.class,
            SdkLoggerProvider.class,
            OtlpHttpSpanExporter.class,
            org.slf4j.Logger.class,
            org.jspecify.annotations.NullMarked.class);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "okhttp3.OkHttpClient",
                "okio.Okio",
                "kotlin.Unit",
                "io.opentelemetry.api.incubator.trace.ExtendedTracer"
            })
    void classPath_holdsNothingOf(String className) {
        ClassLoader loader = FootprintTest.class.getClassLoader();

        assertThat(loader.getResource(className.replace('.', '/') + ".class")).isNull();
    }

    @Test
    void classPath_holdsNoJarOfOkHttpOrKotlin() {
        assertThat(System.getProperty("java.class.path")).doesNotContain("okhttp", "okio", "kotlin");
    }

    @Test
    void jars_forOtlpStayBelowTwoMegabytes() throws IOException {
        Set<Path> jars = new TreeSet<>();
        OTLP.forEach(type -> jars.add(locationOf(type)));
        jars.addAll(internalJars());
        long sum = sizeOf(jars) + sizeOf(Set.of(locationOf(HttpEndpoint.class)));

        assertThat(sum).as("bytes of %s", jars).isLessThanOrEqualTo(LIMIT);
    }

    /** Those that the exporter needs and whose classes are not ours to name. */
    private static List<Path> internalJars() {
        return Arrays.stream(System.getProperty("java.class.path").split(System.getProperty("path.separator")))
                .map(Path::of)
                .filter(jar ->
                        jar.getFileName().toString().matches("opentelemetry-exporter-(otlp-)?common-[0-9.]+\\.jar"))
                .toList();
    }

    private static Path locationOf(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** Of a jar as it is; of our own classes, which are not packed yet when tests run, as a jar would have them. */
    private static long sizeOf(Set<Path> paths) throws IOException {
        long sum = 0;
        for (Path path : paths) {
            sum += Files.isDirectory(path) ? packedSize(path) : Files.size(path);
        }
        return sum;
    }

    private static long packedSize(Path directory) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (ZipOutputStream jar = new ZipOutputStream(packed);
                Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                jar.putNextEntry(new ZipEntry(directory.relativize(file).toString()));
                Files.copy(file, jar);
            }
        }
        return packed.size();
    }
}
