package io.dharma.tracing.errors.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.errors.SampleErrors;
import io.dharma.tracing.errors.alert.ErrorAlerts;
import io.dharma.tracing.errors.alert.SampleAlerts;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.backends.KafkaNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Alerts on their way through a real broker. */
@ExtendWith(LeakCheck.class)
@Timeout(180)
class KafkaAlertSinkIT {

    private static final TopicPartition ALERTS = new TopicPartition("alerts", 0);

    private static void createTopic(KafkaNode kafka) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(ALERTS.topic(), 1, (short) 1)))
                    .all()
                    .get(60, TimeUnit.SECONDS);
        }
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(KafkaNode kafka) {
        List<ConsumerRecord<byte[], byte[]>> messages = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(ALERTS));
            consumer.seekToBeginning(List.of(ALERTS));
            long end = consumer.endOffsets(List.of(ALERTS)).getOrDefault(ALERTS, 0L);
            while (consumer.position(ALERTS) < end) {
                consumer.poll(Duration.ofMillis(200)).forEach(messages::add);
            }
        }
        return messages;
    }

    @Test
    void alert_isAMessageOfItsTopic() throws Exception {
        try (KafkaNode kafka = KafkaNode.start()) {
            createTopic(kafka);
            try (ErrorAlerts alerts = ErrorAlerts.builder(SampleErrors.CHECKOUT)
                    .sink(KafkaAlertSink.builder(kafka.bootstrapServers(), ALERTS.topic())
                            .build())
                    .build()) {
                alerts.isNew(SampleAlerts.group("v1-a"));
                alerts.regressed(SampleAlerts.group("v1-b"));
                assertThat(alerts.flush(Duration.ofSeconds(60))).isTrue();
            }

            assertThat(read(kafka))
                    .extracting(message -> new String(message.key(), UTF_8))
                    .containsExactly("v1-a", "v1-b");
        }
    }
}
