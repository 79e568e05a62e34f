package io.dharma.tracing.errors.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.errors.ErrorDocument;
import io.dharma.tracing.errors.ErrorEvent;
import io.dharma.tracing.errors.ErrorPipeline;
import io.dharma.tracing.errors.ErrorRecord;
import io.dharma.tracing.errors.Failures;
import io.dharma.tracing.errors.GroupChange;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.DropReason;
import io.dharma.tracing.pipeline.SinkState;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.backends.KafkaNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.management.ObjectName;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** A real broker, and what it does to us. It is killed in the last test, since it takes its time to come back. */
@ExtendWith(LeakCheck.class)
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
class KafkaErrorSinkIT {

    private static final Duration RECOVERY = Duration.ofSeconds(60);
    private static final Duration MOMENT = Duration.ofSeconds(2);

    private final Failures failures = new Failures(4);
    private KafkaNode kafka;

    @BeforeAll
    void start() throws IOException {
        kafka = KafkaNode.start();
    }

    @AfterAll
    void stop() {
        kafka.close();
    }

    /** Patient, since how fast a machine is that does other things as well is not what is tested here. */
    private KafkaErrorSink.Builder builder(String topic) {
        return KafkaErrorSink.builder(kafka.bootstrapServers(), topic).timeout(Duration.ofSeconds(20));
    }

    private static Delivery deliver(KafkaErrorSink sink, ErrorRecord... records) throws Exception {
        return sink.deliver(List.of(records)).toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    /** As often as a pipeline would: on a busy machine half a second is not always enough to find the broker. */
    private static void assertDelivered(KafkaErrorSink sink, ErrorRecord... records) {
        await().atMost(RECOVERY).until(() -> deliver(sink, records) instanceof Delivery.Delivered);
    }

    private void create(String topic, Map<String, String> settings) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1).configs(settings)))
                    .all()
                    .get(60, TimeUnit.SECONDS);
        }
    }

    private List<ConsumerRecord<byte[], byte[]>> read(String topic) {
        List<ConsumerRecord<byte[], byte[]>> messages = new ArrayList<>();
        TopicPartition partition = new TopicPartition(topic, 0);
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(200)).forEach(messages::add);
            }
        }
        return messages;
    }

    private static Map<String, String> headers(ConsumerRecord<byte[], byte[]> message) {
        Map<String, String> headers = new HashMap<>();
        for (Header header : message.headers()) {
            headers.put(header.key(), new String(header.value(), UTF_8));
        }
        return headers;
    }

    private Set<String> ids(String topic) {
        Set<String> ids = new LinkedHashSet<>();
        read(topic).forEach(message -> ids.add(headers(message).get("ce_id")));
        return ids;
    }

    private static Set<String> ids(List<ErrorEvent> events) {
        Set<String> ids = new HashSet<>();
        events.forEach(event -> ids.add(event.id()));
        return ids;
    }

    private List<ErrorEvent> events(int count) {
        return Stream.generate(() -> failures.event(failures.group(), null))
                .limit(count)
                .toList();
    }

    @Test
    @Order(1)
    void message_isACloudEventOfItsGroup() throws Exception {
        create("all", Map.of());
        ErrorEvent event = failures.event(failures.group(), "user-1");
        GroupChange change = failures.change(failures.known(event.group()), "pod 1");
        KafkaErrorSink sink = builder("all").build();

        assertDelivered(sink, event, change, failures.count(event.group(), "pod-1", null, 1, 1));

        List<ConsumerRecord<byte[], byte[]>> messages = read("all");
        assertThat(messages).hasSize(2);
        assertThat(messages)
                .allSatisfy(message -> assertThat(message.key()).asString(UTF_8).isEqualTo(event.group()));
        assertThat(messages.get(0).value()).isEqualTo(ErrorDocument.of(event));
        assertThat(messages.get(0).timestamp()).isEqualTo(event.time().toEpochMilli());
        assertThat(headers(messages.get(0)))
                .containsOnly(
                        Map.entry("ce_specversion", "1.0"),
                        Map.entry("ce_id", event.id()),
                        Map.entry("ce_source", "/checkout/pod-1"),
                        Map.entry("ce_type", "io.dharma.tracing.error.event.v1"),
                        Map.entry("ce_subject", event.group()),
                        Map.entry("ce_time", event.time().toString()),
                        Map.entry("content-type", "application/json"),
                        Map.entry(
                                "traceparent",
                                "00-" + event.traceId().orElseThrow() + "-"
                                        + event.spanId().orElseThrow() + "-01"));
        assertThat(headers(messages.get(1)))
                .containsEntry("ce_type", "io.dharma.tracing.error.group.v1")
                .containsEntry("ce_source", "/checkout/pod%201")
                .doesNotContainKey("traceparent");
        sink.close(MOMENT);
    }

    @Test
    @Order(1)
    void counts_areSentWhereTheyAreWanted() throws Exception {
        create("counts", Map.of());
        KafkaErrorSink sink = builder("counts").counts(true).build();

        assertDelivered(sink, failures.count(failures.group(), "pod-1", null, 29_000_000, 1));

        assertThat(headers(read("counts").get(0)))
                .containsEntry("ce_type", "io.dharma.tracing.error.count.v1")
                .containsEntry("ce_time", "2025-02-19T21:20:00Z");
        sink.close(MOMENT);
    }

    @Test
    @Order(1)
    void topic_thatIsMissingPausesTheSinkUntilItIsThere() throws Exception {
        KafkaErrorSink sink = builder("missing").build();
        ErrorEvent event = failures.event(failures.group(), null);

        Delivery last = Delivery.delivered();
        for (int look = 0; look < 20 && !(last instanceof Delivery.Refused); look++) {
            last = deliver(sink, event);
        }
        assertThat(last).isEqualTo(Delivery.refused("there is no topic missing"));

        create("missing", Map.of());
        assertDelivered(sink, event);
        assertThat(ids("missing")).containsExactly(event.id());
        sink.close(MOMENT);
    }

    @Test
    @Order(1)
    void message_thatIsTooLargeIsRejectedAlone() throws Exception {
        create("small", Map.of("max.message.bytes", "2000"));
        List<ErrorEvent> events = events(6);
        try (ErrorPipeline pipeline = new ErrorPipeline(builder("small")
                .timeout(Duration.ofSeconds(4))
                .document(record -> new byte[record == events.get(3) ? 4_000 : 10])
                .build())) {
            pipeline.offer(events);
            assertThat(pipeline.flush(RECOVERY)).isFalse();

            assertThat(pipeline.sink().dropped()).isEqualTo(Map.of(DropReason.REJECTED, 1L));
            assertThat(pipeline.sink().delivered()).isEqualTo(5);
            assertThat(ids("small")).hasSize(5).doesNotContain(events.get(3).id());
        }
    }

    private Map<String, String> sasl(String password) {
        return Map.of(
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"" + KafkaNode.USER
                        + "\" password=\"" + password + "\";");
    }

    @Test
    @Order(1)
    void user_isLetInByPropertiesAndRefusedWithAnotherPassword() throws Exception {
        create("secured", Map.of());
        KafkaErrorSink.Builder builder =
                KafkaErrorSink.builder(kafka.saslBootstrapServers(), "secured").timeout(Duration.ofSeconds(20));
        KafkaErrorSink known = builder.properties(sasl(KafkaNode.PASSWORD)).build();
        KafkaErrorSink unknown = builder.properties(sasl("wrong-secret")).build();
        ErrorEvent event = failures.event(failures.group(), null);

        assertDelivered(known, event);
        await().atMost(RECOVERY)
                .until(() -> deliver(unknown, event).equals(Delivery.refused("SaslAuthenticationException")));

        assertThat(unknown.toString()).contains("sasl.jaas.config").doesNotContain("secret");
        assertThat(ids("secured")).containsExactly(event.id());
        known.close(MOMENT);
        unknown.close(MOMENT);
    }

    @Test
    @Order(1)
    void hosts_thatNobodyKnowsAreTriedAgain() throws Exception {
        KafkaErrorSink sink =
                KafkaErrorSink.builder("kafka.invalid:9092", "all").build();

        assertThat(deliver(sink, failures.event(failures.group(), null)))
                .isEqualTo(Delivery.retry("none of the brokers' names is known"));
        sink.close(MOMENT);
    }

    @Test
    @Order(1)
    void producer_hasOneDaemonThreadAndLeavesNothing() throws Exception {
        create("threads", Map.of());
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        Set<ObjectName> beansBefore =
                ManagementFactory.getPlatformMBeanServer().queryNames(new ObjectName("kafka.*:*"), null);
        KafkaErrorSink sink = builder("threads").build();
        assertDelivered(sink, failures.event(failures.group(), null));

        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(
                        thread -> !before.contains(thread) && thread.getName().contains("kafka"))
                .singleElement()
                .satisfies(thread -> {
                    assertThat(thread.getName()).isEqualTo("kafka-producer-network-thread | dharma-errors");
                    assertThat(thread.isDaemon()).isTrue();
                });
        sink.close(MOMENT);
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().contains("dharma-errors"));
        assertThat(ManagementFactory.getPlatformMBeanServer().queryNames(new ObjectName("kafka.*:*"), null))
                .isEqualTo(beansBefore);
    }

    /** One pipeline is at it when the broker goes, another one begins when it is gone. */
    @Test
    @Order(2)
    void broker_thatIsKilledWhileItWritesAndThenDownGetsEveryEventAndNobodyWaits() throws Exception {
        create("killed", Map.of());
        create("later", Map.of());
        List<ErrorEvent> events = events(3_000);
        List<ErrorEvent> later = events(500);
        try (ErrorPipeline pipeline = new ErrorPipeline(
                        builder("killed").timeout(Duration.ofSeconds(3)).build());
                ErrorPipeline begun = new ErrorPipeline(
                        builder("later").timeout(Duration.ofSeconds(3)).build())) {
            pipeline.offer(events.subList(0, 1_000));
            await().atMost(RECOVERY)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> pipeline.sink().delivered() > 0);
            pipeline.offer(events.subList(1_000, 2_000));
            kafka.kill();
            long begin = System.nanoTime();
            begun.offer(later);
            pipeline.offer(events.subList(2_000, 3_000));
            assertThat(System.nanoTime() - begin)
                    .isLessThan(Duration.ofSeconds(1).toNanos());
            begun.awaitState(SinkState.DEGRADED);
            kafka.restart();

            pipeline.assertDeliveredWithin(RECOVERY);
            begun.assertDeliveredWithin(RECOVERY);
            assertThat(ids("killed")).isEqualTo(ids(events));
            assertThat(ids("later")).isEqualTo(ids(later));
        }
    }
}
