package io.dharma.tracing.testsupport.backends;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The distribution that Elastic makes for integration tests: a server without a JDK, and without painless or ILM. */
final class ElasticsearchProcess {

    private static final int HEAP_MEGABYTES = 512;

    private ElasticsearchProcess() {}

    static ServerProcess start(int major, ServerHome home) throws IOException {
        Setup setup = prepare(major, home, configuration -> """
                xpack.security.enabled: false
                http.port: 0
                node.portsfile: true
                """);
        return new ServerProcess(
                home.start(setup.command(), setup.environment()),
                () -> "http://" + firstLine(setup.server().resolve("logs/http.ports")),
                address -> Probes.http(address, "/_cluster/health?wait_for_status=yellow&timeout=1s"));
    }

    /** Writes what it needs into the directory of the configuration, and returns further lines of elasticsearch.yml. */
    interface Configuration {
        String write(Path configuration) throws IOException;
    }

    /** A server that is there, but does not run. */
    record Setup(Path server, Path jdk, ServerUser user) {

        List<String> command() throws IOException {
            return user.command(List.of(server.resolve("bin/elasticsearch").toString()));
        }

        Map<String, String> environment() {
            return Map.of(
                    "ES_JAVA_HOME",
                    jdk.toString(),
                    "ES_JAVA_OPTS",
                    "-Xms%1$dm -Xmx%1$dm -XX:TieredStopAtLevel=1".formatted(HEAP_MEGABYTES),
                    "ES_TMPDIR",
                    server.resolve("tmp").toString());
        }
    }

    static Setup prepare(int major, ServerHome home, Configuration configuration) throws IOException {
        ServerUser user = ServerUser.notRoot(home.directory());
        Path jdk = jdk(major, user, home);
        Path server = unpack(major, home.directory().resolve("elasticsearch"));
        Files.createDirectory(server.resolve("tmp"));
        String more = configuration.write(server.resolve("config"));
        Files.writeString(server.resolve("config/elasticsearch.yml"), """
                discovery.type: single-node
                http.host: 127.0.0.1
                transport.host: 127.0.0.1
                transport.port: 0
                cluster.routing.allocation.disk.threshold_enabled: false
                """ + more);
        user.give(server);
        return new Setup(server, jdk, user);
    }

    private static String firstLine(Path file) throws IOException {
        return Files.readString(file).lines().findFirst().orElseThrow(() -> new IOException(file + " is empty"));
    }

    private static Path jdk(int major, ServerUser user, ServerHome home) throws IOException {
        int feature = major == 8 ? 17 : 21;
        List<Jdk> jdks = Jdk.atLeast(feature);
        if (jdks.isEmpty()) {
            throw new CannotRunHere("Elasticsearch " + major + " needs a JDK of " + feature + " or later, and none was"
                    + " found: set JAVA_HOME_" + feature + " to one");
        }
        for (Jdk jdk : jdks) {
            if (user.canRun(jdk.java())) {
                return jdk.home();
            }
        }
        Path copy = home.directory().resolve("jdk");
        return Files.exists(copy) ? copy : copyTree(jdks.get(0).home(), copy);
    }

    private static Path copyTree(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Files.createDirectories(to.resolve(from.relativize(directory)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file.toRealPath(), to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
                return FileVisitResult.CONTINUE;
            }
        });
        return to;
    }

    private static Path unpack(int major, Path target) throws IOException {
        Backend backend = major == 8 ? Backend.ELASTICSEARCH_8 : Backend.ELASTICSEARCH_9;
        ServerHome.deleteTree(target);
        try (ZipFile zip = new ZipFile(Artifacts.file(backend).toFile())) {
            Enumeration<? extends ZipEntry> entries = zip.entries();
            while (entries.hasMoreElements()) {
                unpack(zip, entries.nextElement(), target);
            }
        }
        return target;
    }

    /** All lies in one directory named after the version, which we leave out. */
    private static void unpack(ZipFile zip, ZipEntry entry, Path target) throws IOException {
        String name = entry.getName().substring(entry.getName().indexOf('/') + 1);
        Path file = target.resolve(name).normalize();
        if (entry.isDirectory()) {
            Files.createDirectories(file);
            return;
        }
        Files.createDirectories(file.getParent());
        try (InputStream in = zip.getInputStream(entry)) {
            Files.copy(in, file);
        }
        if (name.startsWith("bin/")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }
}
