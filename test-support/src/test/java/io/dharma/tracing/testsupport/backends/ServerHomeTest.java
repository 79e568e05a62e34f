package io.dharma.tracing.testsupport.backends;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerHomeTest {

    @TempDir
    private Path parent;

    @Test
    void process_thatEndsEarlyLeavesItsFateAndItsLastWords() throws Exception {
        try (ServerHome home = ServerHome.create(parent.resolve("server"))) {
            ServerProcess server = start(home, "seq 1 100; echo the disk is full; exit 3");

            assertThat(server.awaitAnswer(Duration.ofSeconds(20))).isFalse();

            assertThat(server.fate()).isEqualTo("it ended with status 3");
            assertThat(home.lastWords()).startsWith("62\n").endsWith("100\nthe disk is full");
        }
    }

    @Test
    void process_thatNeverAnswersIsGivenUp() throws Exception {
        try (ServerHome home = ServerHome.create(parent.resolve("server"))) {
            ServerProcess server = start(home, "sleep 60");

            assertThat(server.awaitAnswer(Duration.ofMillis(200))).isFalse();

            assertThat(server.fate()).isEqualTo("no answer in time");
        }
    }

    @Test
    void close_leavesNeitherProcessNorFile() throws IOException {
        ServerHome home = ServerHome.create(parent.resolve("server"));
        Process process = home.start(shell("sleep 60 & wait"), Map.of());

        home.close();

        assertThat(process.isAlive()).isFalse();
        assertThat(process.descendants()).isEmpty();
        assertThat(Files.exists(home.directory())).isFalse();
        assertThatIOException()
                .isThrownBy(() -> home.start(shell("true"), Map.of()))
                .withMessage("the build has ended");
    }

    private static ServerProcess start(ServerHome home, String script) throws IOException {
        return new ServerProcess(home.start(shell(script), Map.of()), "nowhere", address -> false);
    }

    private static List<String> shell(String script) {
        return List.of("/bin/sh", "-c", script);
    }
}
