package io.dharma.tracing.testsupport.backends;

import io.dharma.tracing.testsupport.TestCertificates;
import io.dharma.tracing.testsupport.TestCertificates.Identity;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A Redis that belongs to one test, which may kill it, freeze it and fill it. For a test that does nothing of the kind
 * there is the shared {@link RedisServer}.
 *
 * <pre>{@code
 * try (RedisNode redis = RedisNode.start()) {
 *     ... write to redis.uri() ...
 *     redis.freeze();
 * }
 * }</pre>
 *
 * <p>It listens on loopback, on a port that it keeps for its life: below those that a system hands out by itself, so
 * that nobody else has it while the server is down, nor a client that tries to connect to it meets itself. What it has
 * acknowledged is on disk, so a kill loses nothing of it.
 *
 * <p>Always a process, also where a container engine runs: a container that starts again gets another port, and members
 * of a cluster or a sentinel set tell clients the address that they have themselves, which inside a container is not
 * the one to connect to. The process ends with {@link #close}, or with this JVM, a kill -9 included.
 *
 * <p>Starting one takes about 0.1 s and each runs in some 10 MB. Use from one thread at a time.
 */
public final class RedisNode implements AutoCloseable {

    /** May touch keys that begin with {@code dharma:}, on a node with TLS. */
    public static final String USER = "dharma";

    private static final String ADMINISTRATOR = "administrator";
    private static final String PASSWORD = "changeit";

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final List<String> EVERY_NODE = List.of("bind 127.0.0.1", "logfile \"\"");

    /** Written before it is acknowledged, which outlives the process; the disk is given its time. */
    private static final List<String> EVERY_STORE = List.of(
            "save \"\"",
            "appendonly yes",
            "appendfsync no",
            "auto-aof-rewrite-percentage 0",
            "maxmemory-policy noeviction",
            "repl-diskless-sync yes",
            "repl-diskless-sync-delay 0");

    private final ServerHome home;
    private final Path program;
    private final Path configuration;
    private final List<String> settings;
    private final List<String> options;
    private final @Nullable SSLContext tls;

    private int port;
    private @Nullable Process process;

    private RedisNode(List<String> settings, List<String> options, @Nullable SSLContext tls) throws IOException {
        this.home = ServerHome.temporary("dharma-redis-");
        this.program = RedisProcess.unpack(home.directory().resolve("redis-server"));
        this.configuration = home.directory().resolve("redis.conf");
        this.settings = settings;
        this.options = options;
        this.tls = tls;
    }

    /** A standalone with further lines of redis.conf, such as {@code maxmemory 2mb}. */
    public static RedisNode start(String... settings) throws IOException {
        return startStore(List.of(settings));
    }

    static RedisNode startStore(List<String> settings) throws IOException {
        return started(new RedisNode(joined(EVERY_STORE, settings), List.of(), null));
    }

    static RedisNode startSentinel(List<String> settings) throws IOException {
        return started(new RedisNode(settings, List.of("--sentinel"), null));
    }

    /**
     * A standalone that speaks TLS only, with a certificate of this authority, and knows {@link #USER} but no user who
     * gives no name. Needs a redis-server built with TLS, which embedded-redis has for Linux.
     */
    public static RedisNode startWithTls(TestCertificates authority) throws IOException {
        Identity server = authority.server();
        List<String> settings = List.of(
                "tls-cert-file " + quoted(server.certificatePem()),
                "tls-key-file " + quoted(server.privateKeyPem()),
                "tls-ca-cert-file " + quoted(authority.authorityPem()),
                "tls-auth-clients no",
                "user default off",
                "user " + ADMINISTRATOR + " on >" + PASSWORD + " ~* &* +@all",
                "user " + USER + " on >" + PASSWORD + " ~dharma:* &* +@all -@dangerous");
        return started(new RedisNode(joined(EVERY_STORE, settings), List.of(), authority.context()));
    }

    private static String quoted(Path file) {
        return '"' + file.toString() + '"';
    }

    private static RedisNode started(RedisNode node) throws IOException {
        try {
            node.home.startAnswering(home -> node.launchOnNewPort(), PATIENCE);
            return node;
        } catch (IOException | RuntimeException | Error e) {
            node.close();
            throw e;
        }
    }

    private ServerProcess launchOnNewPort() throws IOException {
        port = LastingPort.find();
        List<String> listen = tls == null ? List.of("port " + port) : List.of("port 0", "tls-port " + port);
        home.write("redis.conf", String.join("\n", joined(joined(EVERY_NODE, listen), settings)) + "\n");
        return launch();
    }

    private ServerProcess launch() throws IOException {
        List<String> command = joined(List.of(program.toString(), configuration.toString()), options);
        process = home.start(Leash.command(home.directory(), command), Map.of());
        return new ServerProcess(
                process, uri().toString(), address -> ask("PING").equals(List.of("PONG")));
    }

    /** As Lettuce takes it: {@code redis://host:port}, or with TLS {@code rediss://user:password@host:port}. */
    public URI uri() {
        return URI.create((tls == null ? "redis://" : "rediss://" + USER + ":" + PASSWORD + "@") + "127.0.0.1:" + port);
    }

    /** Where it listens, the same after each {@link #restart}. */
    public int port() {
        return port;
    }

    /** Asks as somebody who may do anything, on a connection of its own: the parts of the answer, without nesting. */
    public List<String> ask(String... command) throws IOException {
        try (RedisConversation conversation = RedisConversation.with(port, tls)) {
            if (tls != null) {
                conversation.ask("AUTH", ADMINISTRATOR, PASSWORD);
            }
            return conversation.ask(command);
        }
    }

    /** As kill -9 does: clients' connections are reset, and the port is closed until {@link #restart}. */
    public void kill() {
        if (process != null) {
            // The shell ends with it, and is the one of whose end a JVM hears at once.
            server(process).ifPresent(ProcessHandle::destroyForcibly);
            process.onExit().join();
        }
    }

    /** Kills it if it runs, and returns once it answers again, with all that it had acknowledged. */
    public void restart() throws IOException {
        kill();
        ServerProcess server = launch();
        if (!server.awaitAnswer(PATIENCE)) {
            throw new IOException(server.fate() + "; its last words:\n" + home.lastWords());
        }
    }

    /** Stops it where it stands: connections stay open, new ones are accepted by the system, and nothing is answered. */
    public void freeze() throws IOException {
        signal("STOP");
    }

    /** Lets it go on, with what arrived since {@link #freeze}. */
    public void thaw() throws IOException {
        signal("CONT");
    }

    private void signal(String name) throws IOException {
        home.run(List.of("/bin/sh", "-c", "kill -" + name + " " + processId()));
    }

    /** The server's own, not that of the shell between it and us. */
    long processId() {
        return Optional.ofNullable(process)
                .flatMap(RedisNode::server)
                .map(ProcessHandle::pid)
                .orElseThrow(() -> new IllegalStateException(this + " does not run"));
    }

    private static Optional<ProcessHandle> server(Process leash) {
        return leash.children()
                .filter(child -> child.info().command().stream().anyMatch(path -> path.endsWith("redis-server")))
                .findFirst();
    }

    /** Whether it answers READONLY to writes, as the replica of a master that is not there; not for a cluster's node. */
    public void setReadOnly(boolean readOnly) throws IOException {
        if (readOnly) {
            ask("REPLICAOF", "127.0.0.1", "1");
        } else {
            ask("REPLICAOF", "NO", "ONE");
        }
    }

    /** Whether it answers OOM to writes; once it does not, its memory has no limit. */
    public void setOutOfMemory(boolean outOfMemory) throws IOException {
        ask("CONFIG", "SET", "maxmemory", outOfMemory ? "1" : "0");
    }

    /** Kills it and deletes its files. */
    @Override
    public void close() {
        kill();
        home.close();
    }

    @Override
    public String toString() {
        return "Redis at 127.0.0.1:" + port;
    }

    private static List<String> joined(List<String> some, List<String> more) {
        List<String> all = new ArrayList<>(some);
        all.addAll(more);
        return List.copyOf(all);
    }
}
