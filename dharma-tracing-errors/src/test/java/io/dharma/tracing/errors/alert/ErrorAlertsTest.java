package io.dharma.tracing.errors.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.errors.CaptureDetails;
import io.dharma.tracing.errors.Category;
import io.dharma.tracing.errors.ErrorGroup;
import io.dharma.tracing.errors.ErrorTracker;
import io.dharma.tracing.errors.GroupState;
import io.dharma.tracing.errors.ServiceIdentity;
import io.dharma.tracing.errors.Severity;
import io.dharma.tracing.errors.fingerprint.Fingerprinter;
import io.dharma.tracing.pipeline.DropReason;
import io.dharma.tracing.pipeline.SinkStats;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** From errors to what people are told, with a tracker as it is. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class ErrorAlertsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final ServiceIdentity SHOP = new ServiceIdentity("shop", "1.4.2", "test", "shop-1", "host-1");
    private static final int DAY = 1_440;

    private final ManualClock clock = ManualClock.create();
    private final RecordingAlerts sink = new RecordingAlerts();
    private ErrorAlerts alerts;
    private ErrorTracker errors;

    ErrorAlertsTest() {
        start(settings -> settings);
    }

    private void start(UnaryOperator<ErrorAlerts.Builder> settings) {
        alerts = settings.apply(ErrorAlerts.builder(SHOP).sink(sink).clock(clock))
                .build();
        errors = ErrorTracker.builder(SHOP)
                .fingerprinter(Fingerprinter.builder()
                        .inApp("io.dharma.tracing.errors")
                        .build())
                .listener(alerts)
                .clock(clock)
                .build();
        alerts.escalateBy(errors::escalate);
    }

    private void restart(UnaryOperator<ErrorAlerts.Builder> settings) {
        stop();
        start(settings);
    }

    @AfterEach
    void stop() {
        errors.close();
        alerts.close();
    }

    private List<Alert> told() {
        assertThat(errors.flush(PATIENCE)).isTrue();
        assertThat(alerts.flush(PATIENCE)).isTrue();
        return sink.all();
    }

    private static IllegalStateException declined() {
        return new IllegalStateException("declined");
    }

    @Test
    void newError_isToldOfOnce() {
        errors.capture(declined());
        errors.capture(declined());

        assertThat(told()).singleElement().satisfies(alert -> {
            assertThat(alert.kind()).isEqualTo(AlertKind.NEW_GROUP);
            assertThat(alert.level()).isEqualTo(AlertLevel.WARN);
            assertThat(alert.title()).isEqualTo("New error in shop: java.lang.IllegalStateException: declined");
            assertThat(alert.group()).isNotNull();
            assertThat(alert.service()).isEqualTo(SHOP);
            assertThat(alert.time()).isEqualTo("2026-01-01T12:00:00Z");
        });
        assertThat(alerts.stats().raised()).isEqualTo(1);
    }

    @Test
    void newErrorThatIsNotBadEnough_isNot() {
        errors.capture(declined(), CaptureDetails.logged(Severity.WARN, "shop", "declined"));

        assertThat(told()).isEmpty();
    }

    @Test
    void silencedCategory_isNotToldOf() {
        restart(settings -> settings.silence(Category.DATABASE));

        alerts.isNew(SampleAlerts.group("v1-a"));
        alerts.regressed(SampleAlerts.group("v1-a"));

        assertThat(told()).isEmpty();
        assertThat(alerts.stats().cooledDown()).isZero();
    }

    @Test
    void errorThatComesBack_isToldOfAgainWhenTheCooldownIsOver() {
        errors.capture(declined());
        String group = group(told().get(0)).id();

        comeBack(group);
        comeBack(group);
        assertThat(told()).extracting(Alert::kind).containsExactly(AlertKind.NEW_GROUP, AlertKind.REGRESSION);
        assertThat(alerts.stats().cooledDown()).isEqualTo(1);

        clock.advance(Duration.ofHours(1));
        comeBack(group);
        assertThat(told())
                .extracting(Alert::kind)
                .containsExactly(AlertKind.NEW_GROUP, AlertKind.REGRESSION, AlertKind.REGRESSION);
        assertThat(sink.all().get(2).title())
                .isEqualTo("Error is back in shop: java.lang.IllegalStateException: declined");
    }

    private void comeBack(String group) {
        errors.resolve(group);
        clock.advance(Duration.ofSeconds(1));
        errors.capture(declined());
        assertThat(errors.flush(PATIENCE)).isTrue();
    }

    private static ErrorGroup group(Alert alert) {
        ErrorGroup group = alert.group();
        assertThat(group).isNotNull();
        return group;
    }

    /** Each minute so many, by this group in this operation. */
    private void minutes(int minutes, ErrorGroup group, String operation, long count) {
        for (int i = 0; i < minutes; i++) {
            alerts.counted(group, operation, minute(), count);
            pass();
        }
    }

    private long minute() {
        return clock.now() / 60_000_000_000L;
    }

    private void pass() {
        clock.advance(Duration.ofMinutes(1));
        alerts.tick();
    }

    @Test
    void tenTimesAsManyAsUsual_areToldOfAndTheGroupEscalates() {
        errors.capture(declined());
        ErrorGroup group = group(told().get(0));
        minutes(DAY, group, "charge", 3);

        minutes(5, group, "charge", 30);
        clock.advance(Duration.ofSeconds(10));
        alerts.tick();

        List<Alert> spikes = told().subList(1, told().size());
        assertThat(spikes).allSatisfy(alert -> {
            assertThat(alert.kind()).isEqualTo(AlertKind.SPIKE);
            assertThat(group(alert).id()).isEqualTo(group.id());
            assertThat(alert.operation()).isEqualTo("charge");
            assertThat(alert.count()).isGreaterThanOrEqualTo(30);
            assertThat(alert.expected()).isLessThan(alert.count() / 2.0);
        });
        assertThat(spikes).extracting(Alert::level).doesNotHaveDuplicates().endsWith(AlertLevel.PAGE);
        assertThat(errors.queries().group(group.id()).orElseThrow().state()).isEqualTo(GroupState.ESCALATING);
        assertThat(alerts.stats().explained()).isPositive();
    }

    @Test
    void spikeOfManyGroups_isTheOperations() {
        minutes(DAY, SampleAlerts.group("v1-a"), "search", 3);

        for (int i = 0; i < 40; i++) {
            alerts.counted(SampleAlerts.group("v1-b" + i), "charge", minute(), 3);
        }
        pass();
        pass();

        assertThat(told()).singleElement().satisfies(alert -> {
            assertThat(alert.group()).isNull();
            assertThat(alert.operation()).isEqualTo("charge");
            assertThat(alert.level()).isEqualTo(AlertLevel.PAGE);
            assertThat(alert.count()).isEqualTo(120);
        });
    }

    @Test
    void spikeOfManyOperations_isTheServices() {
        minutes(DAY, SampleAlerts.group("v1-a"), "search", 3);

        for (int i = 0; i < 40; i++) {
            alerts.counted(SampleAlerts.group("v1-b" + i), "operation-" + i, minute(), 3);
        }
        pass();
        pass();

        assertThat(told()).singleElement().satisfies(alert -> {
            assertThat(alert.group()).isNull();
            assertThat(alert.operation()).isNull();
            assertThat(alert.title()).contains(" in shop, usual are ");
        });
    }

    @Test
    void escalationThatFails_costsNoAlert() {
        alerts.escalateBy(group -> {
            throw new IllegalStateException("from the escalation");
        });
        minutes(DAY, SampleAlerts.group("v1-a"), "search", 3);

        minutes(2, SampleAlerts.group("v1-a"), "search", 900);

        assertThat(told()).extracting(Alert::kind).containsExactly(AlertKind.SPIKE);
    }

    @Test
    void clockThatIsSetBack_raisesNothingAndStopsNothing() {
        minutes(DAY, SampleAlerts.group("v1-a"), "search", 3);

        clock.jump(Duration.ofHours(-5));
        minutes(30, SampleAlerts.group("v1-a"), "search", 3);
        assertThat(told()).isEmpty();

        minutes(2, SampleAlerts.group("v1-a"), "search", 900);
        assertThat(told()).extracting(Alert::kind).containsExactly(AlertKind.SPIKE);
    }

    @Test
    void moreThanMayBeInAMinute_areToldOfTogether() {
        restart(settings -> settings.perMinute(2));

        for (int i = 0; i < 5; i++) {
            alerts.isNew(SampleAlerts.group("v1-" + i, i == 3 ? Severity.FATAL : Severity.ERROR));
        }
        alerts.tick();
        assertThat(told())
                .extracting(Alert::kind)
                .containsOnly(AlertKind.NEW_GROUP)
                .hasSize(2);
        assertThat(alerts.stats().capped()).isEqualTo(3);

        pass();
        pass();
        assertThat(told()).hasSize(3).last().satisfies(alert -> {
            assertThat(alert.kind()).isEqualTo(AlertKind.OVERFLOW);
            assertThat(alert.level()).isEqualTo(AlertLevel.PAGE);
            assertThat(alert.count()).isEqualTo(3);
        });
        alerts.isNew(SampleAlerts.group("v1-5"));
        assertThat(told()).hasSize(4);
    }

    @Test
    void closing_tellsOfWhatWasBeyond() {
        restart(settings -> settings.perMinute(1));
        alerts.isNew(SampleAlerts.group("v1-1"));
        alerts.isNew(SampleAlerts.group("v1-2"));

        alerts.close();

        assertThat(sink.all()).extracting(Alert::kind).containsExactly(AlertKind.NEW_GROUP, AlertKind.OVERFLOW);
        alerts.isNew(SampleAlerts.group("v1-3"));
        assertThat(sink.all()).hasSize(2);
    }

    @Test
    void listenerThatThrows_harmsNobodyAndIsCounted() {
        restart(settings -> settings.listener(alert -> {
            throw new AssertionError("from the listener");
        }));

        alerts.isNew(SampleAlerts.group("v1-a"));
        alerts.isNew(SampleAlerts.group("v1-b"));
        // False, since what a listener failed with counts as lost.
        assertThat(alerts.flush(PATIENCE)).isFalse();

        assertThat(sink.all()).hasSize(2);
        SinkStats listener = alerts.pipelineStats().sinks().get(1);
        assertThat(listener.name()).isEqualTo("listener");
        assertThat(listener.dropped()).containsEntry(DropReason.REJECTED, 2L);
    }

    @Test
    void listenerThatHangs_harmsNobody() throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        restart(settings -> settings.listener(alert -> awaitUninterruptibly(end)));
        try {
            alerts.isNew(SampleAlerts.group("v1-a"));
            sink.awaitFirst();
            errors.capture(declined());
            assertThat(errors.flush(PATIENCE)).isTrue();

            long begin = System.nanoTime();
            alerts.close(Duration.ofSeconds(1));
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
            assertThat(sink.all()).hasSize(2);
        } finally {
            end.countDown();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch end) {
        while (end.getCount() > 0) {
            try {
                end.await();
            } catch (InterruptedException ignored) {
                // As code does that should not be written.
            }
        }
    }
}
