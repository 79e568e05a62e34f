package io.dharma.tracing.testsupport.backends;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.testsupport.ChildJvm;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisReadOnlyException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(15)
class RedisNodeTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private RedisNode redis;
    private RedisClient client;
    private StatefulRedisConnection<String, String> connection;
    private RedisCommands<String, String> commands;

    @BeforeEach
    void startAndConnect() throws IOException {
        redis = RedisNode.start();
        RedisURI uri = RedisURI.create(redis.uri());
        uri.setTimeout(Duration.ofMillis(500));
        client = RedisClient.create(uri);
        client.setOptions(ClientOptions.builder()
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .build());
        connection = client.connect();
        commands = connection.sync();
        commands.set("before", "kept");
    }

    @AfterEach
    void end() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        redis.close();
    }

    // ---- killed

    @Test
    void kill_closesThePortAndRestartComesBackToItWithWhatWasAcknowledged() throws Exception {
        redis.kill();
        await().atMost(PATIENCE).until(() -> !connection.isOpen());
        assertThatThrownBy(() -> commands.get("before")).hasMessageContaining("Commands are rejected");
        assertThatThrownBy(() -> redis.ask("PING")).isInstanceOf(IOException.class);

        redis.restart();

        await().atMost(PATIENCE).until(connection::isOpen);
        assertThat(commands.get("before")).isEqualTo("kept");
        assertThat(commands.set("after", "written")).isEqualTo("OK");
    }

    @Test
    void process_endsWithTheJvmThatStartedItAndLeavesNoFile(@TempDir Path temporary) throws Exception {
        Process jvm = new ChildJvm().option("-Djava.io.tmpdir=" + temporary).start(Starter.class);
        try (var printed = jvm.inputReader(UTF_8)) {
            int port = Integer.parseInt(printed.readLine());
            long server = Long.parseLong(printed.readLine());
            assertThat(Probes.redis("redis://127.0.0.1:" + port)).isTrue();
            assertThat(temporary).isNotEmptyDirectory();

            jvm.destroyForcibly();

            await().atMost(PATIENCE).until(() -> ProcessHandle.of(server).isEmpty());
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(temporary).isEmptyDirectory());
        } finally {
            jvm.destroyForcibly();
        }
    }

    /** Starts a server and waits to be killed. */
    static final class Starter {

        public static void main(String[] arguments) throws IOException, InterruptedException {
            RedisNode node = RedisNode.start();
            System.out.println(node.port());
            System.out.println(node.processId());
            Thread.sleep(PATIENCE.toMillis());
        }
    }

    @Test
    void close_leavesNoProcess() throws Exception {
        List<ProcessHandle> others = ProcessHandle.current().descendants().toList();
        RedisNode frozen = RedisNode.start();
        List<ProcessHandle> its = ProcessHandle.current()
                .descendants()
                .filter(process -> !others.contains(process))
                .toList();
        assertThat(its)
                .as("the server, the shell above it and the one that watches")
                .hasSize(3);
        frozen.freeze();

        frozen.close();

        await().atMost(PATIENCE).until(() -> its.stream().noneMatch(ProcessHandle::isAlive));
    }

    // ---- frozen

    @Test
    void freeze_letsCommandsTimeOutAndThawAnswersThem() throws Exception {
        redis.freeze();
        RedisFuture<String> late = connection.async().set("late", "written");
        assertThatThrownBy(() -> commands.get("before")).isInstanceOf(RedisCommandTimeoutException.class);
        assertThat(connection.isOpen()).isTrue();
        assertThat(late.isDone()).isFalse();

        redis.thaw();

        assertThat(late.get(5, TimeUnit.SECONDS)).isEqualTo("OK");
        assertThat(commands.get("late")).isEqualTo("written");
    }

    @Test
    void restart_endsAFreeze() throws Exception {
        redis.freeze();

        redis.restart();

        await().atMost(PATIENCE).ignoreExceptions().until(() -> "kept".equals(commands.get("before")));
    }

    // ---- up, but unwilling

    @Test
    void writes_areRefusedWhileItIsReadOnly() throws Exception {
        redis.setReadOnly(true);
        assertThatThrownBy(() -> commands.set("refused", "x"))
                .isInstanceOf(RedisReadOnlyException.class)
                .hasMessageStartingWith("READONLY");
        assertThat(commands.get("before")).isEqualTo("kept");

        redis.setReadOnly(false);

        assertThat(commands.set("after", "written")).isEqualTo("OK");
        assertThat(commands.exists("before", "refused", "after")).isEqualTo(2);
    }

    @Test
    void writes_areRefusedWhileItIsOutOfMemory() throws Exception {
        redis.setOutOfMemory(true);
        assertThatThrownBy(() -> commands.set("refused", "x"))
                .isInstanceOf(RedisCommandExecutionException.class)
                .hasMessageStartingWith("OOM");
        assertThat(commands.get("before")).isEqualTo("kept");

        redis.setOutOfMemory(false);

        assertThat(commands.set("after", "written")).isEqualTo("OK");
        assertThat(commands.exists("before", "refused", "after")).isEqualTo(2);
    }

    @Test
    void settings_areThoseOfTheTest() throws Exception {
        try (RedisNode small = RedisNode.start("maxmemory 2mb");
                RedisClient other = RedisClient.create(RedisURI.create(small.uri()));
                StatefulRedisConnection<String, String> toSmall = other.connect()) {
            assertThatThrownBy(() -> {
                        for (int key = 0; key < 100; key++) {
                            toSmall.sync().set("key" + key, "x".repeat(100_000));
                        }
                    })
                    .hasMessageStartingWith("OOM");
        }
    }

    @Test
    void setting_thatRedisDoesNotKnowIsToldInItsOwnWords() {
        assertThatThrownBy(() -> RedisNode.start("no-such-setting 1").close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("it ended with status 1", "no-such-setting");
    }
}
