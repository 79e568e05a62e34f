package io.dharma.tracing.export;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * How long a server asked us to stay away (RFC 9110, section 10.2.3), as a number of seconds or as a date.
 *
 * <p>Kept between 1 s and 5 min, since what it says may be a mistake or an attack. A date is compared with the one in
 * the same answer where there is one, so that a wrong clock on either side does no harm.
 */
final class RetryAfter {

    static final Duration SHORTEST = Duration.ofSeconds(1);
    static final Duration LONGEST = Duration.ofMinutes(5);

    private static final int DIGITS_THAT_MATTER = 9;

    private RetryAfter() {}

    /** Null if the answer does not say, or says something else than a time. */
    static @Nullable Duration of(HttpReply reply, Clock clock) {
        String value = reply.header("Retry-After").trim();
        if (value.isEmpty()) {
            return null;
        }
        return value.chars().allMatch(c -> c >= '0' && c <= '9') ? seconds(value) : until(value, now(reply, clock));
    }

    private static Duration seconds(String digits) {
        String number = digits.substring(leadingZeros(digits));
        return number.length() > DIGITS_THAT_MATTER ? LONGEST : clamp(Duration.ofSeconds(Long.parseLong("0" + number)));
    }

    private static int leadingZeros(String digits) {
        int zeros = 0;
        while (zeros < digits.length() && digits.charAt(zeros) == '0') {
            zeros++;
        }
        return zeros;
    }

    private static @Nullable Duration until(String date, Instant now) {
        Instant then = date(date);
        return then == null ? null : clamp(Duration.between(now, then));
    }

    private static Instant now(HttpReply reply, Clock clock) {
        Instant servers = date(reply.header("Date"));
        return servers != null ? servers : clock.instant();
    }

    private static @Nullable Instant date(String text) {
        try {
            return Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text));
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static Duration clamp(Duration asked) {
        if (asked.compareTo(SHORTEST) < 0) {
            return SHORTEST;
        }
        return asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
    }
}
