package io.dharma.tracing.errors.redis;

import static io.dharma.tracing.errors.redis.ErrorKeys.utf8;

import io.opentelemetry.sdk.common.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Where things are and how long they are kept. Immutable.
 *
 * @param rates how long minutes are
 * @param groups how long all else is after it happened last
 */
record Layout(ErrorKeys keys, Duration rates, Duration groups, Clock clock) {

    byte[] secondsOfRates() {
        return seconds(rates);
    }

    byte[] secondsOfGroups() {
        return seconds(groups);
    }

    private static byte[] seconds(Duration duration) {
        return utf8(String.valueOf(duration.toSeconds()));
    }

    /** The oldest minute that is worth a key. */
    long oldestMinute() {
        return currentMinute() - rates.toMinutes();
    }

    long currentMinute() {
        return TimeUnit.NANOSECONDS.toMinutes(clock.now());
    }
}
