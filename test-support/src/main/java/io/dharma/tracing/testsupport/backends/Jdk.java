package io.dharma.tracing.testsupport.backends;

import static java.util.Comparator.comparingInt;

import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * A Java installation.
 *
 * @param feature the 17 of 17.0.15
 */
record Jdk(Path home, int feature) {

    /** Where package managers and IDEs put them; under each of these one directory per JDK. */
    private static final List<String> PLACES = List.of(
            "/usr/lib/jvm",
            "/usr/java",
            "/opt/java",
            "/opt",
            "/Library/Java/JavaVirtualMachines",
            "~/Library/Java/JavaVirtualMachines",
            "~/.sdkman/candidates/java",
            "~/.jdks",
            "~/.gradle/jdks",
            "~/.asdf/installs/java",
            "~/.local/share/mise/installs/java");

    /** The one that runs this. */
    static Jdk running() {
        return new Jdk(
                Path.of(System.getProperty("java.home")), Runtime.version().feature());
    }

    /**
     * Every JDK of this machine from {@code feature} on, the oldest first: a server of last year knows it best.
     * {@code -Ddharma.test.jdks=HOME:HOME} names them instead of a search.
     */
    static List<Jdk> atLeast(int feature) {
        return candidates()
                .map(Jdk::realPath)
                .distinct()
                .flatMap(home -> read(home).stream())
                .filter(jdk -> jdk.feature() >= feature)
                .sorted(comparingInt(Jdk::feature))
                .toList();
    }

    Path java() {
        return home.resolve("bin").resolve("java");
    }

    /** The start of a command for a JVM that is up fast and stays small. */
    List<String> smallVm(int heapMegabytes) {
        return List.of(java().toString(), "-Xmx" + heapMegabytes + "m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
    }

    private static Stream<Path> candidates() {
        String given = System.getProperty("dharma.test.jdks");
        if (given != null) {
            return Stream.of(given.split(File.pathSeparator)).map(Path::of);
        }
        List<Path> homes = new ArrayList<>();
        Path running = running().home();
        homes.add(running);
        for (Map.Entry<String, String> variable : System.getenv().entrySet()) {
            if (variable.getKey().startsWith("JAVA_HOME")) {
                homes.add(Path.of(variable.getValue()));
            }
        }
        homes.addAll(within(running.resolveSibling(".")));
        for (String place : PLACES) {
            homes.addAll(within(Path.of(place.replaceFirst("^~", System.getProperty("user.home")))));
        }
        return homes.stream().flatMap(home -> Stream.of(home, home.resolve("Contents/Home")));
    }

    private static List<Path> within(Path directory) {
        try (Stream<Path> children = Files.list(directory)) {
            return children.toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static Path realPath(Path home) {
        try {
            return home.toRealPath();
        } catch (IOException e) {
            return home;
        }
    }

    private static Optional<Jdk> read(Path home) {
        Path release = home.resolve("release");
        if (!Files.isReadable(release) || !Files.isExecutable(home.resolve("bin/java"))) {
            return Optional.empty();
        }
        try (Reader in = Files.newBufferedReader(release)) {
            Properties properties = new Properties();
            properties.load(in);
            String version = properties.getProperty("JAVA_VERSION", "").replace("\"", "");
            return Optional.of(new Jdk(home, Runtime.Version.parse(version).feature()));
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
