package io.dharma.tracing.testsupport.backends;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Asked where the keeper asks: in a process that has Testcontainers on its class path, and prints to a log. */
@Timeout(60)
class ContainersTest {

    private static final Path ENGINE_OF_THE_SYSTEM = Path.of("/var/run/docker.sock");

    @TempDir
    private Path home;

    @Test
    void wanted_isKnownSoonAndInSilenceWhereThereIsNoEngine() throws Exception {
        List<String> printed = ask("auto");

        if (Files.exists(ENGINE_OF_THE_SYSTEM)) {
            assertThat(printed).last().asString().startsWith("wanted ");
        } else {
            assertThat(printed).hasSize(1);
            assertThat(printed.get(0)).startsWith("wanted false ");
            long millis = Long.parseLong(printed.get(0).replaceAll("\\D", ""));
            assertThat(Duration.ofMillis(millis)).isLessThan(Duration.ofSeconds(2));
        }
    }

    @Test
    void wanted_isWhatWasAskedFor() throws Exception {
        assertThat(ask("containers")).singleElement().asString().startsWith("wanted true ");
        assertThat(ask("processes")).singleElement().asString().startsWith("wanted false ");
    }

    private List<String> ask(String backends) throws IOException, InterruptedException {
        String classPath = Stream.concat(
                        Stream.of(System.getProperty("java.class.path")),
                        Artifacts.keeper().stream().map(Path::toString))
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>(Jdk.running().smallVm(96));
        command.addAll(List.of(
                "-Ddharma.test.backends=" + backends, "-Duser.home=" + home, "-cp", classPath, Ask.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("DOCKER_HOST");
        builder.environment().put("XDG_RUNTIME_DIR", home.toString());
        Process process = builder.start();
        try (var printed = process.inputReader(UTF_8)) {
            List<String> lines = printed.lines().toList();
            assertThat(process.waitFor()).as(String.join("\n", lines)).isZero();
            return lines;
        } finally {
            process.destroyForcibly();
        }
    }

    static final class Ask {

        public static void main(String[] arguments) {
            long start = System.nanoTime();
            boolean wanted = Containers.wanted();
            System.out.println("wanted " + wanted + " after "
                    + Duration.ofNanos(System.nanoTime() - start).toMillis() + " ms");
        }
    }
}
