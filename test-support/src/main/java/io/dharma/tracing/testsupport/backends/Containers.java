package io.dharma.tracing.testsupport.backends;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * The official images, where a container engine runs. Only the keeper has Testcontainers on its class path; when the
 * keeper ends, Testcontainers' reaper removes the container.
 */
final class Containers {

    private static final Duration PATIENCE = Duration.ofSeconds(150);

    private Containers() {}

    /** Whether servers come as containers: if asked for, or else if an engine answers. */
    static boolean wanted() {
        String asked = System.getProperty("dharma.test.backends", "auto").toLowerCase(Locale.ROOT);
        return switch (asked) {
            case "containers" -> true;
            case "processes" -> false;
            case "auto" -> mayHaveEngine() && DockerClientFactory.instance().isDockerAvailable();
            default ->
                throw new IllegalArgumentException(
                        "dharma.test.backends=" + asked + ", but it may be auto, containers or processes");
        };
    }

    /** Spares a machine without an engine the second that Testcontainers takes to find that out. */
    private static boolean mayHaveEngine() {
        String home = System.getProperty("user.home");
        String runtime = System.getenv().getOrDefault("XDG_RUNTIME_DIR", "/run");
        return System.getenv("DOCKER_HOST") != null
                || Stream.of(
                                "/var/run/docker.sock",
                                runtime + "/docker.sock",
                                runtime + "/podman/podman.sock",
                                home + "/.docker/run/docker.sock",
                                home + "/.docker/desktop/docker.sock",
                                home + "/.testcontainers.properties")
                        .map(Path::of)
                        .anyMatch(Files::exists);
    }

    static String redis() {
        GenericContainer<?> redis = container(Backend.REDIS, 6379);
        redis.start();
        return "redis://" + redis.getHost() + ":" + redis.getMappedPort(6379);
    }

    static String kafka() {
        KafkaContainer kafka = new KafkaContainer(DockerImageName.parse(Artifacts.image(Backend.KAFKA)));
        kafka.withEnv("KAFKA_HEAP_OPTS", "-Xmx256m")
                .withStartupTimeout(PATIENCE)
                .start();
        return kafka.getBootstrapServers();
    }

    static String elasticsearch(int major) {
        Backend backend = major == 8 ? Backend.ELASTICSEARCH_8 : Backend.ELASTICSEARCH_9;
        GenericContainer<?> elasticsearch = container(backend, 9200);
        elasticsearch
                .withEnv("discovery.type", "single-node")
                .withEnv("xpack.security.enabled", "false")
                .withEnv("cluster.routing.allocation.disk.threshold_enabled", "false")
                .withEnv("ES_JAVA_OPTS", "-Xms512m -Xmx512m")
                .waitingFor(Wait.forHttp("/_cluster/health").forPort(9200).withStartupTimeout(PATIENCE))
                .start();
        return "http://" + elasticsearch.getHost() + ":" + elasticsearch.getMappedPort(9200);
    }

    static String zipkin() {
        GenericContainer<?> zipkin = container(Backend.ZIPKIN, 9411);
        zipkin.waitingFor(Wait.forHttp("/health").forPort(9411).withStartupTimeout(PATIENCE))
                .start();
        return "http://" + zipkin.getHost() + ":" + zipkin.getMappedPort(9411);
    }

    /** Lives until the keeper ends, which is when the build does. */
    private static GenericContainer<?> container(Backend backend, int port) {
        return new GenericContainer<>(DockerImageName.parse(Artifacts.image(backend))).withExposedPorts(port);
    }
}
