package io.dharma.tracing.errors.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.errors.ServiceIdentity;
import io.dharma.tracing.errors.alert.Alert;
import io.dharma.tracing.errors.alert.ErrorAlerts;
import io.dharma.tracing.errors.alert.SampleAlerts;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.backends.RedisNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Several processes of a service, and the Redis by which one of them speaks for all. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class FleetAlertsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<Alert> told = new CopyOnWriteArrayList<>();

    private static RedisErrorCache cache(int port, String instance) {
        return RedisErrorCache.builder("redis://127.0.0.1:" + port, instance)
                .claimWithin(Duration.ofSeconds(10))
                .build();
    }

    private ErrorAlerts alerts(RedisErrorCache cache, String instance) {
        return ErrorAlerts.builder(new ServiceIdentity("shop {a}:b", null, "test", instance, null))
                .fleet(cache::claimAlert)
                .listener(told::add)
                .build();
    }

    private static long settled(ErrorAlerts alerts) {
        return alerts.stats().raised() + alerts.stats().claimedByOthers();
    }

    @Test
    void alertOfTwoProcesses_isToldOnce() throws Exception {
        try (RedisNode redis = RedisNode.start()) {
            RedisErrorCache first = cache(redis.port(), "pod-1");
            RedisErrorCache second = cache(redis.port(), "pod-2");
            try (ErrorAlerts one = alerts(first, "pod-1");
                    ErrorAlerts other = alerts(second, "pod-2")) {
                for (int i = 0; i < 5; i++) {
                    one.isNew(SampleAlerts.group("v1-" + i));
                    other.isNew(SampleAlerts.group("v1-" + i));
                }
                await().atMost(PATIENCE).until(() -> settled(one) == 5 && settled(other) == 5);
                assertThat(one.stats().unanswered() + other.stats().unanswered())
                        .isZero();
            }
            assertThat(told)
                    .extracting(alert -> String.valueOf(
                            alert.group() == null ? null : alert.group().id()))
                    .containsExactlyInAnyOrder("v1-0", "v1-1", "v1-2", "v1-3", "v1-4");
            first.close(Duration.ofSeconds(2));
            second.close(Duration.ofSeconds(2));
        }
    }

    @Test
    void redisThatIsAway_silencesNobody() {
        RedisErrorCache away = RedisErrorCache.builder("redis://127.0.0.1:1", "pod-1")
                .claimWithin(Duration.ofSeconds(1))
                .build();
        try (ErrorAlerts alerts = alerts(away, "pod-1")) {
            alerts.isNew(SampleAlerts.group("v1-a"));
            await().atMost(PATIENCE).until(() -> told.size() == 1);
        }
        away.close(Duration.ofSeconds(2));
    }
}
