package io.dharma.tracing.errors.kafka;

import io.dharma.tracing.errors.ErrorCount;
import io.dharma.tracing.errors.ErrorDocument;
import io.dharma.tracing.errors.ErrorRecord;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Sends errors to a topic of Kafka, for whoever wants to hear of them: each as a CloudEvent in binary mode, with its group as
 * the key, so that what is of one group stays in order.
 *
 * <pre>{@code
 * Sink<ErrorRecord> sink = KafkaErrorSink.builder("kafka-1:9092,kafka-2:9092", "errors")
 *         .properties(Map.of("security.protocol", "SASL_SSL", "sasl.mechanism", "SCRAM-SHA-512", "sasl.jaas.config", ...))
 *         .build();
 * }</pre>
 *
 * <p>A message's value is its {@link ErrorDocument}, in JSON; its headers are {@code ce_specversion}, {@code ce_id}, {@code ce_source},
 * {@code ce_type} ({@code io.dharma.tracing.error.event.v1}, {@code .group.v1} and {@code .count.v1}), {@code ce_subject} (the
 * group), {@code ce_time}, {@code content-type}, and {@code traceparent} of the span in which it happened.
 *
 * <p>A message arrives at least once: what was sent again has the same {@code ce_id}, by which its readers may leave it out.
 * The topic has to be there.
 *
 * <p>Nothing is opened before the first batch. Then there is the producer's thread,
 * {@code kafka-producer-network-thread | dharma-errors}, a daemon, and up to 8 MiB of its buffers; and the sink's own, on which
 * it waits. A producer that failed three times in a row is closed, so that a broker that is away costs neither a thread nor a
 * line in the log but with each attempt, and that names are looked up again. Kafka's own log lines are Kafka's to configure
 * ({@code org.apache.kafka}).
 *
 * <p>{@link #deliver} and {@link #close} are for one thread at a time.
 */
public final class KafkaErrorSink implements Sink<ErrorRecord> {

    private final TopicWriter<ErrorRecord> writer;
    private final boolean counts;
    private final String description;

    private KafkaErrorSink(Builder builder, TopicWriter<ErrorRecord> writer) {
        this.writer = writer;
        this.counts = builder.counts;
        this.description = builder.describe();
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

    /** Waits for the brokers, on the sink's own thread, so that no more than one batch is ever in the producer's memory. */
    @Override
    public CompletionStage<Delivery> deliver(List<ErrorRecord> batch) {
        List<ErrorRecord> wanted = batch.stream()
                .filter(record -> counts || !(record instanceof ErrorCount))
                .toList();
        return CompletableFuture.completedFuture(wanted.isEmpty() ? Delivery.delivered() : writer.write(wanted));
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
        private Function<ErrorRecord, byte[]> document = ErrorDocument::of;
        private boolean counts;

        private Builder(TopicSettings target) {
            this.target = target;
        }

        /**
         * Properties of Kafka's producer, such as those of SASL and TLS, added to those given before. What the sink depends
         * on is not changed by them: {@code acks=all}, idempotence, serializers and time limits.
         */
        public Builder properties(Map<String, String> producerProperties) {
            target.addProperties(producerProperties);
            return this;
        }

        /**
         * Whether counts are sent as well, which is a message for each group, operation and minute in which something
         * happened; false by default.
         */
        public Builder counts(boolean areSent) {
            this.counts = areSent;
            return this;
        }

        /**
         * How long the brokers may take for a message, repetitions included; 3 s by default. After that all of its batch is
         * sent again. A pipeline's delivery timeout should be a second longer.
         *
         * @throws IllegalArgumentException unless between 500 ms and two minutes
         */
        public Builder timeout(Duration newTimeout) {
            target.setTimeout(newTimeout);
            return this;
        }

        /** For tests that want messages of another size. */
        Builder document(Function<ErrorRecord, byte[]> newDocument) {
            this.document = Objects.requireNonNull(newDocument, "document");
            return this;
        }

        /**
         * Makes the sink; opens nothing, and does not look whether the brokers are there.
         *
         * @throws IllegalStateException if Kafka's client is not on the class path; the message names the missing artifact
         * @throws IllegalArgumentException if a property has a value that it cannot have; the message does not repeat it
         */
        public KafkaErrorSink build() {
            ProducerSettings producer = target.producer("Errors", "dharma-errors");
            return new KafkaErrorSink(this, TopicWriter.forErrors(target, producer, document));
        }

        private String describe() {
            return "KafkaErrorSink{" + target + ", counts=" + counts + "}";
        }
    }
}
