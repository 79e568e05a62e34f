package io.dharma.tracing.testsupport.backends;

import static java.util.stream.Collectors.joining;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A broker that is its own controller, in a JVM with a class path of its own. */
final class KafkaProcess {

    private static final int HEAP_MEGABYTES = 256;
    private static final String CLUSTER_ID = "dharma-tests-cluster00";

    private KafkaProcess() {}

    static ServerProcess start(ServerHome home) throws IOException {
        int port = ServerHome.freePort();
        Path data = home.directory().resolve("data-" + port);
        String properties = home.write("server.properties", properties(port, ServerHome.freePort(), data))
                .toString();
        format(home, properties);
        Process process = home.start(command(properties), Map.of());
        return new ServerProcess(process, "127.0.0.1:" + port, Probes::kafka);
    }

    /** Prepares the directory that the properties name, once. */
    static void format(ServerHome home, String properties) throws IOException {
        home.run(java("kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", properties));
    }

    static List<String> command(String properties) {
        return java("kafka.Kafka", properties);
    }

    private static List<String> java(String... mainAndArguments) {
        String classpath = Artifacts.kafkaServer().stream().map(Path::toString).collect(joining(File.pathSeparator));
        return Stream.of(
                        Jdk.running().smallVm(HEAP_MEGABYTES).stream(),
                        Stream.of("-Dlog4j2.level=WARN", "-cp", classpath),
                        Stream.of(mainAndArguments))
                .flatMap(part -> part)
                .toList();
    }

    static String properties(int port, int controllerPort, Path data) {
        return """
                process.roles=broker,controller
                node.id=1
                controller.quorum.voters=1@127.0.0.1:%2$d
                controller.listener.names=CONTROLLER
                listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
                advertised.listeners=PLAINTEXT://127.0.0.1:%1$d
                listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
                log.dirs=%3$s
                num.partitions=1
                offsets.topic.num.partitions=1
                offsets.topic.replication.factor=1
                transaction.state.log.num.partitions=1
                transaction.state.log.replication.factor=1
                transaction.state.log.min.isr=1
                share.coordinator.state.topic.num.partitions=1
                share.coordinator.state.topic.replication.factor=1
                share.coordinator.state.topic.min.isr=1
                group.initial.rebalance.delay.ms=0
                log.cleaner.dedupe.buffer.size=16777216
                """.formatted(port, controllerPort, data);
    }
}
