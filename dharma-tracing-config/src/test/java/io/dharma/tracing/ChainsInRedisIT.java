package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.context.Correlation;
import io.dharma.tracing.context.CorrelationContext;
import io.dharma.tracing.correlation.ChainHop;
import io.dharma.tracing.correlation.ChainSummary;
import io.dharma.tracing.correlation.Chains;
import io.dharma.tracing.correlation.Erasure;
import io.dharma.tracing.correlation.RequestChain;
import io.dharma.tracing.pipeline.SinkState;
import io.dharma.tracing.redaction.Pseudonyms;
import io.dharma.tracing.testsupport.ChildJvm;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.TestCertificates;
import io.dharma.tracing.testsupport.backends.RedisNode;
import io.opentelemetry.api.trace.SpanKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Services in processes of their own that share a Redis: what one request did in all of them. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class ChainsInRedisIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path home;

    /** Another service: answers one request, whose headers are its arguments. */
    static final class Stock {
        private Stock() {}

        public static void main(String[] headers) {
            Map<String, String> request = new HashMap<>();
            for (int i = 0; i < headers.length; i += 2) {
                request.put(headers[i], headers[i + 1]);
            }
            try (DharmaTracing dharma = DharmaTracing.init()) {
                dharma.block("GET /stock/{sku}")
                        .kind(SpanKind.SERVER)
                        .parentFrom(request, MapHeaders.GETTER)
                        .run(serve -> dharma.tracedRun("count", count -> count.fail("nobody knows")));
            }
            System.out.println("answered");
        }
    }

    private static DharmaTracing checkout(String redis) {
        return DharmaTracing.init(DharmaConfig.builder()
                .service("checkout")
                .tracing(t -> t.sampleRatio(0))
                .correlation(c -> c.redis(redis).keepInRedis(Duration.ofHours(1), Duration.ofHours(2)))
                .build());
    }

    private static String askStock(String redis, Map<String, String> headers) throws Exception {
        String[] arguments = headers.entrySet().stream()
                .flatMap(header -> List.of(header.getKey(), header.getValue()).stream())
                .toArray(String[]::new);
        return new ChildJvm()
                .environment("SERVICE_NAME", "stock")
                .environment("CORRELATION_REDIS_URL", redis)
                .run(Stock.class, arguments);
    }

    private static void order(DharmaTracing dharma, String redis, String id) throws Exception {
        dharma.block("POST /orders")
                .kind(SpanKind.SERVER)
                .parentFrom(Map.of("X-Correlation-ID", id), MapHeaders.GETTER)
                .run(serve -> dharma.block("GET").kind(SpanKind.CLIENT).run(call -> {
                    Map<String, String> headers = new HashMap<>();
                    dharma.injectTo("localhost", headers, Map::put);
                    assertThat(askStock(redis, headers)).contains("answered");
                }));
        assertThat(dharma.flush(PATIENCE)).as(dharma.health().report()).isTrue();
    }

    private static String uri(RedisNode redis) {
        return redis.uri().toString();
    }

    @Test
    void request_isReadBackAcrossProcessesAlsoByOneThatHadNoPartInIt() throws Exception {
        try (RedisNode redis = RedisNode.start()) {
            try (DharmaTracing dharma = checkout(uri(redis))) {
                order(dharma, uri(redis), "order-4711");

                RequestChain chain =
                        dharma.chains().orElseThrow().get("order-4711").orElseThrow();
                assertThat(chain.services()).containsExactly("checkout", "stock");
                assertThat(chain.hops())
                        .extracting(hop -> hop.hop().operation())
                        .containsExactly("POST /orders", "GET", "GET /stock/{sku}", "count");
                assertThat(chain.hops()).extracting(ChainHop::depth).containsExactly(0, 1, 2, 3);
                assertThat(dharma.health().exporters())
                        .filteredOn(exporter -> exporter.signal().equals("hops"))
                        .singleElement()
                        .satisfies(exporter -> {
                            assertThat(exporter.state()).isEqualTo(SinkState.HEALTHY);
                            assertThat(exporter.sent()).isEqualTo(2);
                            assertThat(exporter.target()).isEqualTo(uri(redis));
                        });
            }
            try (DharmaTracing later = checkout(uri(redis))) {
                Chains chains = later.chains().orElseThrow();
                assertThat(chains.get("order-4711").orElseThrow().hops()).hasSize(4);
                assertThat(chains.byService("stock"))
                        .extracting(ChainSummary::correlationId)
                        .containsExactly("order-4711");
            }
        }
    }

    @Test
    void user_isFoundAndErased() throws Exception {
        Pseudonyms pseudonyms = Pseudonyms.perProcess();
        String alice = pseudonyms.of("alice@example.com");
        try (RedisNode redis = RedisNode.start();
                DharmaTracing dharma = checkout(uri(redis))) {
            CorrelationContext order = CorrelationContext.builder()
                    .correlationId("order-4711")
                    .user(pseudonyms, "alice@example.com")
                    .build();
            Correlation.with(order).run(() -> dharma.tracedRun("ship", ship -> {}));
            assertThat(dharma.flush(PATIENCE)).isTrue();
            Chains chains = dharma.chains().orElseThrow();
            assertThat(chains.byUser(alice)).hasSize(1);
            assertThat(redis.ask("KEYS", "*")).hasSizeGreaterThan(2);

            assertThat(chains.erase(alice)).isEqualTo(new Erasure(1, List.of()));

            assertThat(chains.byUser(alice)).isEmpty();
            assertThat(chains.get("order-4711")).isEmpty();
            assertThat(redis.ask("KEYS", "*chain*")).isEmpty();
        }
    }

    @Test
    void redisThatIsAway_costsNothingButTheWait() throws Exception {
        try (RedisNode redis = RedisNode.start()) {
            redis.kill();
            try (DharmaTracing dharma = DharmaTracing.init(DharmaConfig.builder()
                    .service("checkout")
                    .delivery(d -> d.spool(home.resolve("spool")))
                    .correlation(c -> c.redis(uri(redis)))
                    .build())) {
                dharma.block("POST /orders")
                        .parentFrom(Map.of("X-Correlation-ID", "order-4711"), MapHeaders.GETTER)
                        .run(serve -> dharma.tracedRun("price", price -> {}));
                Chains chains = dharma.chains().orElseThrow();
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(
                                        chains.get("order-4711").orElseThrow().hops())
                                .as("by the process itself")
                                .hasSize(2));

                redis.restart();

                assertThat(dharma.flush(PATIENCE)).as(dharma.health().report()).isTrue();
                assertThat(redis.ask("HLEN", "dharma:chain:order-4711")).containsExactly("2");
                assertThat(chains.erase("nobody").isComplete()).isTrue();
            }
        }
    }

    @Test
    void redisWithTls_isTrustedByItsCertificateAndNeverShownWithItsPassword() throws Exception {
        TestCertificates authority = TestCertificates.in(home);
        try (RedisNode redis = RedisNode.startWithTls(authority);
                DharmaTracing dharma = DharmaTracing.init(Given.nothing()
                        .environment("CORRELATION_REDIS_URL", uri(redis))
                        .environment(
                                "DHARMA_CORRELATION_REDIS_CERTIFICATE",
                                authority.authorityPem().toString())
                        .builder()
                        .service("checkout")
                        .build())) {
            dharma.block("POST /orders")
                    .parentFrom(Map.of("X-Correlation-ID", "order-4711"), MapHeaders.GETTER)
                    .run(serve -> {});
            assertThat(dharma.flush(PATIENCE)).as(dharma.health().report()).isTrue();
            assertThat(redis.ask("HLEN", "dharma:chain:order-4711")).containsExactly("1");
            String password = redis.uri().getUserInfo().replaceFirst(".*:", "");
            assertThat(dharma.health().report() + dharma.config()).doesNotContain(password);
        }
    }

    @Test
    void redis_takesOneThreadOfOurNameAndNoOther() throws Exception {
        try (RedisNode redis = RedisNode.start()) {
            Set<String> before = threads();
            try (DharmaTracing dharma = checkout(uri(redis))) {
                dharma.block("POST /orders")
                        .parentFrom(Map.of("X-Correlation-ID", "order-4711"), MapHeaders.GETTER)
                        .run(serve -> {});
                assertThat(dharma.flush(PATIENCE)).isTrue();
                assertThat(dharma.chains().orElseThrow().get("order-4711")).isPresent();

                Set<String> more = threads();
                more.removeAll(before);
                more.removeIf(name -> name.startsWith("dharma-blocking"));
                assertThat(more).containsExactlyInAnyOrder("dharma-intake", "dharma-delivery", "dharma-redis");
            }
        }
    }

    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getThreadGroup() != null
                        && !thread.getThreadGroup().getName().equals("system"))
                .map(Thread::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void lettuceThatIsMissing_isAClearErrorOnlyWhereRedisIsConfigured() throws Exception {
        assertThat(new ChildJvm()
                        .without("lettuce-core")
                        .without("netty-")
                        .without("reactor-core")
                        .run(Stock.class))
                .contains("answered");

        assertThat(new ChildJvm()
                        .without("lettuce-core")
                        .environment("CORRELATION_REDIS_URL", "redis://:hunter2@localhost:6379")
                        .run(Started.class))
                .contains("environment CORRELATION_REDIS_URL")
                .contains("io.lettuce:lettuce-core")
                .doesNotContain("hunter2");
    }

    static final class Started {
        private Started() {}

        public static void main(String[] arguments) {
            try (DharmaTracing dharma = DharmaTracing.init()) {
                System.out.println("started " + dharma);
            } catch (DharmaConfigException wrong) {
                System.out.println(wrong.getMessage());
            }
        }
    }

    @Test
    void addressesThatAreWrong_areNamedAndNeverRepeated() {
        for (String wrong : List.of("http://hunter2@redis:6379", "redis://:hunter2@", "redis://:hunter2@redis:x")) {
            assertThat(catchThrowable(() -> Given.nothing()
                            .environment("CORRELATION_REDIS_URL", wrong)
                            .config()))
                    .isInstanceOf(DharmaConfigException.class)
                    .hasMessageContaining("CORRELATION_REDIS_URL")
                    .hasMessageNotContaining("hunter2");
        }
    }
}
