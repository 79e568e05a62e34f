package io.dharma.tracing.errors.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.dharma.tracing.errors.alert.Alert;
import io.dharma.tracing.errors.alert.SampleAlerts;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** What needs no broker. */
class KafkaAlertSinkTest {

    @Test
    void message_isACloudEventOfTheGroup() {
        Alert spike = SampleAlerts.spike();

        ProducerRecord<byte[], byte[]> message = CloudEvent.message("alerts", spike);

        assertThat(message.topic()).isEqualTo("alerts");
        assertThat(message.key()).asString(UTF_8).isEqualTo("v1-a");
        assertThat(message.value()).isEqualTo(spike.toJson());
        Map<String, String> headers = new TreeMap<>();
        message.headers().forEach(header -> headers.put(header.key(), new String(header.value(), UTF_8)));
        assertThat(headers)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "ce_specversion",
                        "1.0",
                        "ce_id",
                        spike.id(),
                        "ce_source",
                        "/checkout/checkout-7f9c",
                        "ce_type",
                        "io.dharma.tracing.error.alert.v1",
                        "ce_subject",
                        "v1-a",
                        "ce_time",
                        "2026-03-01T12:00:00.123456789Z",
                        "content-type",
                        "application/json"));
    }

    @Test
    void messageOfNoGroup_isOfTheService() {
        ProducerRecord<byte[], byte[]> message = CloudEvent.message("alerts", SampleAlerts.spikeOfTheService());

        assertThat(message.key()).asString(UTF_8).isEqualTo("checkout");
    }

    @Test
    void builder_refusesWhatCannotBe() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KafkaAlertSink.builder("localhost:9092", "a b"))
                .withMessageContaining("topic");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> KafkaAlertSink.builder("localhost:9092", "alerts").timeout(Duration.ofMillis(499)))
                .withMessageContaining("timeout must be between PT0.5S and PT2M");
    }

    @Test
    void text_showsNoValueOfAProperty() {
        KafkaAlertSink sink = KafkaAlertSink.builder("localhost:9092", "alerts")
                .properties(Map.of("ssl.key.password", "secret"))
                .build();

        assertThat(sink)
                .hasToString("KafkaAlertSink{localhost:9092, topic=alerts, timeout=PT3S,"
                        + " properties=[ssl.key.password]}");
        sink.close(Duration.ofSeconds(1));
    }
}
