package io.dharma.tracing.testsupport.backends;

/**
 * A running Kafka broker, shared by every test of the build: use topics that no other test uses. Topics are created
 * at first use, with one partition.
 *
 * @param bootstrapServers {@code host:port}
 */
public record KafkaServer(String bootstrapServers) {}
