package io.dharma.tracing.testsupport.backends;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The place of one server: its files, its log and its processes. After {@link #close()} nothing of it is left. */
final class ServerHome implements AutoCloseable {

    private static final int START_ATTEMPTS = 3;
    private static final int LAST_LINES = 40;
    private static final int DELETE_ATTEMPTS = 5;

    private final Path directory;
    private final List<Process> processes = new ArrayList<>();
    private boolean closed;

    private ServerHome(Path directory) {
        this.directory = directory;
    }

    /** An empty home; one that a dead server left at the same place goes. */
    static ServerHome create(Path directory) throws IOException {
        deleteTree(directory);
        Files.createDirectory(directory);
        return new ServerHome(directory);
    }

    /** An empty home among the temporary files, of which nobody else knows. */
    static ServerHome temporary(String prefix) throws IOException {
        return new ServerHome(Files.createTempDirectory(prefix));
    }

    Path directory() {
        return directory;
    }

    /** Starts a process that writes to this home's log. */
    synchronized Process start(List<String> command, Map<String, String> environment) throws IOException {
        if (closed) {
            throw new IOException("the build has ended");
        }
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment().putAll(environment);
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    /** Starts a server in a home, on a port that is free; returns before it answers. */
    interface Starter {
        ServerProcess start(ServerHome home) throws IOException;
    }

    /** Starts a server and waits until it answers. */
    ServerProcess startAnswering(Starter starter, Duration atMost) throws IOException {
        for (int attempt = 1; ; attempt++) {
            ServerProcess server = starter.start(this);
            if (server.awaitAnswer(atMost)) {
                return server;
            }
            String fate = server.fate();
            stopProcesses();
            // A port that was free a second ago may be taken now; nothing else is worth a second try.
            if (attempt == START_ATTEMPTS || !lastWords().contains("in use")) {
                throw new IOException(fate + "; its last words:\n" + lastWords() + "\n");
            }
        }
    }

    /** Runs a process of this home to its end. */
    void run(List<String> command) throws IOException {
        try {
            int status = start(command, Map.of()).waitFor();
            if (status != 0) {
                throw new IOException(command + " ended with status " + status + ":\n" + lastWords());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    /** A port of loopback that nobody has right now. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** The end of what the server printed. */
    String lastWords() throws IOException {
        if (!Files.exists(log())) {
            return "";
        }
        List<String> lines =
                new String(Files.readAllBytes(log()), UTF_8).lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    }

    private Path log() {
        return directory.resolve("server.log");
    }

    /** Kills at once: nothing that a test server holds is worth a clean end. */
    synchronized void stopProcesses() {
        List<ProcessHandle> all = new ArrayList<>();
        for (Process process : processes) {
            // Launch scripts leave the server proper to a child.
            process.descendants().forEach(all::add);
            all.add(process.toHandle());
        }
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(handle -> handle.onExit().join());
        processes.clear();
    }

    @Override
    public synchronized void close() {
        closed = true;
        stopProcesses();
        deleteTree(directory);
    }

    /** Deletes what is there, also while somebody else deletes there too. */
    static void deleteTree(Path root) {
        for (int attempt = 1; Files.exists(root); attempt++) {
            try {
                Files.walkFileTree(root, new Deletion());
            } catch (IOException e) {
                if (attempt == DELETE_ATTEMPTS) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private static final class Deletion extends SimpleFileVisitor<Path> {

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) throws IOException {
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
        }
    }
}
