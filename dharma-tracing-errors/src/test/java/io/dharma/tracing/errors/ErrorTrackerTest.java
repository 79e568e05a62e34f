package io.dharma.tracing.errors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dharma.tracing.context.Correlation;
import io.dharma.tracing.context.CorrelationContext;
import io.dharma.tracing.errors.fingerprint.Fingerprinter;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.PipelineStats;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.redaction.Pseudonyms;
import io.dharma.tracing.redaction.Redactor;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.ManualClock;
import io.dharma.tracing.trace.DharmaTracer;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;

/** From a throwable to the event, the group and the count that are delivered. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class ErrorTrackerTest {

    static final Duration PATIENCE = Duration.ofSeconds(20);
    static final ServiceIdentity SHOP = new ServiceIdentity("shop", "1.4.2", "test", "shop-1", "host-1");

    private final RecordingSink sink = new RecordingSink();
    private ErrorTracker errors = start(settings -> settings);
    private DharmaTracer tracer = DharmaTracer.builder().failures(errors).build();

    static Fingerprinter fingerprinter() {
        return Fingerprinter.builder().inApp("io.dharma.tracing.errors").build();
    }

    private ErrorTracker start(UnaryOperator<ErrorTracker.Builder> settings) {
        return settings.apply(ErrorTracker.builder(SHOP).sink(sink).fingerprinter(fingerprinter()))
                .build();
    }

    private void restart(UnaryOperator<ErrorTracker.Builder> settings) {
        stop();
        errors = start(settings);
        tracer = DharmaTracer.builder().failures(errors).build();
    }

    @AfterEach
    void stop() {
        tracer.close();
        errors.close();
    }

    private ErrorEvent onlyEvent() {
        assertThat(errors.flush(PATIENCE)).isTrue();
        assertThat(sink.events()).hasSize(1);
        return sink.events().get(0);
    }

    private static IllegalStateException declined() {
        return new IllegalStateException("declined");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void failureThatCrossesManyBlocks_isOneSampledOrNot(boolean sampled) {
        tracer.close();
        tracer = DharmaTracer.builder()
                .sampler(sampled ? Sampler.alwaysOn() : Sampler.alwaysOff())
                .failures(errors)
                .build();
        IllegalStateException thrown = declined();

        assertThatThrownBy(() -> tracer.tracedRun(
                        "POST /orders",
                        outer -> tracer.tracedRun(
                                "place",
                                middle -> tracer.tracedRun("charge", inner -> {
                                    throw thrown;
                                }))))
                .isSameAs(thrown);
        errors.capture(thrown);
        errors.capture(thrown, CaptureDetails.logged(Severity.ERROR, "shop", "again"));

        ErrorEvent event = onlyEvent();
        assertThat(event.operation()).contains("charge");
        assertThat(event.mechanism()).isEqualTo(Mechanism.BLOCK);
        assertThat(event.handled()).isFalse();
        assertThat(event.traceId()).isPresent();
        assertThat(sink.counted()).isEqualTo(1);
        assertThat(errors.stats().captured()).isEqualTo(1);
        assertThat(errors.stats().repeated()).isEqualTo(4);
    }

    @Test
    void failureThatIsWrapped_isOne() {
        assertThatThrownBy(() -> tracer.tracedRun("outer", outer -> {
                    try {
                        tracer.tracedRun("inner", inner -> {
                            throw declined();
                        });
                    } catch (IllegalStateException e) {
                        throw new RuntimeException("could not be placed", e);
                    }
                }))
                .hasMessage("could not be placed");

        assertThat(onlyEvent().type()).isEqualTo("java.lang.IllegalStateException");
        assertThat(sink.counted()).isEqualTo(1);
        assertThat(errors.stats().repeated()).isEqualTo(1);
    }

    @Test
    void throwableThatIsMadeOnce_isAFailureOfEachRequest() {
        IllegalStateException always = declined();

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> tracer.tracedRun("charge", block -> {
                        throw always;
                    }))
                    .isSameAs(always);
        }

        assertThat(errors.flush(PATIENCE)).isTrue();
        assertThat(sink.events())
                .hasSize(3)
                .extracting(ErrorEvent::group)
                .containsOnly(sink.events().get(0).group());
        assertThat(sink.counted()).isEqualTo(3);
    }

    @Test
    void event_hasWhatWasKnownAroundIt() {
        restart(settings -> settings.mdcKeys("tenant"));
        Pseudonyms pseudonyms = Pseudonyms.perProcess();
        CorrelationContext order = CorrelationContext.builder()
                .correlationId("order-4711")
                .conversationId("cart-0815")
                .attribute("plan", "gold")
                .user(pseudonyms, "alice@example.com")
                .build();
        MDC.put("tenant", "acme");
        MDC.put("password", "hunter2");
        try {
            Correlation.with(order)
                    .run(() -> tracer.tracedRun("charge", block -> {
                        errors.breadcrumb("cart", "3 items");
                        errors.breadcrumb("payment", "card chosen");
                        errors.capture(declined());
                    }));
        } finally {
            MDC.clear();
        }

        ErrorEvent event = onlyEvent();
        assertThat(event.service()).isEqualTo(SHOP);
        assertThat(event.correlationId()).contains("order-4711");
        assertThat(event.requestId()).contains(order.requestId());
        assertThat(event.conversationId()).contains("cart-0815");
        assertThat(event.userKey()).contains(pseudonyms.of("alice@example.com"));
        assertThat(event.operation()).contains("charge");
        assertThat(event.thread()).contains(Thread.currentThread().getName());
        assertThat(event.labels()).containsOnly(entry("tenant", "acme"), entry("plan", "gold"));
        assertThat(event.breadcrumbs()).extracting(Breadcrumb::message).containsExactly("3 items", "card chosen");
        assertThat(event.handled()).isTrue();
    }

    private static java.util.Map.Entry<String, String> entry(String key, String value) {
        return java.util.Map.entry(key, value);
    }

    @Test
    void breadcrumbs_areThoseOfTheTraceAndTheLastFifty() {
        tracer.tracedRun("other", block -> errors.breadcrumb("other", "elsewhere"));
        tracer.tracedRun("charge", block -> {
            for (int i = 0; i < 60; i++) {
                errors.breadcrumb("step", "number " + i);
            }
            errors.capture(declined());
        });

        assertThat(onlyEvent().breadcrumbs())
                .hasSize(50)
                .extracting(Breadcrumb::message)
                .startsWith("number 10")
                .endsWith("number 59");
    }

    @Test
    void secrets_areInNothingThatIsKept() {
        restart(settings -> settings.redactor(Redactor.create()).mdcKeys("token", "tenant"));
        MDC.put("token", "abc123def456");
        try {
            errors.breadcrumb("http", "GET https://bob:hunter2@example.com/");
            errors.capture(
                    new IllegalStateException("password=hunter2 was wrong", new RuntimeException("password=hunter2")),
                    CaptureDetails.logged(Severity.WARN, "shop.Login", "password=hunter2"));
        } finally {
            MDC.clear();
        }

        ErrorEvent event = onlyEvent();
        assertThat(event.trace().toString()
                        + event.labels()
                        + event.breadcrumbs()
                        + event.logMessage()
                        + event.fingerprint()
                        + sink.all(GroupChange.class))
                .contains("was wrong")
                .doesNotContain("hunter2")
                .doesNotContain("abc123def456");
        assertThat(event.severity()).isEqualTo(Severity.WARN);
    }

    @Test
    void group_isNewOnceAndCountsAllOfItsErrors() {
        List<String> heard = new ArrayList<>();
        restart(settings -> settings.listener(new GroupListener() {
            @Override
            public void isNew(ErrorGroup group) {
                heard.add(group.id());
            }
        }));

        for (int i = 0; i < 100; i++) {
            errors.capture(declined());
        }

        assertThat(errors.flush(PATIENCE)).isTrue();
        String id = sink.events().get(0).group();
        assertThat(heard).containsExactly(id);
        assertThat(sink.events()).hasSize(ErrorPolicy.DEFAULT.eventsPerMinute());
        assertThat(sink.counted(id)).isEqualTo(100);
        ErrorGroup group = errors.queries().group(id).orElseThrow();
        assertThat(group.count()).isEqualTo(100);
        assertThat(group.state()).isEqualTo(GroupState.NEW);
        assertThat(group.releases()).containsExactly("1.4.2");
        assertThat(group.title()).isEqualTo("java.lang.IllegalStateException: declined");
        assertThat(group.culprit()).contains("ErrorTrackerTest.declined(ErrorTrackerTest.java:");
        assertThat(errors.queries().events(id)).hasSize(50);
        assertThat(errors.queries().groups()).containsExactly(group);
    }

    @Test
    void rates_areOfTheMinuteTheOperationAndTheGroup() {
        ManualClock clock = ManualClock.create();
        restart(settings -> settings.clock(clock));
        Instant start = Instant.ofEpochSecond(0, clock.now());

        tracer.tracedRun("charge", block -> errors.capture(declined()));
        clock.advance(Duration.ofMinutes(1));
        tracer.tracedRun("charge", block -> errors.capture(declined()));
        tracer.tracedRun("charge", block -> errors.capture(new IllegalArgumentException("other")));
        tracer.tracedRun("refund", block -> errors.capture(declined()));
        assertThat(errors.flush(PATIENCE)).isTrue();

        RateQuery all = RateQuery.between(start, start.plusSeconds(600));
        String group = sink.events().get(0).group();
        assertThat(errors.queries().rates(all)).extracting(MinuteRate::count).containsExactly(1L, 3L);
        assertThat(errors.queries().rates(all.group(group)))
                .extracting(MinuteRate::count)
                .containsExactly(1L, 2L);
        assertThat(errors.queries().rates(all.operation("refund")))
                .extracting(MinuteRate::count)
                .containsExactly(1L);
        assertThat(errors.queries().rates(all.service("other"))).isEmpty();
    }

    @Test
    void resolvedGroup_regressesWhenItHappensAgain() {
        List<GroupState> regressed = new ArrayList<>();
        restart(settings -> settings.listener(new GroupListener() {
            @Override
            public void regressed(ErrorGroup group) {
                regressed.add(group.state());
            }
        }));
        errors.capture(declined());
        String id = onlyEvent().group();

        assertThat(errors.resolve(id)).isTrue();
        assertThat(errors.resolve("v1-unknown")).isFalse();
        assertThat(errors.queries().group(id).orElseThrow().state()).isEqualTo(GroupState.RESOLVED);
        errors.capture(declined());
        assertThat(errors.flush(PATIENCE)).isTrue();

        assertThat(errors.queries().group(id).orElseThrow().state()).isEqualTo(GroupState.REGRESSED);
        assertThat(regressed).containsExactly(GroupState.REGRESSED);
        assertThat(sink.all(GroupChange.class))
                .extracting(change -> change.known().state())
                .contains(GroupState.NEW, GroupState.REGRESSED);
    }

    @Test
    void hookOfTheApplication_changesAndDropsEvents() {
        restart(settings -> settings.redactor(Redactor.create())
                .beforeKeeping(
                        "tenant",
                        event -> event.message().filter("unwanted"::equals).isPresent()
                                ? null
                                : event.toBuilder()
                                        .labels(java.util.Map.of("tenant", "acme", "api-key", "s3cr3t-value"))
                                        .build()));

        errors.capture(new IllegalStateException("unwanted"));
        errors.capture(declined());

        ErrorEvent event = onlyEvent();
        assertThat(event.message()).contains("declined");
        assertThat(event.labels()).containsEntry("tenant", "acme");
        assertThat(event.labels().get("api-key")).doesNotContain("s3cr3t");
        assertThat(sink.counted()).isEqualTo(1);
    }

    @Test
    void hostileThrowable_harmsNobody() {
        RuntimeException hostile = new RuntimeException() {
            @Override
            public String getMessage() {
                throw new IllegalStateException("from getMessage");
            }

            @Override
            public synchronized Throwable getCause() {
                throw new StackOverflowError();
            }

            @Override
            public int hashCode() {
                throw new IllegalStateException("from hashCode");
            }

            @Override
            public boolean equals(Object other) {
                throw new IllegalStateException("from equals");
            }
        };

        errors.capture(hostile);
        errors.capture(hostile);
        errors.capture(null);

        assertThat(onlyEvent().group()).startsWith("v1-");
        assertThat(errors.stats().contained()).isZero();
    }

    @Test
    void closing_deliversWhatWasCapturedAndItsCount() {
        for (int i = 0; i < 1_000; i++) {
            errors.capture(declined());
        }

        errors.close();

        assertThat(sink.events()).hasSize(ErrorPolicy.DEFAULT.eventsPerMinute());
        assertThat(sink.counted()).isEqualTo(1_000);
        errors.capture(declined());
        assertThat(sink.counted()).isEqualTo(1_000);
    }

    @Test
    void whatThereIsNoRoomFor_isCounted() throws Exception {
        CompletableFuture<Void> open = new CompletableFuture<>();
        CompletableFuture<Void> waiting = new CompletableFuture<>();
        restart(settings -> settings.maxQueueBytes(128 << 10).beforeKeeping("slow", event -> {
            waiting.complete(null);
            open.join();
            return event;
        }));
        errors.capture(declined());
        waiting.get();

        for (int i = 0; i < 10_000; i++) {
            errors.capture(declined());
        }
        open.complete(null);

        errors.flush(PATIENCE);
        errors.close(PATIENCE);
        PipelineStats stats = errors.pipelineStats();
        assertThat(stats.dropped().values().stream().mapToLong(Long::longValue).sum())
                .isPositive();
        assertThat(sink.counted()).isEqualTo(10_001);
    }

    @Test
    void sinkThatHangs_doesNotKeepCountsFromBeingExact() {
        CompletableFuture<Delivery> answer = new CompletableFuture<>();
        restart(settings -> settings.sink(new Sink<>() {
            @Override
            public String name() {
                return "hanging";
            }

            @Override
            public CompletionStage<Delivery> deliver(List<ErrorRecord> batch) {
                return answer;
            }

            @Override
            public boolean isNonBlocking() {
                return true;
            }
        }));

        for (int i = 0; i < 5_000; i++) {
            errors.capture(declined());
        }

        assertThat(errors.flush(Duration.ofSeconds(2))).isFalse();
        assertThat(sink.counted()).isEqualTo(5_000);
        answer.complete(Delivery.delivered());
    }
}
