package io.dharma.tracing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeadLettersTest {

    private final DeadLetters<String> letters = new DeadLetters<>(300);

    @Test
    void list_hasTheOldestFirst() {
        add(200, "a", "b");
        add(50, "c");

        assertThat(letters.list()).extracting(DeadLetter::record).containsExactly("a", "b", "c");
    }

    @Test
    void oldest_giveWayWhenTheBytesAreUsedUp() {
        add(200, "a", "b");
        add(200, "c");

        assertThat(letters.list()).extracting(DeadLetter::record).containsExactly("b", "c");
    }

    @Test
    void recordLargerThanAllRoom_leavesNothingBehind() {
        add(200, "a");
        add(301, "b");

        assertThat(letters.list()).isEmpty();
        add(300, "c");
        assertThat(letters.list()).extracting(DeadLetter::record).containsExactly("c");
    }

    private void add(long bytes, String... records) {
        letters.add(List.of(records), bytes, "otlp", "no", Instant.EPOCH);
    }
}
