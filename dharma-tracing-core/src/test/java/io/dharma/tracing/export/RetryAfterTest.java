package io.dharma.tracing.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpHeaders;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RetryAfterTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-01T12:00:00Z"), ZoneOffset.UTC);

    private static @Nullable Duration retryAfter(Map<String, String> headers) {
        Map<String, List<String>> lists =
                headers.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, e -> List.of(e.getValue())));
        return RetryAfter.of(new HttpReply(429, HttpHeaders.of(lists, (name, value) -> true), new byte[0]), CLOCK);
    }

    @Test
    void date_isMeasuredByOurClockWhenTheServerShowsNone() {
        assertThat(retryAfter(Map.of("Retry-After", "Thu, 01 Jan 2026 12:00:30 GMT")))
                .isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void date_isMeasuredByTheServersClockWhenItShowsOne() {
        Map<String, String> headers =
                Map.of("Retry-After", "Fri, 02 Jan 2026 00:00:40 GMT", "Date", "Fri, 02 Jan 2026 00:00:00 GMT");

        assertThat(retryAfter(headers)).isEqualTo(Duration.ofSeconds(40));
    }

    @Test
    void date_inThePastOrFarAwayIsKeptWithinBounds() {
        assertThat(retryAfter(Map.of("Retry-After", "Thu, 01 Jan 1970 00:00:00 GMT")))
                .isEqualTo(RetryAfter.SHORTEST);
        assertThat(retryAfter(Map.of("Retry-After", "Fri, 01 Jan 2100 00:00:00 GMT")))
                .isEqualTo(RetryAfter.LONGEST);
    }

    @Test
    void seconds_mayHaveZerosInFront() {
        assertThat(retryAfter(Map.of("Retry-After", "0000000000000042"))).isEqualTo(Duration.ofSeconds(42));
        assertThat(retryAfter(Map.of("Retry-After", "0000000000000000"))).isEqualTo(RetryAfter.SHORTEST);
    }

    @Test
    void header_thatIsMissingSaysNothing() {
        assertThat(retryAfter(Map.of())).isNull();
        assertThat(retryAfter(Map.of("Retry-After", "  "))).isNull();
    }
}
