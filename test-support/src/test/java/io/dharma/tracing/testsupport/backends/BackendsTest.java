package io.dharma.tracing.testsupport.backends;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * What {@link Backends} promises, shown on builds of its own: processes that stand for Maven, and the test JVMs that they
 * start. Each has a temporary directory of its own, where everything that these builds leave would be found.
 */
@Timeout(120)
class BackendsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path temporary;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endWhatWasStarted() {
        started.forEach(Process::destroyForcibly);
    }

    // ---- one per build, for as long as the build

    private enum End {
        IN_ORDER,
        KILLED;

        void come(Process build) throws IOException {
            if (this == KILLED) {
                build.destroyForcibly();
            } else {
                build.getOutputStream().close();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void server_isOneForAllTestJvmsOfABuildAndEndsWithIt(End end) throws Exception {
        Process build = start(java(temporary, Build.class, "3"));
        try (BufferedReader printed = build.inputReader(UTF_8)) {
            // Two at the same time, as modules that are built in parallel, and one when both have ended.
            Set<String> addresses = new HashSet<>();
            for (int jvm = 0; jvm < 3; jvm++) {
                addresses.add(String.valueOf(printed.readLine()));
            }
            assertThat(addresses).hasSize(1);
            String address = addresses.iterator().next();
            assertThat(Probes.redis(address)).isTrue();
            assertThat(filesOfBuilds()).as("nobody asked for another").allMatch(file -> file.startsWith("redis"));

            end.come(build);

            await().atMost(PATIENCE).untilAsserted(() -> {
                assertThat(answers(address)).isFalse();
                assertThat(filesOfBuilds()).isEmpty();
            });
        }
        assertThat(build.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void server_isNotSharedWithAnotherBuild() throws Exception {
        Process one = start(java(temporary, Build.class, "1"));
        Process other = start(java(temporary, Build.class, "1"));
        try (BufferedReader ofOne = one.inputReader(UTF_8);
                BufferedReader ofOther = other.inputReader(UTF_8)) {
            String first = String.valueOf(ofOne.readLine());
            String second = String.valueOf(ofOther.readLine());
            assertThat(first).isNotEqualTo(second);

            one.destroyForcibly();

            await().atMost(PATIENCE).until(() -> !answers(first));
            assertThat(Probes.redis(second)).isTrue();
        }
    }

    private static boolean answers(String address) {
        try {
            return Probes.redis(address);
        } catch (IOException nobodyThere) {
            return false;
        }
    }

    /** Stands for Maven: starts test JVMs, then waits until it is told to end, or killed. */
    static final class Build {

        public static void main(String[] arguments) throws IOException, InterruptedException {
            int jvms = Integer.parseInt(arguments[0]);
            List<Process> atTheSameTime = new ArrayList<>();
            for (int jvm = 1; jvm < jvms || atTheSameTime.isEmpty(); jvm++) {
                atTheSameTime.add(testJvm());
            }
            for (Process process : atTheSameTime) {
                process.waitFor();
            }
            if (jvms > 1) {
                testJvm().waitFor();
            }
            while (System.in.read() >= 0) {}
        }

        private static Process testJvm() throws IOException {
            List<String> command = java(Path.of(System.getProperty("java.io.tmpdir")), TestJvm.class);
            command.add(1, "-Dsurefire.test.class.path=as Maven's plugins set it");
            return new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        }
    }

    /** Stands for a module's tests. */
    static final class TestJvm {

        public static void main(String[] arguments) {
            System.out.println(SharedServers.address(Backend.REDIS));
        }
    }

    // ---- only when asked, and never in silence

    @Test
    void server_doesNotStartForTestsThatNeedNone() throws Exception {
        assertThat(run(java(temporary, Tests.class, NeedsNone.class.getName())))
                .containsExactly("1 ok, 0 failed, 0 skipped", "[]");
    }

    @Test
    void server_thatDoesNotStartFailsTheTestWithItsLastWords() throws Exception {
        // A jar, but not one that a JVM could run.
        Path brokenServer = Path.of(
                Test.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path resources = Files.createDirectories(temporary.resolve("first/io/dharma/tracing/testsupport"));
        Files.writeString(resources.resolve("servers.properties"), "zipkin.file=" + brokenServer);
        List<String> command = java(temporary, Tests.class, NeedsZipkin.class.getName());
        int classPath = command.indexOf("-cp") + 1;
        command.set(classPath, temporary.resolve("first") + File.pathSeparator + command.get(classPath));

        assertThat(String.join("\n", run(command)))
                .startsWith("0 ok, 1 failed, 0 skipped")
                .contains("Zipkin did not start", "it ended with status 1", "no main manifest attribute");
    }

    /** Run by the tests above only, in another process: its name is not that of a test. */
    @ExtendWith(Backends.class)
    static class NeedsNone {

        @Test
        void runs() {}
    }

    /** The same. */
    @ExtendWith(Backends.class)
    static class NeedsZipkin {

        @Test
        void runs(ZipkinServer zipkin) {
            assertThat(zipkin).isNotNull();
        }
    }

    /** Runs the tests of a class, and prints how many of them did well, and what is in the directory of builds. */
    static final class Tests {

        public static void main(String[] arguments) throws Exception {
            SummaryGeneratingListener listener = new SummaryGeneratingListener();
            LauncherConfig alone = LauncherConfig.builder()
                    .enableTestExecutionListenerAutoRegistration(false)
                    .build();
            LauncherFactory.create(alone)
                    .execute(
                            LauncherDiscoveryRequestBuilder.request()
                                    .selectors(selectClass(Class.forName(arguments[0])))
                                    .build(),
                            listener);
            var summary = listener.getSummary();
            System.out.println(summary.getTestsSucceededCount() + " ok, " + summary.getTestsFailedCount() + " failed, "
                    + summary.getTestsSkippedCount() + " skipped");
            summary.getFailures().forEach(failure -> System.out.println(failure.getException()));
            System.out.println(filesOfBuilds(Path.of(System.getProperty("java.io.tmpdir"))));
        }
    }

    // ---- processes

    /** The names of what builds keep in their directories. */
    private Set<String> filesOfBuilds() throws IOException {
        return filesOfBuilds(temporary);
    }

    private static Set<String> filesOfBuilds(Path temporary) throws IOException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> builds = Files.list(temporary)) {
            for (Path build : builds.filter(BackendsTest::isOfBuild).toList()) {
                // Not a stream, which throws if the directory is deleted while it is read.
                String[] files = build.toFile().list();
                names.addAll(files == null ? List.of() : List.of(files));
            }
        }
        return names;
    }

    private static boolean isOfBuild(Path directory) {
        return String.valueOf(directory.getFileName()).startsWith("dharma-tests-");
    }

    private List<String> run(List<String> command) throws IOException, InterruptedException {
        Process process = start(command);
        try (BufferedReader printed = process.inputReader(UTF_8)) {
            List<String> lines = printed.lines().collect(Collectors.toList());
            assertThat(process.waitFor()).as(String.join("\n", lines)).isZero();
            return lines;
        }
    }

    private Process start(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        started.add(process);
        return process;
    }

    /** Processes, whatever this build's own servers are: what a container engine keeps is no file of ours. */
    private static List<String> java(Path temporary, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(Jdk.running().smallVm(128));
        command.addAll(List.of(
                "-Djava.io.tmpdir=" + temporary,
                "-Ddharma.test.backends=processes",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }
}
