package io.dharma.tracing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BackoffTest {

    private final Backoff backoff = new Backoff(1_000, 20_000, new SplittableRandom(7));

    @Test
    void wait_isSpreadFromNothingToACeilingThatDoubles() {
        for (int failures = 1; failures <= 4; failures++) {
            long ceiling = 1_000L << (failures - 1);
            List<Long> waits = waitsAfter(failures);

            assertThat(waits).allMatch(wait -> wait > 0 && wait <= ceiling);
            assertThat(waits.stream().mapToLong(Long::longValue).average().orElse(0))
                    .isBetween(ceiling * 0.45, ceiling * 0.55);
        }
    }

    @Test
    void wait_neverExceedsItsMostHoweverOftenItFailed() {
        assertThat(waitsAfter(6)).allMatch(wait -> wait > 0 && wait <= 20_000);
        assertThat(waitsAfter(1_000_000)).allMatch(wait -> wait > 0 && wait <= 20_000);
    }

    private List<Long> waitsAfter(int failures) {
        return LongStream.range(0, 5_000)
                .map(i -> backoff.nanosAfter(failures))
                .boxed()
                .toList();
    }
}
