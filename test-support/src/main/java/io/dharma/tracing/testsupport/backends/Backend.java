package io.dharma.tracing.testsupport.backends;

import java.io.IOException;
import java.util.Locale;

/** The servers there are, and how each is started as a process and as a container. */
enum Backend {
    REDIS("Redis"),
    KAFKA("Kafka"),
    ELASTICSEARCH_8("Elasticsearch 8"),
    ELASTICSEARCH_9("Elasticsearch 9"),
    ZIPKIN("Zipkin");

    private final String title;

    Backend(String title) {
        this.title = title;
    }

    /** Starts a server whose files, log and processes belong to {@code home}; returns before it answers. */
    ServerProcess startProcess(ServerHome home) throws IOException {
        return switch (this) {
            case REDIS -> RedisProcess.start(home);
            case KAFKA -> KafkaProcess.start(home);
            case ELASTICSEARCH_8 -> ElasticsearchProcess.start(8, home);
            case ELASTICSEARCH_9 -> ElasticsearchProcess.start(9, home);
            case ZIPKIN -> ZipkinProcess.start(home);
        };
    }

    /** Starts a container and returns its address once it answers. */
    String startContainer() {
        return switch (this) {
            case REDIS -> Containers.redis();
            case KAFKA -> Containers.kafka();
            case ELASTICSEARCH_8 -> Containers.elasticsearch(8);
            case ELASTICSEARCH_9 -> Containers.elasticsearch(9);
            case ZIPKIN -> Containers.zipkin();
        };
    }

    /** Whether a machine without Docker may be unable to run it, and that is no failure. */
    boolean mayBeAbsent() {
        return this == ELASTICSEARCH_9;
    }

    /** A name for files and properties: {@code elasticsearch9}. */
    String key() {
        return name().toLowerCase(Locale.ROOT).replace("_", "");
    }

    @Override
    public String toString() {
        return title;
    }
}
