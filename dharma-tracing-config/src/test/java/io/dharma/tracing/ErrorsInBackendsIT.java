package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.errors.ErrorEvent;
import io.dharma.tracing.errors.ErrorGroup;
import io.dharma.tracing.errors.Errors;
import io.dharma.tracing.errors.GroupListener;
import io.dharma.tracing.errors.MinuteRate;
import io.dharma.tracing.errors.RateQuery;
import io.dharma.tracing.pipeline.SinkState;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.backends.EachElasticsearch;
import io.dharma.tracing.testsupport.backends.ElasticsearchServer;
import io.dharma.tracing.testsupport.backends.RedisNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Instances of a service that share Elasticsearch and Redis: what failed in all of them. */
@ExtendWith(LeakCheck.class)
@Timeout(180)
class ErrorsInBackendsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<String> news = new ArrayList<>();

    private DharmaTracing instance(String name, ErrorsOptionsSetter settings) {
        return DharmaTracing.init(DharmaConfig.builder()
                .service("checkout", "1.4.2")
                .resourceAttribute("service.instance.id", name)
                .errors(errors -> errors.inApp("io.dharma.tracing").listener(new GroupListener() {
                    @Override
                    public void isNew(ErrorGroup group) {
                        news.add(group.id());
                    }
                }))
                .errors(settings::set)
                .build());
    }

    private interface ErrorsOptionsSetter {
        void set(ErrorsOptions errors);
    }

    private static void fail(DharmaTracing dharma, int times) {
        for (int i = 0; i < times; i++) {
            assertThatThrownBy(() -> dharma.tracedRun("charge", block -> {
                        throw new IllegalStateException("declined");
                    }))
                    .hasMessage("declined");
        }
        assertThat(dharma.flush(PATIENCE)).as(dharma.health().report()).isTrue();
    }

    @EachElasticsearch
    void instances_knowTheSameGroupsAndAllCounts(ElasticsearchServer elasticsearch) throws Exception {
        String namespace = "t" + UUID.randomUUID().toString().replace("-", "");
        Instant start = Instant.now();
        try (RedisNode redis = RedisNode.start()) {
            ErrorsOptionsSetter backends =
                    errors -> errors.elasticsearch(elasticsearch.uri().toString())
                            .elasticsearchNamespace(namespace)
                            .redis(redis.uri().toString());
            try (DharmaTracing first = instance("pod-1", backends)) {
                fail(first, 100);
                assertThat(first.health().exporters())
                        .filteredOn(exporter -> exporter.signal().equals("errors"))
                        .hasSize(2)
                        .allSatisfy(exporter -> assertThat(exporter.state()).isEqualTo(SinkState.HEALTHY));
            }
            try (DharmaTracing second = instance("pod-2", backends)) {
                fail(second, 7);

                Errors errors = second.errors();
                String id = news.get(0);
                await().atMost(PATIENCE).untilAsserted(() -> {
                    assertThat(errors.groups()).hasSize(1);
                    assertThat(errors.group(id).orElseThrow().count()).isEqualTo(107);
                });
                assertThat(news).as("new once in the fleet").containsExactly(id);
                assertThat(errors.events(id))
                        .extracting(event -> event.service().instance())
                        .contains("pod-1", "pod-2");
                ErrorEvent event = errors.events(id).get(0);
                assertThat(event.operation()).contains("charge");
                assertThat(event.trace().outermost().frames()).isNotEmpty();
                assertThat(
                                errors
                                        .rates(RateQuery.between(start.minusSeconds(60), start.plusSeconds(600))
                                                .group(id))
                                        .stream()
                                        .mapToLong(MinuteRate::count)
                                        .sum())
                        .isEqualTo(107);
            }
        }
    }

    @Test
    void backendsThatAreNotThere_keepNobodyFromStartingNorFromAskingThisProcess() {
        long begin = System.nanoTime();
        try (DharmaTracing dharma = instance(
                "pod-1",
                errors -> errors.elasticsearch("http://127.0.0.1:1")
                        .kafka("127.0.0.1:1", "errors")
                        .redis("redis://127.0.0.1:1"))) {
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
            assertThatThrownBy(() -> dharma.tracedRun("charge", block -> {
                        throw new IllegalStateException("declined");
                    }))
                    .hasMessage("declined");
            assertThat(dharma.flush(Duration.ofSeconds(1))).isFalse();

            assertThat(dharma.errors().groups()).hasSize(1);
        }
    }

    @Test
    void settingsThatAreWrong_areSaidAtTheStartWithoutTheSecret() {
        assertThat(catchThrowable(() -> DharmaConfig.builder()
                        .errors(errors -> errors.elasticsearch("https://elastic:hunter2@es:9200")
                                .elasticsearchNamespace("Not Allowed"))
                        .build()))
                .isInstanceOf(DharmaConfigException.class)
                .hasMessageContaining("namespace")
                .hasMessageNotContaining("hunter2");
    }
}
