package io.dharma.tracing.testsupport.backends;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka broker that belongs to one test, which may kill it. For a test that does nothing of the kind there is the shared
 * {@link KafkaServer}.
 *
 * <p>It listens on loopback: one port is for everybody, the other for {@link #USER} alone, by SASL/PLAIN. Both are kept for its
 * life, below those that a system hands out by itself. It makes no topics by itself. What it has acknowledged outlives a kill
 * as long as the machine runs.
 *
 * <p>Always a process; it ends with {@link #close}, or with this JVM, a kill -9 included. Starting one takes some seconds, and
 * it runs in some 400 MB. Use from one thread at a time.
 */
public final class KafkaNode implements AutoCloseable {

    /** May do all, once it said {@link #PASSWORD}. */
    public static final String USER = "dharma";

    /** Of {@link #USER}. */
    public static final String PASSWORD = "changeit";

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final ServerHome home;
    private int port;
    private int saslPort;
    private String properties = "";
    private @Nullable Process process;

    private KafkaNode() throws IOException {
        this.home = ServerHome.temporary("dharma-kafka-");
    }

    /** Runs when this returns. */
    public static KafkaNode start() throws IOException {
        KafkaNode node = new KafkaNode();
        try {
            node.home.startAnswering(home -> node.launchOnNewPorts(), PATIENCE);
            return node;
        } catch (IOException | RuntimeException | Error e) {
            node.close();
            throw e;
        }
    }

    private ServerProcess launchOnNewPorts() throws IOException {
        port = LastingPort.find();
        saslPort = LastingPort.find();
        int controllerPort = LastingPort.find();
        Path data = home.directory().resolve("data-" + port);
        // The last line of the same name counts.
        String lines = KafkaProcess.properties(port, controllerPort, data)
                + """
                listeners=PLAINTEXT://127.0.0.1:%1$d,SASL_PLAINTEXT://127.0.0.1:%2$d,CONTROLLER://127.0.0.1:%3$d
                advertised.listeners=PLAINTEXT://127.0.0.1:%1$d,SASL_PLAINTEXT://127.0.0.1:%2$d
                listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT
                sasl.enabled.mechanisms=PLAIN
                listener.name.sasl_plaintext.plain.sasl.jaas.config=%4$s user_%5$s="%6$s";
                auto.create.topics.enable=false
                """.formatted(
                                port,
                                saslPort,
                                controllerPort,
                                "org.apache.kafka.common.security.plain.PlainLoginModule required",
                                USER,
                                PASSWORD);
        properties = home.write("server.properties", lines).toString();
        KafkaProcess.format(home, properties);
        return launch();
    }

    private ServerProcess launch() throws IOException {
        process = home.start(Leash.command(home.directory(), KafkaProcess.command(properties)), Map.of());
        return new ServerProcess(process, bootstrapServers(), Probes::kafka);
    }

    /** {@code host:port}, for everybody; the same after each {@link #restart}. */
    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    /** {@code host:port}, for who is known; the same after each {@link #restart}. */
    public String saslBootstrapServers() {
        return "127.0.0.1:" + saslPort;
    }

    /** As kill -9 does: connections are reset, and the ports are closed until {@link #restart}. */
    public void kill() {
        if (process != null) {
            // The shell ends with it, and is the one of whose end a JVM hears at once.
            server(process).ifPresent(ProcessHandle::destroyForcibly);
            process.onExit().join();
        }
    }

    private static Optional<ProcessHandle> server(Process leash) {
        return leash.children()
                .filter(child -> child.info().command().stream().anyMatch(path -> path.endsWith("java")))
                .findFirst();
    }

    /** Kills it if it runs, and returns once it answers again, with all that it had acknowledged. */
    public void restart() throws IOException {
        kill();
        ServerProcess server = launch();
        if (!server.awaitAnswer(PATIENCE)) {
            throw new IOException(server.fate() + "; its last words:\n" + home.lastWords());
        }
    }

    /** Kills it and deletes its files. */
    @Override
    public void close() {
        kill();
        home.close();
    }

    @Override
    public String toString() {
        return "Kafka at " + bootstrapServers();
    }
}
