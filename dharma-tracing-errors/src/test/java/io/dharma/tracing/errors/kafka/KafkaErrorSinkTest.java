package io.dharma.tracing.errors.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dharma.tracing.errors.ErrorDocument;
import io.dharma.tracing.errors.ErrorRecord;
import io.dharma.tracing.errors.Failures;
import io.dharma.tracing.pipeline.Delivery;
import java.io.File;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What needs no broker. */
class KafkaErrorSinkTest {

    private final Failures failures = new Failures(5);

    private static KafkaErrorSink.Builder builder() {
        return KafkaErrorSink.builder("localhost:9092", "errors");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a b", "a/b", "\u00e4"})
    void topic_hasANameThatATopicMayHave(String topic) {
        assertThatThrownBy(() -> KafkaErrorSink.builder("localhost:9092", topic))
                .hasMessageContaining("topic");
    }

    @Test
    void builder_refusesWhatCannotBe() {
        assertThatThrownBy(() -> KafkaErrorSink.builder(" ", "errors")).hasMessageContaining("bootstrapServers");
        assertThatThrownBy(() -> builder().timeout(Duration.ZERO)).hasMessageContaining("timeout");
        assertThatThrownBy(() ->
                        builder().properties(Map.of("transactional.id", "mine")).build())
                .hasMessageContaining("transactional.id");
    }

    @Test
    void property_withAValueThatItCannotHaveIsNamedAndNotRepeated() {
        assertThatThrownBy(() -> builder()
                        .properties(Map.of("security.protocol", "secret"))
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("security.protocol")
                .message()
                .doesNotContain("secret");
    }

    @Test
    void sink_showsNoValueOfAProperty() {
        KafkaErrorSink sink = builder()
                .properties(Map.of("ssl.key.password", "secret", "acks", "0"))
                .build();

        assertThat(sink.toString())
                .contains("localhost:9092", "topic=errors", "ssl.key.password")
                .doesNotContain("secret");
        sink.close(Duration.ofSeconds(1));
    }

    @Test
    void counts_thatNobodyWantsOpenNothing() throws Exception {
        KafkaErrorSink sink =
                KafkaErrorSink.builder("kafka.invalid:9092", "errors").build();
        ErrorRecord count = failures.count(failures.group(), "pod-1", null, 1, 1);

        assertThat(sink.deliver(List.of(count)).toCompletableFuture()).isCompletedWithValue(Delivery.delivered());
        sink.close(Duration.ofSeconds(1));
    }

    private static String header(ErrorRecord record, String name) {
        ProducerRecord<byte[], byte[]> message = CloudEvent.message("errors", record, ErrorDocument.of(record));
        return new String(message.headers().lastHeader(name).value(), UTF_8);
    }

    @Test
    void changesOfAGroup_areMessagesOfTheirOwnAndTheSameWhenTheyComeAgain() {
        ErrorRecord one = failures.change(failures.known("v1-1"), "pod-1");
        ErrorRecord other = failures.change(failures.known("v1-1"), "pod-1");

        assertThat(header(one, "ce_id"))
                .startsWith("v1-1-")
                .isEqualTo(header(one, "ce_id"))
                .isNotEqualTo(header(other, "ce_id"));
    }

    @Test
    void sink_withoutKafkaSaysWhatIsMissing() throws Exception {
        URL[] classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("kafka-clients"))
                .map(entry -> url(entry))
                .toArray(URL[]::new);
        try (URLClassLoader withoutKafka = new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
            Class<?> type = withoutKafka.loadClass(KafkaErrorSink.class.getName());
            Object builder =
                    type.getMethod("builder", String.class, String.class).invoke(null, "localhost:9092", "errors");

            assertThatThrownBy(() -> builder.getClass().getMethod("build").invoke(builder))
                    .cause()
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("Errors in Kafka need org.apache.kafka:kafka-clients on the class path");
        }
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(e);
        }
    }
}
