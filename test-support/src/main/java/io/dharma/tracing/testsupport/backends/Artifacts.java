package io.dharma.tracing.testsupport.backends;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/**
 * Where the servers lie that Maven fetched.
 *
 * <p>The build writes down paths within the local repository only, and the repository is where JUnit's own jar was
 * loaded from. So no path of a machine ends up in a file, and Maven and IDE find the same.
 */
final class Artifacts {

    private static final String FOLDER = "/io/dharma/tracing/testsupport/";
    private static final int DIRECTORIES_FROM_JAR_TO_REPOSITORY = 6;

    private Artifacts() {}

    /** The file of a server that runs as a process. */
    static Path file(Backend backend) {
        return existing(repository().resolve(property(backend, "file")));
    }

    static String image(Backend backend) {
        return property(backend, "image");
    }

    static String version(Backend backend) {
        return property(backend, "version");
    }

    /** The jars that a Kafka broker runs on. */
    static List<Path> kafkaServer() {
        return classpath("kafka-server.classpath");
    }

    /** The jars that the keeper needs beside our own: Testcontainers. */
    static List<Path> keeper() {
        return classpath("keeper.classpath");
    }

    private static List<Path> classpath(String resource) {
        Path repository = repository();
        return Arrays.stream(text(resource).strip().split(";"))
                .map(jar -> existing(repository.resolve(jar).normalize()))
                .toList();
    }

    private static String property(Backend backend, String what) {
        Properties properties = new Properties();
        try (InputStream in = open("servers.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String key = backend.key() + "." + what;
        return Optional.ofNullable(properties.getProperty(key))
                .orElseThrow(() -> new IllegalStateException("servers.properties lacks " + key));
    }

    private static String text(String resource) {
        try (InputStream in = open(resource)) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream open(String resource) {
        InputStream in = Artifacts.class.getResourceAsStream(FOLDER + resource);
        if (in == null) {
            throw new IllegalStateException(
                    resource + " is not on the class path; Maven writes it: mvn compile -pl test-support -am");
        }
        return in;
    }

    private static Path repository() {
        try {
            Path jar = Path.of(Test.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            // .../org/junit/jupiter/junit-jupiter-api/VERSION/junit-jupiter-api-VERSION.jar
            return jar.resolve("../".repeat(DIRECTORIES_FROM_JAR_TO_REPOSITORY)).normalize();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path existing(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new IllegalStateException(file + " is missing; Maven fetches it: mvn compile -pl test-support -am");
        }
        return file;
    }
}
