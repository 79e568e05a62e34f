package io.dharma.tracing.errors.redis;

import static io.dharma.tracing.errors.redis.RedisErrorCacheContract.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.errors.ErrorPipeline;
import io.dharma.tracing.errors.Failures;
import io.dharma.tracing.errors.MinuteRate;
import io.dharma.tracing.pipeline.DropReason;
import io.dharma.tracing.pipeline.SinkState;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.backends.RedisNode;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What Redis can do to us: whatever it is, every count is exact after it is over, and nobody waits for it meanwhile. */
@ExtendWith(LeakCheck.class)
class RedisErrorCacheFaultsIT {

    private static final Duration RECOVERY = Duration.ofSeconds(15);
    private static final Duration MOMENT = Duration.ofSeconds(1);

    private final Failures failures = new Failures(2);
    private final List<String> groups = List.of(failures.group(), failures.group(), failures.group());
    private final Map<String, Long> expected = new HashMap<>();

    private interface Step {
        void run() throws Exception;
    }

    private static RedisErrorCache cache(RedisNode redis, String instance) {
        return RedisErrorCache.builder(redis.uri().toString(), instance).build();
    }

    /** Some more of each group, in two processes. */
    private void offer(ErrorPipeline pipeline, int more) {
        for (String group : groups) {
            for (int i = 0; i < more; i++) {
                long total = expected.merge(group, 1L, Long::sum);
                pipeline.offer(failures.count(group, "pod-1", "charge", failures.minute(), total));
                pipeline.offer(failures.count(group, "pod-2", "charge", failures.minute(), 2 * total));
            }
            pipeline.offer(failures.event(group, "user-" + expected.get(group)));
            pipeline.offer(failures.change(failures.known(group), "pod-1"));
        }
    }

    private void assertExact(RedisErrorCache reader) throws Exception {
        for (String group : groups) {
            Instant now = Instant.now();
            assertThat(await(reader.fleetRate(group, now.minusSeconds(3_600), now.plusSeconds(60))))
                    .containsExactly(new MinuteRate(
                            Instant.ofEpochSecond(60 * failures.minute()), 3 * expected.getOrDefault(group, 0L)));
            assertThat(await(reader.group(group))).isPresent();
        }
    }

    private void assertSurvives(RedisNode redis, Step begin, Step end) throws Exception {
        try (ErrorPipeline pipeline = new ErrorPipeline(cache(redis, "pod-1"))) {
            offer(pipeline, 20);
            pipeline.assertDeliveredWithin(RECOVERY);

            begin.run();
            offer(pipeline, 20);
            pipeline.awaitState(SinkState.DEGRADED);
            offer(pipeline, 20);
            end.run();
            offer(pipeline, 20);

            pipeline.assertDeliveredWithin(RECOVERY);
            RedisErrorCache reader = cache(redis, "pod-9");
            assertExact(reader);
            reader.close(MOMENT);
            for (String key : redis.ask("KEYS", "*")) {
                assertThat(Long.parseLong(redis.ask("TTL", key).get(0))).as(key).isPositive();
            }
        }
    }

    @Test
    void redis_thatIsKilledWhileItWritesHasEveryCount() throws Exception {
        try (RedisNode redis = RedisNode.start();
                ErrorPipeline pipeline = new ErrorPipeline(cache(redis, "pod-1"))) {
            for (int round = 0; round < 4; round++) {
                offer(pipeline, 150);
                redis.kill();
                redis.restart();
            }
            offer(pipeline, 1);

            pipeline.assertDeliveredWithin(RECOVERY);
            RedisErrorCache reader = cache(redis, "pod-9");
            assertExact(reader);
            reader.close(MOMENT);
        }
    }

    @Test
    void redis_thatHangsGetsWhatItMissed() throws Exception {
        try (RedisNode redis = RedisNode.start()) {
            assertSurvives(redis, redis::freeze, redis::thaw);
        }
    }

    @Test
    void redis_thatIsReadOnlyGetsWhatItMissed() throws Exception {
        try (RedisNode redis = RedisNode.start()) {
            assertSurvives(redis, () -> redis.setReadOnly(true), () -> redis.setReadOnly(false));
        }
    }

    @Test
    void redis_thatIsOutOfMemoryGetsWhatItMissed() throws Exception {
        try (RedisNode redis = RedisNode.start()) {
            assertSurvives(redis, () -> redis.setOutOfMemory(true), () -> redis.setOutOfMemory(false));
        }
    }

    @Test
    void group_whoseKeysAreTakenIsRejectedAlone() throws Exception {
        try (RedisNode redis = RedisNode.start();
                ErrorPipeline pipeline = new ErrorPipeline(cache(redis, "pod-1"))) {
            String taken = groups.get(0);
            String prefix = "dharma:errors:{" + taken + "}:";
            redis.ask("SET", prefix + "minute:" + failures.minute(), "something else");
            redis.ask("LPUSH", prefix + "state", "something else");
            redis.ask("LPUSH", prefix + "users", "something else");
            offer(pipeline, 10);
            assertThat(pipeline.flush(RECOVERY)).isFalse();

            assertThat(pipeline.sink().delivered()).isEqualTo(2 * 22L);
            assertThat(pipeline.sink().dropped()).isEqualTo(Map.of(DropReason.REJECTED, 22L));
            assertThat(pipeline.sink().state()).isEqualTo(SinkState.HEALTHY);
            RedisErrorCache reader = cache(redis, "pod-9");
            assertThat(await(reader.group(taken))).isEmpty();
            assertThat(await(reader.affectedUsers(taken))).isZero();
            assertThat(await(reader.group(groups.get(1)))).isPresent();
            reader.close(MOMENT);
        }
    }

    @Test
    void claims_areGrantedWhereRedisSaysNothingAndQuestionsFail() throws Exception {
        try (RedisNode redis = RedisNode.start()) {
            RedisErrorCache cache = RedisErrorCache.builder(redis.uri().toString(), "pod-1")
                    .claimWithin(Duration.ofMillis(300))
                    .build();
            redis.freeze();
            long begin = System.nanoTime();
            CompletionStage<Boolean> alert = cache.claimAlert("spike", Duration.ofMinutes(1));
            CompletionStage<Boolean> isNew = cache.isNewInFleet(groups.get(0));
            assertThat(System.nanoTime() - begin).isLessThan(MOMENT.toNanos());

            assertThat(await(alert)).isTrue();
            assertThat(await(isNew)).isTrue();
            assertThat(System.nanoTime() - begin)
                    .isLessThan(Duration.ofSeconds(5).toNanos());
            assertThat(cache.unansweredClaims()).isEqualTo(2);
            assertThat(cache.affectedUsers(groups.get(0))).failsWithin(Duration.ofSeconds(10));
            redis.thaw();
            cache.close(MOMENT);
            assertThat(await(cache.claimAlert("spike", Duration.ofMinutes(1)))).isTrue();
        }
    }
}
