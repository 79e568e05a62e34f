package io.dharma.tracing.errors.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.errors.ServiceIdentity;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One alert for all processes of a service. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class FleetClaimsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ManualClock clock = ManualClock.create();
    private final RecordingAlerts sink = new RecordingAlerts();
    private final List<ErrorAlerts> started = new ArrayList<>();

    private ErrorAlerts start(String instance, FleetClaims fleet) {
        ErrorAlerts alerts = ErrorAlerts.builder(new ServiceIdentity("shop", "1.4.2", "test", instance, null))
                .sink(sink)
                .clock(clock)
                .perMinute(3)
                .fleet(fleet)
                .build();
        started.add(alerts);
        return alerts;
    }

    @AfterEach
    void stop() {
        started.forEach(ErrorAlerts::close);
    }

    private List<Alert> told() {
        assertThat(started).allMatch(alerts -> alerts.flush(PATIENCE));
        return sink.all();
    }

    /** As Redis does it. */
    private static final class Server implements FleetClaims {

        private final Map<String, Duration> claimed = new LinkedHashMap<>();

        @Override
        public CompletableFuture<Boolean> claim(String key, Duration cooldown) {
            return CompletableFuture.completedFuture(claimed.putIfAbsent(key, cooldown) == null);
        }
    }

    @Test
    void alertOfTwoProcesses_isToldByTheFirst() {
        Server server = new Server();
        ErrorAlerts first = start("shop-1", server);
        ErrorAlerts second = start("shop-2", server);

        first.isNew(SampleAlerts.group("v1-a"));
        second.isNew(SampleAlerts.group("v1-a"));
        second.regressed(SampleAlerts.group("v1-a"));

        assertThat(told()).extracting(alert -> alert.service().instance()).containsExactly("shop-1", "shop-2");
        assertThat(server.claimed)
                .containsExactly(
                        Map.entry("alert:shop:test:warn:new_group:group:v1-a", Duration.ofHours(1)),
                        Map.entry("alert:shop:test:warn:regression:group:v1-a", Duration.ofHours(1)));
        assertThat(second.stats().claimedByOthers()).isEqualTo(1);
        assertThat(second.stats().raised()).isEqualTo(1);
    }

    @Test
    void alertsThatOthersTellOf_areNoneOfTheMinutes() {
        CompletableFuture<Boolean> denied = CompletableFuture.completedFuture(false);
        List<String> asked = new ArrayList<>();
        ErrorAlerts alerts = start("shop-1", (key, cooldown) -> {
            asked.add(key);
            return denied;
        });

        for (int i = 0; i < 10; i++) {
            alerts.isNew(SampleAlerts.group("v1-" + i));
        }

        assertThat(told()).isEmpty();
        assertThat(asked).hasSize(10);
        assertThat(alerts.stats()).isEqualTo(new AlertStats(0, 0, 0, 10, 0, 0, 0));
    }

    enum Failure {
        THROWS,
        FAILS,
        RETURNS_NULL,
        SAYS_NULL
    }

    @ParameterizedTest
    @EnumSource
    void fleetThatFails_silencesNobody(Failure how) {
        ErrorAlerts alerts = start("shop-1", (key, cooldown) -> answer(how));

        alerts.isNew(SampleAlerts.group("v1-a"));

        assertThat(told()).hasSize(1);
        assertThat(alerts.stats().unanswered()).isEqualTo(1);
        assertThat(alerts.stats().waiting()).isZero();
    }

    @SuppressWarnings("NullAway") // What code does that nobody checks.
    private static CompletableFuture<Boolean> answer(Failure how) {
        return switch (how) {
            case THROWS -> throw new IllegalStateException("no fleet");
            case FAILS -> CompletableFuture.failedFuture(new IllegalStateException("no fleet"));
            case RETURNS_NULL -> null;
            case SAYS_NULL -> CompletableFuture.completedFuture(null);
        };
    }

    @Test
    void fleetThatDoesNotAnswer_isWaitedForASecond() {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        ErrorAlerts alerts = start("shop-1", (key, cooldown) -> answer);

        alerts.isNew(SampleAlerts.group("v1-a"));
        clock.advance(Duration.ofMillis(999));
        alerts.tick();
        assertThat(told()).isEmpty();
        assertThat(alerts.stats().waiting()).isEqualTo(1);

        clock.advance(Duration.ofMillis(1));
        alerts.tick();
        assertThat(told()).hasSize(1);

        answer.complete(true);
        assertThat(told()).hasSize(1);
        assertThat(alerts.stats()).isEqualTo(new AlertStats(1, 0, 0, 0, 0, 1, 0));
    }

    @Test
    void answerThatComesLater_isFollowedAtOnce() {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        ErrorAlerts alerts = start("shop-1", (key, cooldown) -> answer);
        alerts.isNew(SampleAlerts.group("v1-a"));

        answer.complete(true);

        assertThat(told()).hasSize(1);
        assertThat(alerts.stats().unanswered()).isZero();
    }

    @Test
    void closing_tellsOfWhatStillWaits() {
        ErrorAlerts alerts = start("shop-1", (key, cooldown) -> new CompletableFuture<>());
        alerts.isNew(SampleAlerts.group("v1-a"));

        alerts.close();

        assertThat(sink.all()).hasSize(1);
    }
}
