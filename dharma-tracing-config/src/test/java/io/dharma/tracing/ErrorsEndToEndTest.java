package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dharma.tracing.context.Correlation;
import io.dharma.tracing.context.CorrelationContext;
import io.dharma.tracing.errors.Category;
import io.dharma.tracing.errors.ErrorEvent;
import io.dharma.tracing.errors.ErrorGroup;
import io.dharma.tracing.errors.ErrorTrackers;
import io.dharma.tracing.errors.Errors;
import io.dharma.tracing.errors.EventQuery;
import io.dharma.tracing.errors.GroupListener;
import io.dharma.tracing.errors.GroupState;
import io.dharma.tracing.errors.MinuteRate;
import io.dharma.tracing.errors.RateQuery;
import io.dharma.tracing.errors.Severity;
import io.dharma.tracing.errors.classify.Classification;
import io.dharma.tracing.testsupport.LeakCheck;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** From a block that fails to the group that is asked for. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class ErrorsEndToEndTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private static DharmaTracing init(UnaryOperator<DharmaConfig.Builder> settings) {
        return DharmaTracing.init(settings.apply(DharmaConfig.builder()
                        .service("checkout", "1.4.2")
                        .errors(errors -> errors.inApp("io.dharma.tracing")))
                .build());
    }

    private static void order(DharmaTracing dharma, String correlationId, String message) {
        CorrelationContext order =
                CorrelationContext.builder().correlationId(correlationId).build();
        assertThatThrownBy(() -> Correlation.with(order)
                        .run(() -> dharma.tracedRun(
                                "POST /orders",
                                outer -> dharma.tracedRun("charge", inner -> {
                                    throw new IllegalStateException(message);
                                }))))
                .hasMessage(message);
    }

    @Test
    void failureOfABlock_isFoundByItsGroupItsCorrelationAndItsTraceWithoutAnyConfiguration() {
        try (DharmaTracing dharma = init(config -> config)) {
            order(dharma, "order-4711", "card 4111 1111 1111 1111 declined");
            order(dharma, "order-4712", "card 4111 1111 1111 1111 declined");
            assertThat(dharma.flush(PATIENCE)).isTrue();

            Errors errors = dharma.errors();
            assertThat(errors.groups()).hasSize(1);
            ErrorGroup group = errors.groups().get(0);
            assertThat(group.count()).isEqualTo(2);
            assertThat(group.state()).isEqualTo(GroupState.NEW);
            assertThat(group.releases()).containsExactly("1.4.2");
            assertThat(group.culprit()).contains("ErrorsEndToEndTest.");
            assertThat(group.title())
                    .startsWith("java.lang.IllegalStateException")
                    .doesNotContain("4111");
            assertThat(group.samples()).hasSize(2);
            ErrorEvent event =
                    errors.events(EventQuery.all().correlation("order-4712")).get(0);
            assertThat(event.group()).isEqualTo(group.id());
            assertThat(event.operation()).contains("charge");
            assertThat(event.service().name()).isEqualTo("checkout");
            assertThat(dharma.traces().orElseThrow().find(event.traceId().orElseThrow()))
                    .as("the trace of the very event")
                    .isPresent();
            assertThat(errors.events(EventQuery.all().trace(event.traceId().orElseThrow())))
                    .hasSize(1);
            Instant now = Instant.now();
            assertThat(
                            errors
                                    .rates(RateQuery.between(now.minusSeconds(300), now.plusSeconds(60))
                                            .operation("charge"))
                                    .stream()
                                    .mapToLong(MinuteRate::count)
                                    .sum())
                    .isEqualTo(2);
            assertThat(dharma.health().report()).contains("Errors\n  captured 2, repeated 2, ");
        }
    }

    @Test
    void rulesOfTheApplication_classifyAndGroupAndHear() {
        List<String> heard = new ArrayList<>();
        try (DharmaTracing dharma = init(config -> config.errors(errors -> errors.classify(
                        (trace, types) -> trace.outermost().type().endsWith("IllegalStateException")
                                ? Classification.of(Category.VALIDATION)
                                : null)
                .groupBy((trace, parts) -> parts.withGroup("all the same"))
                .beforeKeeping(
                        "tenant",
                        event -> event.toBuilder()
                                .labels(java.util.Map.of("tenant", "acme"))
                                .build())
                .listener(new GroupListener() {
                    @Override
                    public void isNew(ErrorGroup group) {
                        heard.add(group.id());
                    }
                })))) {
            order(dharma, "order-4711", "declined");
            dharma.errors().capture(new SocketTimeoutException("Read timed out"));
            assertThat(dharma.flush(PATIENCE)).isTrue();

            assertThat(dharma.errors().groups())
                    .extracting(ErrorGroup::id)
                    .isEqualTo(heard)
                    .hasSize(1);
            List<ErrorEvent> events = dharma.errors().events(heard.get(0));
            assertThat(events).extracting(ErrorEvent::category).containsExactly(Category.TIMEOUT, Category.VALIDATION);
            assertThat(events).extracting(ErrorEvent::severity).containsExactly(Severity.ERROR, Severity.WARN);
            assertThat(events).allSatisfy(event -> assertThat(event.labels()).containsEntry("tenant", "acme"));
        }
    }

    @Test
    void groups_areKnownToTheNextProcessWhereTheStoreIsOnDisk() {
        List<String> news = new ArrayList<>();
        GroupListener listener = new GroupListener() {
            @Override
            public void isNew(ErrorGroup group) {
                news.add(group.id());
            }
        };
        UnaryOperator<DharmaConfig.Builder> onDisk =
                config -> config.tracing(t -> t.store(directory)).errors(errors -> errors.listener(listener));
        String id;
        try (DharmaTracing dharma = init(onDisk)) {
            order(dharma, "order-4711", "declined");
            order(dharma, "order-4712", "declined");
            assertThat(dharma.flush(PATIENCE)).isTrue();
            id = dharma.errors().groups().get(0).id();
        }
        try (DharmaTracing dharma = init(onDisk)) {
            order(dharma, "order-4713", "declined");
            assertThat(dharma.flush(PATIENCE)).isTrue();
            org.awaitility.Awaitility.await()
                    .untilAsserted(() -> assertThat(
                                    dharma.errors().group(id).orElseThrow().count())
                            .isEqualTo(3));

            assertThat(dharma.errors().events(id))
                    .extracting(event -> event.correlationId().orElse(""))
                    .containsExactly("order-4713", "order-4712", "order-4711");
        }
        try (DharmaTracing dharma = init(onDisk)) {
            org.awaitility.Awaitility.await()
                    .untilAsserted(() -> assertThat(
                                    dharma.errors().group(id).orElseThrow().count())
                            .isEqualTo(3));
        }
        assertThat(news).containsExactly(id);
    }

    @Test
    void uncaughtThrowable_isCapturedIfThatIsWantedAndNoMoreAfterTheEnd() throws InterruptedException {
        List<Throwable> before = new ArrayList<>();
        Thread.UncaughtExceptionHandler original = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> before.add(thrown));
        try {
            DharmaTracing dharma = init(config -> config.errors(ErrorsOptions::uncaught));
            assertThat(ErrorTrackers.current()).isPresent();
            Thread thread = new Thread(
                    () -> {
                        throw new IllegalStateException("nobody catches this");
                    },
                    "worker-7");
            thread.start();
            thread.join();
            assertThat(dharma.flush(PATIENCE)).isTrue();
            List<ErrorEvent> events = dharma.errors().events(EventQuery.all());
            dharma.close();

            assertThat(events).hasSize(1);
            assertThat(events.get(0).thread()).contains("worker-7");
            assertThat(before).hasSize(1);
            assertThat(ErrorTrackers.current()).isEmpty();
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(original);
        }
    }

    @Test
    void nothing_isCapturedWhereItIsTurnedOff() {
        try (DharmaTracing dharma = init(config -> config.errors(ErrorsOptions::off))) {
            order(dharma, "order-4711", "declined");
            dharma.errors().capture(new IllegalStateException());
            assertThat(dharma.flush(PATIENCE)).isTrue();

            assertThat(dharma.errors().groups()).isEmpty();
            assertThat(dharma.errors().patterns().together()).isEmpty();
            assertThat(dharma.health().errors()).isNull();
        }
    }
}
