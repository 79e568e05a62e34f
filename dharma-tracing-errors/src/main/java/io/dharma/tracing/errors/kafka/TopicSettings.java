package io.dharma.tracing.errors.kafka;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Where messages go and how long they may take; what the builders of sinks have in common. One thread at a time. */
final class TopicSettings {

    private static final Duration SHORTEST = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private final String bootstrapServers;
    private final String topic;
    private final Map<String, String> properties = new TreeMap<>();
    private Duration timeout = Duration.ofSeconds(3);

    /** @throws IllegalArgumentException if one of them is empty, or the topic has no name that a topic may have */
    TopicSettings(String bootstrapServers, String topic) {
        this.bootstrapServers = bootstrapServers.trim();
        this.topic = topic;
        if (this.bootstrapServers.isEmpty()) {
            throw new IllegalArgumentException("bootstrapServers must not be empty; expected host:port,host:port");
        }
        if (!topic.matches("[a-zA-Z0-9._-]{1,249}") || topic.matches("\\.{1,2}")) {
            throw new IllegalArgumentException(
                    "topic must have 1 to 249 letters, digits, '.', '_' and '-', and not be . or ..");
        }
    }

    void addProperties(Map<String, String> producerProperties) {
        properties.putAll(producerProperties);
    }

    /** @throws IllegalArgumentException unless between 500 ms and two minutes */
    void setTimeout(Duration newTimeout) {
        if (newTimeout.compareTo(SHORTEST) < 0 || newTimeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "timeout must be between " + SHORTEST + " and " + LONGEST + ", but is " + newTimeout);
        }
        timeout = newTimeout;
    }

    String topic() {
        return topic;
    }

    Duration timeout() {
        return timeout;
    }

    /**
     * What the producer is made of. Now rather than with the first batch, when nobody looks, it is found out whether one can
     * be.
     *
     * @param what is sent, for whoever misses the artifact
     * @param clientId unless the properties have one; two producers of one name would be one too many for the JVM's list
     * @throws IllegalStateException if Kafka's client is not on the class path; the message names the missing artifact
     * @throws IllegalArgumentException if a property has a value that it cannot have; the message does not repeat it
     */
    ProducerSettings producer(String what, String clientId) {
        try {
            var unused = Class.forName(
                    "org.apache.kafka.clients.producer.KafkaProducer", false, TopicSettings.class.getClassLoader());
        } catch (ClassNotFoundException missing) {
            throw new IllegalStateException(
                    what + " in Kafka need org.apache.kafka:kafka-clients on the class path", missing);
        }
        return ProducerSettings.of(clientId, bootstrapServers, properties, timeout);
    }

    /** The servers and the topic, and the names of the properties, not what they are. */
    @Override
    public String toString() {
        return bootstrapServers + ", topic=" + topic + ", timeout=" + timeout + ", properties=" + properties.keySet();
    }
}
