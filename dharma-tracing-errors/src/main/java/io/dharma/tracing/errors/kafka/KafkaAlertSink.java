package io.dharma.tracing.errors.kafka;

import io.dharma.tracing.errors.alert.Alert;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Sends alerts to a topic of Kafka, each as a CloudEvent in binary mode, as {@link KafkaErrorSink} does with errors.
 *
 * <p>A message's value is {@link Alert#toJson}; its key and {@code ce_subject} are the group's id, or the service's name
 * where an alert is of no group; {@code ce_type} is {@code io.dharma.tracing.error.alert.v1}, {@code ce_id} the alert's id,
 * {@code ce_time} when it was raised. It arrives at least once. The topic has to be there.
 *
 * <p>Nothing is opened before the first alert. Then there is a producer of its own, with a thread
 * ({@code kafka-producer-network-thread | dharma-alerts}), and the sink's, on which it waits.
 *
 * <p>{@link #deliver} and {@link #close} are for one thread at a time.
 */
public final class KafkaAlertSink implements Sink<Alert> {

    private final TopicWriter<Alert> writer;
    private final String description;

    private KafkaAlertSink(TopicWriter<Alert> writer, String description) {
        this.writer = writer;
        this.description = description;
    }

    /**
     * Begins with where the brokers are and where messages go.
     *
     * @param bootstrapServers {@code host:port}, several divided by commas; a few of many will do
     * @param topic has to be there when the first message is sent
     * @throws IllegalArgumentException if one of them is empty, or the topic has no name that a topic may have
     */
    public static Builder builder(String bootstrapServers, String topic) {
        return new Builder(new TopicSettings(bootstrapServers, topic));
    }

    /** {@code kafka}. */
    @Override
    public String name() {
        return "kafka";
    }

    /** Waits for the brokers, on the sink's own thread. */
    @Override
    public CompletionStage<Delivery> deliver(List<Alert> batch) {
        return CompletableFuture.completedFuture(writer.write(batch));
    }

    /** Within the time, also if the producer does not end in it; then it does so elsewhere. */
    @Override
    public void close(Duration deadline) {
        writer.close(deadline);
    }

    /** The servers and the topic, and the names of the properties, not what they are. */
    @Override
    public String toString() {
        return description;
    }

    /** Collects the settings of one sink; for one thread. */
    public static final class Builder {

        private final TopicSettings target;

        private Builder(TopicSettings target) {
            this.target = target;
        }

        /** As {@link KafkaErrorSink.Builder#properties}. */
        public Builder properties(Map<String, String> producerProperties) {
            target.addProperties(producerProperties);
            return this;
        }

        /**
         * How long the brokers may take for an alert, repetitions included; 3 s by default. After that it is sent again.
         *
         * @throws IllegalArgumentException unless between 500 ms and two minutes
         */
        public Builder timeout(Duration timeout) {
            target.setTimeout(timeout);
            return this;
        }

        /**
         * Makes the sink; opens nothing, and does not look whether the brokers are there.
         *
         * @throws IllegalStateException if Kafka's client is not on the class path; the message names the missing artifact
         * @throws IllegalArgumentException if a property has a value that it cannot have; the message does not repeat it
         */
        public KafkaAlertSink build() {
            ProducerSettings producer = target.producer("Alerts", "dharma-alerts");
            return new KafkaAlertSink(TopicWriter.forAlerts(target, producer), "KafkaAlertSink{" + target + "}");
        }
    }
}
