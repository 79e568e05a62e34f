package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dharma.tracing.redaction.EmailPolicy;
import io.dharma.tracing.redaction.Pseudonyms;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.otlp.OtlpReceiver;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.trace.data.DelegatingSpanData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** That no secret leaves the process, by whatever way: from {@code init()} to what a collector or a service reads. */
@ExtendWith(LeakCheck.class)
class RedactionEndToEndTest {

    private static final String SECRET = "hunter2-and-more";

    private static void traced(Consumer<DharmaConfig.Builder> settings, Consumer<DharmaTracing> work, Checks checks)
            throws Exception {
        try (OtlpReceiver receiver = OtlpReceiver.start()) {
            try (DharmaTracing dharma = DharmaTracing.init(config -> {
                config.service("checkout", "1.4.2")
                        .resourceAttribute("process.command_line", "java -jar app.jar --password=" + SECRET)
                        .otlp(receiver.endpoint().toString());
                settings.accept(config);
            })) {
                work.accept(dharma);
                boolean unused = dharma.flush(Duration.ofSeconds(10));
                checks.check(receiver, dharma.health());
            }
        }
    }

    @FunctionalInterface
    private interface Checks {
        void check(OtlpReceiver receiver, Health health) throws Exception;
    }

    private static String everything(OtlpReceiver receiver) {
        StringBuilder all = new StringBuilder();
        receiver.requests().forEach(request -> all.append(request.message()));
        return all.toString();
    }

    private static void leakEverywhere(DharmaTracing dharma) {
        assertThatThrownBy(() -> dharma.tracedRun("login password=" + SECRET, block -> {
                    block.attribute("user.password", SECRET);
                    block.attribute("url.full", "https://jane:" + SECRET + "@example.com/?token=" + SECRET);
                    block.attribute("db.query.text", "select * from users where name = '" + SECRET + "'");
                    block.event("sent", Attributes.of(AttributeKey.stringKey("authorization"), "Bearer " + SECRET));
                    throw new IllegalStateException("cannot connect with password=" + SECRET);
                }))
                .hasMessageContaining(SECRET);
        dharma.openTelemetry()
                .getLogsBridge()
                .get("app")
                .logRecordBuilder()
                .setBody("password=" + SECRET)
                .setAttribute(AttributeKey.stringKey("api_key"), SECRET)
                .emit();
        dharma.openTelemetry()
                .getMeter("app")
                .counterBuilder("logins")
                .setDescription("as with password=" + SECRET)
                .build()
                .add(1, Attributes.of(AttributeKey.stringKey("authorization"), "Bearer " + SECRET));
    }

    @Test
    void secrets_reachNoReceiverByAnyWay() throws Exception {
        traced(config -> {}, RedactionEndToEndTest::leakEverywhere, (receiver, health) -> {
            assertThat(receiver.spans()).hasSize(1);
            assertThat(receiver.logs()).hasSize(1);
            assertThat(receiver.metrics()).isNotEmpty();
            assertThat(everything(receiver))
                    .doesNotContain(SECRET)
                    .contains("cannot connect with password=[redacted]")
                    .contains("as with password=[redacted]")
                    .contains("example.com");
            assertThat(health.redaction().redacted()).containsKeys("key", "assignment", "sql", "url");
            assertThat(health.report()).contains("Redaction\n  taken out {");
        });
    }

    @Test
    void metrics_reachAReaderOfTheApplicationWithoutSecrets() throws Exception {
        CollectingReader reader = new CollectingReader();
        traced(
                config -> config.metrics(metrics -> metrics.reader(reader)),
                RedactionEndToEndTest::leakEverywhere,
                (receiver, health) -> assertThat(reader.collected())
                        .contains("logins", "as with password=[redacted]", "process.command_line")
                        .doesNotContain(SECRET));
    }

    @Test
    void metrics_reachAReaderOfTheApplicationAsTheyAreIfRedactionIsOff() throws Exception {
        CollectingReader reader = new CollectingReader();
        traced(
                config -> config.redaction(RedactionOptions::off).metrics(metrics -> metrics.reader(reader)),
                RedactionEndToEndTest::leakEverywhere,
                (receiver, health) -> assertThat(reader.collected()).contains("as with password=" + SECRET));
    }

    /** A reader as an application brings it, such as Prometheus's. */
    private static final class CollectingReader implements MetricReader {

        private CollectionRegistration metrics = CollectionRegistration.noop();

        String collected() {
            return metrics.collectAllMetrics().toString();
        }

        @Override
        public void register(CollectionRegistration registration) {
            metrics = registration;
        }

        @Override
        public AggregationTemporality getAggregationTemporality(InstrumentType type) {
            return AggregationTemporality.CUMULATIVE;
        }

        @Override
        public CompletableResultCode forceFlush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }

    @Test
    void dryRun_changesNothingAndCounts() throws Exception {
        traced(
                config -> config.redaction(RedactionOptions::dryRun),
                RedactionEndToEndTest::leakEverywhere,
                (receiver, health) -> {
                    assertThat(receiver.spans().get(0).getName()).isEqualTo("login password=" + SECRET);
                    assertThat(health.redaction().redacted()).isEmpty();
                    assertThat(health.redaction().dryRun()).containsKeys("key", "assignment", "sql");
                });
    }

    @Test
    void off_changesNothing() throws Exception {
        traced(
                config -> config.redaction(RedactionOptions::off),
                RedactionEndToEndTest::leakEverywhere,
                (receiver, health) -> {
                    assertThat(receiver.spans().get(0).getName()).isEqualTo("login password=" + SECRET);
                    assertThat(health.redaction().dryRun()).isEmpty();
                });
    }

    @Test
    void persons_becomePseudonymsThatOtherServicesAgreeOn() throws Exception {
        Pseudonyms shared = Pseudonyms.withKey("k1", "a key that nobody guesses".getBytes(StandardCharsets.UTF_8));
        traced(
                config -> config.redaction(r -> r.pseudonymKeys("enduser.id")
                        .emails(EmailPolicy.MASK)
                        .allowedKeys("session.id")
                        .pseudonyms(shared)),
                dharma -> dharma.tracedRun("greet", block -> {
                    block.attribute("enduser.id", "jane");
                    block.attribute("note", "wrote to jane@example.com");
                    block.attribute("session.id", "4711");
                }),
                (receiver, health) -> assertThat(everything(receiver))
                        .contains(shared.of("jane"), "***@example.com", "4711")
                        .doesNotContain("jane@"));
    }

    @Test
    void baggage_leavesWithoutItsSecrets() throws Exception {
        Map<String, String> headers = new HashMap<>();
        Context context = Context.root()
                .with(Baggage.builder()
                        .put("tenant", "acme")
                        .put("api_key", SECRET)
                        .build());
        traced(
                config -> {},
                dharma -> {
                    try (Scope scope = context.makeCurrent()) {
                        dharma.tracedRun("call", block -> dharma.inject(headers, Map::put));
                    }
                },
                (receiver, health) -> {
                    assertThat(headers.get("baggage")).isEqualTo("tenant=acme");
                    assertThat(headers).containsKey("traceparent");
                    assertThat(health.redaction().redacted()).containsEntry("baggage", 1L);
                });
    }

    @Test
    void hooks_runBeforeTheRulesAndFailAsTheirKindSays() throws Exception {
        traced(
                config -> config.redaction(r -> r.enrich(
                                "tenant", span -> named(span, span.getName() + " token=" + SECRET))
                        .enrich("broken", span -> {
                            throw new IllegalStateException(SECRET);
                        })
                        .redact("drop-internal", span -> {
                            if (span.getName().startsWith("unreadable")) {
                                throw new IllegalStateException(SECRET);
                            }
                            return span.getName().startsWith("internal") ? null : span;
                        })),
                dharma -> {
                    dharma.tracedRun("public", block -> {});
                    dharma.tracedRun("internal", block -> {});
                    dharma.tracedRun("unreadable", block -> {});
                },
                (receiver, health) -> {
                    assertThat(receiver.spans())
                            .singleElement()
                            .satisfies(span -> assertThat(span.getName()).isEqualTo("public token=[redacted]"));
                    assertThat(health.stageFailures())
                            .containsEntry("broken", 3L)
                            .containsEntry("drop-internal", 1L);
                });
    }

    private static SpanData named(SpanData span, String name) {
        return new DelegatingSpanData(span) {
            @Override
            public String getName() {
                return name;
            }
        };
    }

    @Test
    void wrongSettings_areReportedWithoutTheSecret() {
        assertThatThrownBy(() -> Given.nothing()
                        .environment("DHARMA_REDACTION", "maybe")
                        .environment("DHARMA_REDACTION_PSEUDONYM_SECRET", "c2hvcnQ=")
                        .environment("DHARMA_REDACTION_SECRET_KEYS", "employee,%%%")
                        .config())
                .isInstanceOf(DharmaConfigException.class)
                .hasMessageContaining("on, dry-run, off")
                .hasMessageContaining("is too short")
                .hasMessageContaining("%%%")
                .hasMessageNotContaining("c2hvcnQ=");
    }

    @Test
    void settings_showNoSecret() {
        DharmaConfig config = Given.nothing()
                .environment("DHARMA_REDACTION_PSEUDONYM_SECRET", "YSBrZXkgdGhhdCBub2JvZHkgZ3Vlc3Nlcw==")
                .builder()
                .redaction(r -> r.keptValues("4111111111111111"))
                .build();

        assertThat(config.toString())
                .contains("dharma.redaction.pseudonym.secret = ***")
                .doesNotContain("4111111111111111");
    }
}
