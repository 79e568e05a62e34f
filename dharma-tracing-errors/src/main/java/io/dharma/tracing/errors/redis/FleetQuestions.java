package io.dharma.tracing.errors.redis;

import static io.dharma.tracing.errors.redis.ErrorKeys.utf8;

import io.dharma.tracing.errors.ErrorGroup;
import io.dharma.tracing.errors.MinuteRate;
import io.dharma.tracing.redis.RedisConnection;
import io.dharma.tracing.redis.RedisFailure;
import io.dharma.tracing.redis.RedisRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.LongStream;

/** What is asked of Redis about errors. Any thread. */
final class FleetQuestions {

    /** How many minutes are asked for together. */
    private static final int SOME_MINUTES = 500;

    private static final byte[] NX = {'N', 'X'};
    private static final byte[] EX = {'E', 'X'};
    private static final byte[] PX = {'P', 'X'};
    private static final byte[] FIRST = {'0'};
    private static final byte[] LAST = utf8(String.valueOf(GroupCodec.MAX_BYTES));

    private final RedisConnection connection;
    private final Layout layout;
    private final byte[] self;

    /** @param instance who asks */
    FleetQuestions(RedisConnection connection, Layout layout, String instance) {
        this.connection = connection;
        this.layout = layout;
        this.self = utf8(instance);
    }

    // ---- rates

    CompletableFuture<List<MinuteRate>> rates(String group, Instant from, Instant to) {
        long first = Math.max(minuteOf(from), layout.oldestMinute());
        // Clocks of others may be ahead.
        long end = Math.min(endOf(to), layout.currentMinute() + TimeUnit.HOURS.toMinutes(1));
        List<MinuteRate> rates = new ArrayList<>();
        return rates(group, first, end, rates).thenApply(done -> List.copyOf(rates));
    }

    private static long minuteOf(Instant time) {
        return Math.floorDiv(time.getEpochSecond(), 60);
    }

    private static long endOf(Instant time) {
        long minute = minuteOf(time);
        boolean isItsBeginning = time.equals(Instant.ofEpochSecond(60 * minute));
        return isItsBeginning ? minute : minute + 1;
    }

    private CompletableFuture<Void> rates(String group, long first, long end, List<MinuteRate> rates) {
        if (first >= end) {
            return CompletableFuture.completedFuture(null);
        }
        long next = Math.min(first + SOME_MINUTES, end);
        return connection
                .askAll(LongStream.range(first, next)
                        .mapToObj(minute -> sum(group, minute))
                        .toList())
                .thenCompose(sums -> {
                    addRates(first, sums, rates);
                    return rates(group, next, end, rates);
                });
    }

    private Function<RedisRequest.Reply, RedisRequest> sum(String group, long minute) {
        byte[] key = layout.keys().minute(group, minute);
        return reply -> RedisRequest.run(ErrorScripts.SUM, key, List.of(), reply);
    }

    private static void addRates(long first, List<List<Object>> sums, List<MinuteRate> rates) {
        for (int i = 0; i < sums.size(); i++) {
            long sum = number(sums.get(i));
            if (sum > 0) {
                rates.add(new MinuteRate(Instant.ofEpochSecond(60 * (first + i)), sum));
            }
        }
    }

    private static long number(List<Object> answer) {
        return !answer.isEmpty() && answer.get(0) instanceof Long number ? number : 0;
    }

    // ---- groups

    CompletableFuture<Long> users(String group) {
        return orNothing(connection.ask("PFCOUNT", layout.keys().users(group)).thenApply(FleetQuestions::number), 0L);
    }

    CompletableFuture<Optional<ErrorGroup>> group(String id) {
        CompletableFuture<Optional<ErrorGroup>> found = connection
                .ask("GETRANGE", layout.keys().state(id), FIRST, LAST)
                .thenApply(answer -> decode(id, answer));
        return orNothing(found, Optional.empty())
                .thenCompose(group -> group.isEmpty()
                        ? CompletableFuture.completedFuture(group)
                        : users(id).thenApply(users -> group.map(known -> withUsers(known, users))));
    }

    private static Optional<ErrorGroup> decode(String id, List<Object> answer) {
        return !answer.isEmpty() && answer.get(0) instanceof byte[] bytes
                ? Optional.ofNullable(GroupCodec.decode(id, bytes))
                : Optional.empty();
    }

    private static ErrorGroup withUsers(ErrorGroup known, long users) {
        return known.counted(known.count(), Math.max(known.affectedUsers(), users));
    }

    /** What is none of ours is nothing. */
    private static <T> CompletableFuture<T> orNothing(CompletableFuture<T> answer, T nothing) {
        return answer.exceptionally(thrown -> {
            RedisFailure failure = RedisFailure.of("Redis", thrown);
            if (failure.kind() == RedisFailure.Kind.WRONG_TYPE) {
                return nothing;
            }
            throw new CompletionException(failure);
        });
    }

    // ---- what one of a fleet does for all

    /** In two commands, since Redis 6 has none that sets if there is nothing and says what there was. */
    CompletableFuture<Boolean> isNew(String group) {
        byte[] key = layout.keys().isNew(group);
        List<byte[]> claim = List.of(self, NX, EX, layout.secondsOfGroups());
        return connection
                .askAll(List.of(
                        reply -> RedisRequest.ask("SET", key, claim, reply),
                        reply -> RedisRequest.ask("GET", key, List.of(), reply)))
                .thenApply(answers -> isSelf(answers.get(1)));
    }

    private boolean isSelf(List<Object> answer) {
        Object owner = answer.isEmpty() ? null : answer.get(0);
        return !(owner instanceof byte[] bytes) || Arrays.equals(bytes, self);
    }

    CompletableFuture<Boolean> claim(String key, Duration cooldown) {
        byte[] millis = utf8(String.valueOf(cooldown.toMillis()));
        return connection
                .ask("SET", layout.keys().alert(key), self, NX, PX, millis)
                .thenApply(answer -> !answer.isEmpty() && answer.get(0) != null);
    }
}
