package io.dharma.tracing.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.math.BigInteger;
import java.net.http.HttpHeaders;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whatever a server says of when to come back: it is nothing, or a time within the bounds. */
class RetryAfterFuzzTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-29T12:00:00Z"), ZoneOffset.UTC);

    /** @param block {@code Retry-After}, and in the next line {@code Date} */
    @DictionaryEntries({"Sun, 29 Nov 2026 12:00:30 GMT", "Mon, ", "+0130", "999999999", "1000000000"})
    @FuzzTest
    void headers(byte[] block) {
        String[] lines = new String(block, UTF_8).split("\n", 2);

        Duration wait = RetryAfter.of(reply(lines[0], lines.length > 1 ? lines[1] : null), CLOCK);

        if (wait != null) {
            assertThat(wait).isBetween(Duration.ofSeconds(1), Duration.ofMinutes(5));
        }
        String asked = lines[0].trim();
        if (asked.matches("[0-9]+")) {
            BigInteger seconds = new BigInteger(asked).max(BigInteger.ONE).min(BigInteger.valueOf(300));
            assertThat(wait).isEqualTo(Duration.ofSeconds(seconds.longValueExact()));
        }
    }

    private static HttpReply reply(String retryAfter, @Nullable String date) {
        Map<String, List<String>> headers = date == null
                ? Map.of("Retry-After", List.of(retryAfter))
                : Map.of("Retry-After", List.of(retryAfter), "Date", List.of(date));
        return new HttpReply(503, HttpHeaders.of(headers, (name, value) -> true), new byte[0]);
    }
}
