package io.dharma.tracing.errors.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** How the producer is made: ours where it has to be, else theirs, else ours. Immutable. */
final class ProducerSettings {

    /** A topic that does not answer must not hold up the sink's thread, and is asked again anyway. */
    private static final long MAX_BLOCK_MILLIS = 500;

    /** Four batches of the pipeline's. It is not taken before it is needed. */
    private static final long BUFFER_BYTES = 8L << 20;

    /** A transaction of one's own would have to be begun and ended, and says nothing to whoever reads what is committed. */
    private static final List<String> IMPOSSIBLE = List.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG);

    private final Map<String, Object> all;

    private ProducerSettings(Map<String, Object> all) {
        this.all = all;
    }

    /**
     * The settings, looked through.
     *
     * @param timeout for all that becomes of a message
     * @throws IllegalArgumentException if one of theirs cannot be
     */
    static ProducerSettings of(String clientId, String bootstrapServers, Map<String, String> theirs, Duration timeout) {
        for (String name : IMPOSSIBLE) {
            if (theirs.containsKey(name)) {
                throw new IllegalArgumentException("The producer's property " + name + " cannot be set");
            }
        }
        Map<String, Object> all = new HashMap<>();
        all.put(ProducerConfig.CLIENT_ID_CONFIG, clientId);
        all.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES);
        // Nobody asked for these: MBeans in the application's server, and numbers pushed to the broker.
        all.put(ProducerConfig.METRIC_REPORTER_CLASSES_CONFIG, "");
        all.put(ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, false);
        all.putAll(theirs);
        all.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        all.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        all.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        all.put(ProducerConfig.ACKS_CONFIG, "all");
        all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MILLIS);
        all.put(ProducerConfig.LINGER_MS_CONFIG, 5L);
        all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) timeout.toMillis());
        all.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) (timeout.toMillis() / 2));
        requireValid(all);
        return new ProducerSettings(Map.copyOf(all));
    }

    /** Now rather than when the first message is sent; without what a configuration that is made says in the log. */
    private static void requireValid(Map<String, Object> all) {
        try {
            var unused = ProducerConfig.configDef().parse(all);
        } catch (ConfigException wrong) {
            // The value is not repeated: it may be a password, or be next to one.
            throw new IllegalArgumentException("The producer's properties cannot be used: " + nameIn(wrong));
        }
    }

    private static String nameIn(ConfigException wrong) {
        String message = String.valueOf(wrong.getMessage());
        return ProducerConfig.configNames().stream()
                .filter(name -> message.contains("configuration " + name + ":")
                        || message.contains("configuration \"" + name + "\"")
                        || message.contains("configuration " + name + " "))
                .findFirst()
                .map(name -> name + " has a value that it cannot have")
                .orElse("one has a value that it cannot have");
    }

    /** Looks up names, and throws if there is none of them; starts a thread, and may read files. */
    Producer<byte[], byte[]> newProducer() {
        return new KafkaProducer<>(all);
    }
}
