package io.dharma.tracing.correlation.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How long what is kept. Immutable.
 *
 * @param ordinary chains without an error
 * @param failed chains with one
 * @param maxIndexEntries of an index, about
 */
record Retention(Duration ordinary, Duration failed, int maxIndexEntries) {

    private static final Duration HOUR = Duration.ofHours(1);

    Duration longest() {
        return ordinary.compareTo(failed) > 0 ? ordinary : failed;
    }

    byte[] ofChain(boolean withError) {
        return seconds(withError ? longest() : ordinary);
    }

    /** Until the last chain of its hour is gone. */
    byte[] ofService(boolean withError) {
        return seconds(ofServiceHour(withError));
    }

    Duration ofServiceHour(boolean withError) {
        return (withError ? longest() : ordinary).plus(HOUR);
    }

    /** As long as there may be any stream of the services of this hour. */
    byte[] ofServices() {
        return seconds(longest().plus(HOUR));
    }

    byte[] ofUser() {
        return seconds(longest());
    }

    /** Longer than anything that was written with a name after it. */
    byte[] ofName() {
        return seconds(longest().multipliedBy(2).plus(HOUR));
    }

    /** After which time a name is written again that is still in use. */
    Duration beforeNameIsRenewed() {
        Duration quarter = longest().dividedBy(4);
        return quarter.compareTo(HOUR) < 0 ? quarter : HOUR;
    }

    /** The id in a stream before which all is older than anything that is kept. */
    byte[] oldestId(long nowEpochNanos) {
        return ascii(Math.max(
                0,
                TimeUnit.NANOSECONDS.toMillis(nowEpochNanos)
                        - longest().plus(HOUR).toMillis()));
    }

    byte[] indexEntries() {
        return ascii(maxIndexEntries);
    }

    private static byte[] seconds(Duration duration) {
        return ascii(duration.toSeconds());
    }

    private static byte[] ascii(long number) {
        return String.valueOf(number).getBytes(US_ASCII);
    }
}
