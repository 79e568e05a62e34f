package io.dharma.tracing.errors.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.backends.Backends;
import io.dharma.tracing.testsupport.backends.Elasticsearch;
import io.dharma.tracing.testsupport.backends.ElasticsearchServer;
import io.dharma.tracing.testsupport.faults.Fault;
import io.dharma.tracing.testsupport.faults.FaultProxy;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What goes wrong on the way costs nothing but time: every event is there once in the end, and every count exact. */
@ExtendWith({LeakCheck.class, Backends.class})
class ElasticsearchFaultsIT {

    private static final int RECORDS = 40;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Those that the receiver may have processed before they strike are where an id is needed. */
    private static final List<Fault> FAULTS = List.of(
            Fault.refuse(),
            Fault.blackhole(),
            Fault.resetBeforeAnswer(),
            Fault.resetInAnswer(),
            Fault.garbage(),
            Fault.answer(429),
            Fault.answer(503));

    @Test
    void fault_ofAnyKindLosesNothingAndDoublesNothing(@Elasticsearch(8) ElasticsearchServer server) throws Exception {
        String namespace = "t" + UUID.randomUUID().toString().replace("-", "");
        try (FaultProxy proxy = FaultProxy.to(server.uri())) {
            ElasticsearchErrorStore store = ElasticsearchErrorStore.builder(
                            proxy.uri().toString())
                    .namespace(namespace)
                    .timeout(Duration.ofSeconds(1))
                    .build();
            ElasticsearchErrorStore reader = ElasticsearchErrorStore.builder(
                            server.uri().toString())
                    .namespace(namespace)
                    .timeout(PATIENCE)
                    .build();
            try (ErrorPipeline pipeline = new ErrorPipeline(store)) {
                for (Fault fault : FAULTS) {
                    proxy.set(fault);
                    long before = pipeline.sink().failedDeliveries();
                    pipeline.offer(RECORDS);
                    await().atMost(PATIENCE).until(() -> pipeline.sink().failedDeliveries() > before);
                    proxy.set(Fault.pass());
                    pipeline.assertDeliveredWithin(PATIENCE);
                }
                Requests.refresh(server.uri());
                pipeline.assertComplete(reader);
                assertThat(pipeline.offered()).isEqualTo(FAULTS.size() * RECORDS);
            } finally {
                reader.close(Duration.ZERO);
            }
        }
    }
}
