package io.dharma.tracing.testsupport.backends;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The redis-server that the jar of embedded-redis carries for each system. */
final class RedisProcess {

    private RedisProcess() {}

    static ServerProcess start(ServerHome home) throws IOException {
        Path program = unpack(home.directory().resolve("redis-server"));
        int port = ServerHome.freePort();
        List<String> command = List.of(
                program.toString(),
                "--bind",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--save",
                "",
                "--dir",
                home.directory().toString(),
                "--maxmemory",
                "256mb");
        return new ServerProcess(home.start(command, Map.of()), "redis://127.0.0.1:" + port, Probes::redis);
    }

    /** Puts the program of this system at {@code program}, to be run. */
    static Path unpack(Path program) throws IOException {
        String wanted = system() + "-" + architecture();
        try (ZipFile jar = new ZipFile(Artifacts.file(Backend.REDIS).toFile())) {
            ZipEntry entry = jar.stream()
                    .filter(candidate -> candidate.getName().startsWith("redis-server-")
                            && candidate.getName().endsWith(wanted))
                    .findFirst()
                    .orElseThrow(() -> new IOException("embedded-redis has no redis-server for " + wanted));
            try (InputStream in = jar.getInputStream(entry)) {
                Files.deleteIfExists(program);
                Files.copy(in, program);
            }
        }
        return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    }

    private static String system() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac") ? "darwin" : "linux";
    }

    private static String architecture() {
        return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    }
}
