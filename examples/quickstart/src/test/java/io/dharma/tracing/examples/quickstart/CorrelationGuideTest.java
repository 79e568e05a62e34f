package io.dharma.tracing.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.DharmaConfig;
import io.dharma.tracing.DharmaTracing;
import io.dharma.tracing.context.Correlation;
import io.dharma.tracing.context.CorrelationContext;
import io.dharma.tracing.correlation.ChainDiff;
import io.dharma.tracing.correlation.ChainQuery;
import io.dharma.tracing.correlation.ChainRenderer;
import io.dharma.tracing.correlation.ChainSummary;
import io.dharma.tracing.correlation.Chains;
import io.dharma.tracing.correlation.CriticalPath;
import io.dharma.tracing.correlation.Erasure;
import io.dharma.tracing.correlation.RequestChain;
import io.dharma.tracing.redaction.Pseudonyms;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The code of {@code docs/correlation.md}: compiled, run, and compared with it by {@link SnippetsTest}. */
class CorrelationGuideTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final DharmaTracing dharma = DharmaTracing.init(config -> config.service("orders", "1.0.0"));

    @AfterEach
    void close() {
        dharma.close();
    }

    private record Message(String correlationId) {}

    private void create(Message message) {
        dharma.tracedRun(
                "create-report",
                block -> assertThat(Correlation.idIn(block.context())).isEqualTo(message.correlationId()));
    }

    @Test
    void job_runsUnderTheCorrelationThatStartedIt() {
        Message message = new Message("order-4711");
        // region job
        CorrelationContext job = CorrelationContext.builder()
                .correlationId(message.correlationId())
                .build();
        Correlation.with(job).run(() -> create(message));
        // endregion

        assertThat(dharma.flush(PATIENCE)).isTrue();
        assertThat(chains().get("order-4711")).isPresent();
    }

    @Test
    void chain_isReadAndDrawn() {
        Correlation.with(
                        CorrelationContext.builder().correlationId("order-4711").build())
                .run(() -> dharma.tracedRun("POST /orders", block -> {}));
        Correlation.with(
                        CorrelationContext.builder().correlationId("order-4712").build())
                .run(() -> dharma.tracedRun("POST /orders", block -> block.fail("declined")));
        assertThat(dharma.flush(PATIENCE)).isTrue();

        String correlationId = "order-4711";
        // region read
        RequestChain chain = dharma.chains().orElseThrow().get(correlationId).orElseThrow();

        System.out.println(ChainRenderer.text(120).render(chain));
        System.out.println(ChainRenderer.mermaidSequence().render(chain));
        // endregion
        // region path
        CriticalPath path = chain.criticalPath().orElseThrow();
        for (CriticalPath.Segment segment : path.segments()) {
            System.out.println(segment.hop() + " held it up for " + segment.durationNanos() + " ns");
        }
        // endregion
        assertThat(path.segments()).isNotEmpty();
        RequestChain other = chains().get("order-4712").orElseThrow();
        // region diff
        System.out.println(ChainDiff.between(chain, other).toText(120));
        // endregion
        assertThat(ChainDiff.between(chain, other).isEmpty()).isFalse();
    }

    @Test
    void chains_areFoundAndErased() {
        Pseudonyms pseudonyms = Pseudonyms.withKey("k1", new byte[32]);
        CorrelationContext request = CorrelationContext.create();
        // region user
        CorrelationContext known = request.withUser(pseudonyms, "alice@example.com");
        Correlation.with(known).run(() -> dharma.tracedRun("place-order", block -> {}));
        // endregion
        assertThat(dharma.flush(PATIENCE)).isTrue();
        Instant lunch = Instant.now();

        // region find
        Chains chains = dharma.chains().orElseThrow();
        List<ChainSummary> newest = chains.byService("orders");
        List<ChainSummary> ofAlice = chains.byUser(pseudonyms.of("alice@example.com"));
        List<ChainSummary> failedAtLunch = chains.find(ChainQuery.all()
                .service("orders")
                .between(lunch, lunch.plusSeconds(3_600))
                .failedOnly()
                .limit(20));
        // endregion
        assertThat(newest).hasSize(1).isEqualTo(ofAlice);
        assertThat(failedAtLunch).isEmpty();

        // region erase
        Erasure erasure = chains.erase(pseudonyms.of("alice@example.com"));
        if (!erasure.isComplete()) {
            System.out.println("To be repeated, not confirmed by: " + erasure.failed());
        }
        // endregion
        assertThat(erasure).isEqualTo(new Erasure(1, List.of()));
        assertThat(chains.byService("orders")).isEmpty();
    }

    @Test
    void redis_isOneSetting() {
        // region redis
        DharmaConfig config = DharmaConfig.builder()
                .service("orders", "1.0.0")
                .correlation(c -> c.redis("rediss://dharma:s3cret@redis.example:6379")
                        .keepInRedis(Duration.ofDays(1), Duration.ofDays(7))
                        .trustNetworks("10.0.0.0/8")
                        .outboundHosts("*.example.com"))
                .build();
        // endregion
        assertThat(config.toString()).contains("redis.example").doesNotContain("s3cret");
    }

    private Chains chains() {
        return dharma.chains().orElseThrow();
    }
}
