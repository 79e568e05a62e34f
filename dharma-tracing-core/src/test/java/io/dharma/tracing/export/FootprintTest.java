package io.dharma.tracing.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an application gets onto its class path with us. */
class FootprintTest {

    /** Little more than there is, so that whoever adds a jar finds out here and says why. */
    private static final long LIMIT = 1_536 * 1024;

    /** A line of the list that Maven writes; what is optional says so. */
    private static final Pattern JAR =
            Pattern.compile(":jar:[^: ]+:(?:compile|runtime):(?<path>\\S+\\.jar)(?! \\(optional\\))");

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
    void runTime_hasNothingOfOpenTelemetryButTheSdk() throws IOException {
        assertThat(runTimeJars())
                .extracting(jar -> jar.getFileName().toString().replaceFirst("-[0-9.]+\\.jar$", ""))
                .containsExactlyInAnyOrder(
                        "opentelemetry-api",
                        "opentelemetry-common",
                        "opentelemetry-context",
                        "opentelemetry-sdk",
                        "opentelemetry-sdk-common",
                        "opentelemetry-sdk-logs",
                        "opentelemetry-sdk-metrics",
                        "opentelemetry-sdk-trace",
                        "slf4j-api",
                        "jspecify");
    }

    @Test
    void jars_forOtlpStayBelowTheLimit() throws IOException {
        List<Path> jars = runTimeJars();
        long sum = packedSize(ownClasses());
        for (Path jar : jars) {
            sum += Files.size(jar);
        }

        assertThat(sum).as("bytes of our own and of %s", jars).isLessThanOrEqualTo(LIMIT);
    }

    /** What Maven resolves for whoever depends on core: neither what is optional nor what only tests use. */
    private static List<Path> runTimeJars() throws IOException {
        Path list = Path.of(System.getProperty("test.runTimeDependencies"));
        try (Stream<String> lines = Files.lines(list)) {
            return lines.map(JAR::matcher)
                    .filter(Matcher::find)
                    .map(line -> Path.of(line.group("path")))
                    .toList();
        }
    }

    /** As a jar would have them, which is not packed yet when tests run. */
    private static Path ownClasses() {
        try {
            return Path.of(HttpEndpoint.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
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
