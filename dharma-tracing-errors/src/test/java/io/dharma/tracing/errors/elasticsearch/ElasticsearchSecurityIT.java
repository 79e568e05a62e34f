package io.dharma.tracing.errors.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.errors.ErrorRecord;
import io.dharma.tracing.errors.EventQuery;
import io.dharma.tracing.errors.SampleErrors;
import io.dharma.tracing.export.TlsSettings;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.SinkState;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.TestCertificates;
import io.dharma.tracing.testsupport.backends.ElasticsearchNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A server with TLS and users, of one's own, that is killed in the end. */
@ExtendWith(LeakCheck.class)
class ElasticsearchSecurityIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final List<ErrorRecord> BATCH = List.of(SampleErrors.event(1));

    @TempDir
    static Path directory;

    private static TestCertificates authority;
    private static ElasticsearchNode server;

    private final String namespace = "t" + UUID.randomUUID().toString().replace("-", "");

    @BeforeAll
    static void start() throws IOException {
        authority = TestCertificates.in(directory);
        server = ElasticsearchNode.start(8, authority);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void user_whoMayWriteDoes() throws Exception {
        ElasticsearchErrorStore store = administrator().build();
        try {
            assertThat(deliver(store)).isEqualTo(Delivery.delivered());
            assertThat(store.toString()).contains("a user").doesNotContain(ElasticsearchNode.PASSWORD);
            server.ask("POST", "/_refresh", "");
            assertThat(store.events(EventQuery.all()).toCompletableFuture().get(60, TimeUnit.SECONDS))
                    .hasSize(1);
        } finally {
            store.close(Duration.ZERO);
        }
    }

    @Test
    void user_whoMayNotIsToldWhatItTakes() throws Exception {
        ElasticsearchErrorStore store = builder()
                .user(ElasticsearchNode.READER, ElasticsearchNode.PASSWORD)
                .build();
        try (ErrorPipeline pipeline = new ErrorPipeline(store)) {
            assertThat(deliver(store))
                    .isInstanceOfSatisfying(
                            Delivery.Refused.class,
                            refused -> assertThat(refused.reason()).contains("403", "manage_index_templates"));
            pipeline.offer(1);
            await().atMost(PATIENCE).until(() -> pipeline.sink().state() == SinkState.PAUSED);
        }
        ElasticsearchErrorStore withoutTemplates = builder()
                .user(ElasticsearchNode.READER, ElasticsearchNode.PASSWORD)
                .installTemplates(false)
                .build();
        assertThat(deliver(withoutTemplates)).isInstanceOf(Delivery.Refused.class);
        withoutTemplates.close(Duration.ZERO);
    }

    @Test
    void credentials_thatAreWrongAreRefused() throws Exception {
        for (ElasticsearchErrorStore.Builder wrong : List.of(
                builder().user(ElasticsearchNode.ADMINISTRATOR, "no"), builder().apiKey("bm86bm8="), builder())) {
            ElasticsearchErrorStore store = wrong.build();
            assertThat(deliver(store))
                    .isInstanceOfSatisfying(
                            Delivery.Refused.class,
                            refused -> assertThat(refused.reason()).contains("401"));
            store.close(Duration.ZERO);
        }
    }

    @Test
    void certificate_thatNobodyVouchesForIsRefused() throws Exception {
        ElasticsearchErrorStore store = ElasticsearchErrorStore.builder(
                        server.uri().toString())
                .user(ElasticsearchNode.ADMINISTRATOR, ElasticsearchNode.PASSWORD)
                .build();
        assertThat(deliver(store))
                .isInstanceOfSatisfying(
                        Delivery.Refused.class,
                        refused -> assertThat(refused.reason()).contains("TLS"));
        store.close(Duration.ZERO);
    }

    @Test
    void server_thatIsKilledWhileItWritesHasEverythingOnceInTheEnd() throws Exception {
        ElasticsearchErrorStore store = administrator().build();
        ElasticsearchErrorStore reader = administrator().build();
        try (ErrorPipeline pipeline = new ErrorPipeline(store)) {
            pipeline.offer(50);
            await().atMost(PATIENCE).until(() -> pipeline.sink().delivered() > 0);
            pipeline.offer(500);
            long before = pipeline.sink().delivered();
            await().atMost(PATIENCE).until(() -> pipeline.sink().delivered() > before);
            server.kill();
            pipeline.offer(50);
            server.restart();

            pipeline.assertDeliveredWithin(PATIENCE);
            server.ask("POST", "/_refresh", "");
            pipeline.assertComplete(reader);
        } finally {
            reader.close(Duration.ZERO);
        }
    }

    private ElasticsearchErrorStore.Builder administrator() {
        return builder().user(ElasticsearchNode.ADMINISTRATOR, ElasticsearchNode.PASSWORD);
    }

    private ElasticsearchErrorStore.Builder builder() {
        return ElasticsearchErrorStore.builder(server.uri().toString())
                .namespace(namespace)
                .timeout(Duration.ofSeconds(8))
                .tls(TlsSettings.builder()
                        .trustedCertificates(authority.authorityPem())
                        .build());
    }

    private static Delivery deliver(ElasticsearchErrorStore store) throws Exception {
        return store.deliver(BATCH).toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
}
