package io.dharma.tracing.errors.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class MinuteCountsTest {

    private static final long NOON = 28_000L * 1440 + 720;
    private static final int HOUR = 60;
    private static final int DAY = 24 * HOUR;

    private final MinuteCounts counts = new MinuteCounts(3, NOON);

    @Test
    void counts_areExactByTheMinute() {
        counts.add("a", NOON, 2);
        counts.add("a", NOON, 1);
        counts.add("a", NOON + 1, 5);
        counts.add("b", NOON + 1, 7);
        assertThat(counts.count("a", NOON, NOON + 1)).isEqualTo(3);
        assertThat(counts.count("a", NOON + 1, NOON + 2)).isEqualTo(5);
        assertThat(counts.count("a", NOON, NOON + 2)).isEqualTo(8);
        assertThat(counts.counts(NOON, NOON + 2)).containsExactly(Map.entry("a", 8L), Map.entry("b", 7L));
        assertThat(counts.counts(NOON, NOON + 1)).containsExactly(Map.entry("a", 3L));
        assertThat(counts.total()).isEqualTo(15);
    }

    @Test
    void perMinute_isTheLastHourOldestFirst() {
        counts.add("a", NOON, 1);
        counts.add("a", NOON + 59, 4);
        long[] minutes = counts.perMinute("a", NOON + 60);
        assertThat(minutes).hasSize(60).startsWith(1).endsWith(4);
        assertThat(minutes[30]).isZero();
        assertThat(counts.perMinute("nobody", NOON)).containsOnly(0);
    }

    @Test
    void rate_isByTheMinuteOfTimeThatIsOver() {
        counts.add("a", NOON, 30);
        counts.advanceTo(NOON + 9);
        assertThat(counts.rate("a", NOON, NOON + 10)).isCloseTo(3, within(1e-9));
        assertThat(counts.rate("a", NOON, NOON + 1000)).isCloseTo(3, within(1e-9));
        assertThat(counts.rate("a", NOON + 5, NOON + 5)).isZero();
        assertThat(counts.rate("nobody", NOON, NOON + 10)).isZero();
    }

    @Test
    void whatIsOlderThanAnHour_isThereByTheHour() {
        counts.add("a", NOON + 3, 5);
        counts.add("a", NOON + 50, 6);
        counts.advanceTo(NOON + 5 * HOUR);
        assertThat(counts.count("a", NOON, NOON + HOUR)).isEqualTo(11);
        assertThat(counts.count("a", NOON + 10, NOON + 11)).isEqualTo(11);
        assertThat(counts.rate("a", NOON + 10, NOON + 11)).isCloseTo(11 / 60.0, within(1e-9));
        assertThat(counts.count("a", NOON + HOUR, NOON + 5 * HOUR)).isZero();
        assertThat(counts.perMinute("a", NOON + HOUR)).containsOnly(0);
    }

    @Test
    void lateCount_goesToItsMinuteElseItsHourElseTheOldest() {
        counts.add("a", NOON, 1);
        counts.add("a", NOON - 59, 2);
        assertThat(counts.count("a", NOON - 59, NOON - 58)).isEqualTo(2);
        counts.add("a", NOON - 3 * HOUR + 5, 4);
        assertThat(counts.count("a", NOON - 3 * HOUR, NOON - 2 * HOUR)).isEqualTo(4);
        counts.add("a", NOON - 100 * DAY, 8);
        assertThat(counts.count("a", NOON - 47 * HOUR, NOON - 46 * HOUR)).isEqualTo(8);
        assertThat(counts.count("a", NOON - 47 * HOUR, NOON + 1)).isEqualTo(15);
    }

    @Test
    void hours_areForgottenAfterTwoDaysAndTotalsAreNot() {
        counts.add("a", NOON, 5);
        counts.advanceTo(NOON + 49 * HOUR);
        assertThat(counts.count("a", 0, NOON + 50 * HOUR)).isZero();
        assertThat(counts.total("a")).isEqualTo(5);
    }

    @Test
    void clockSetBackByMinutes_countsThereAndLosesNothing() {
        counts.add("a", NOON, 5);
        counts.advanceTo(NOON - 30);
        counts.add("a", NOON - 30, 1);
        assertThat(counts.count("a", NOON, NOON + 1)).isEqualTo(5);
        assertThat(counts.count("a", NOON - 30, NOON - 29)).isEqualTo(1);
    }

    @Test
    void clockThatWasWrongByYears_isForgotten() {
        counts.add("a", NOON, 5);
        long wrong = NOON + 3650L * DAY;
        counts.add("a", wrong, 6);
        counts.advanceTo(NOON + 1);
        counts.add("a", NOON + 1, 7);
        assertThat(counts.count("a", NOON + 1, NOON + 2)).isEqualTo(7);
        assertThat(counts.count("a", NOON - 58, NOON + 2))
                .as("no spike of what came later")
                .isEqualTo(7);
        assertThat(counts.count("a", NOON - 2 * HOUR, NOON + 2))
                .as("but it is kept")
                .isEqualTo(13);
        assertThat(counts.total("a")).isEqualTo(18);
    }

    @Test
    void keysBeyondTheMaximum_countAsOther() {
        for (String key : List.of("a", "b", "c", "d", "e", "a")) {
            counts.add(key, NOON, 1);
        }
        assertThat(counts.keys()).containsExactlyInAnyOrder("a", "b", "c", MinuteCounts.OTHER);
        assertThat(counts.total(MinuteCounts.OTHER)).isEqualTo(2);
        assertThat(counts.total()).isEqualTo(6);
    }

    @Test
    void keyOfWhichNothingIsKept_makesRoom() {
        for (String key : List.of("a", "b", "c")) {
            counts.add(key, NOON, 1);
        }
        counts.add("b", NOON + 47 * HOUR, 1);
        counts.add("d", NOON + 50 * HOUR, 1);
        assertThat(counts.keys()).containsExactlyInAnyOrder("b", "d", MinuteCounts.OTHER);
        assertThat(counts.total(MinuteCounts.OTHER)).isEqualTo(2);
        assertThat(counts.total()).isEqualTo(5);
    }

    @Test
    void nothing_isNotCounted() {
        counts.add("a", NOON + DAY, 0);
        counts.add("a", NOON, -3);
        assertThat(counts.keys()).containsExactly(MinuteCounts.OTHER);
        assertThat(counts.total()).isZero();
    }

    @Test
    void noKeys_isRefused() {
        assertThatThrownBy(() -> new MinuteCounts(0, NOON)).hasMessageContaining("maximumKeys is 0");
    }

    @RepeatedTest(8)
    void anySequence_answersAsTheModelDoes() {
        RandomCounts random = new RandomCounts(0);
        MinuteCounts real = new MinuteCounts(10, NOON);
        MinuteCountsModel model = new MinuteCountsModel(NOON);
        long clock = NOON;
        for (int i = 0; i < 2_000; i++) {
            int action = random.below(100);
            if (action < 90) {
                String key = "key" + random.below(4);
                long minute = clock - random.below(random.below(10) == 0 ? 5 * DAY : 90);
                real.add(key, minute, i);
                model.add(key, minute, i);
            } else {
                clock += action < 97 ? random.below(40) : random.below(4 * DAY) - 2 * DAY;
                real.advanceTo(clock);
                model.advanceTo(clock);
            }
            String asked = "key" + random.below(5);
            long from = clock + 200 - random.below(random.below(2) == 0 ? 3 * DAY : 300);
            long to = from + random.below(random.below(2) == 0 ? 3 * DAY : 100);
            assertThat(real.count(asked, from, to))
                    .as("%s, action %s, %s to %s at %s", random, i, from, to, clock)
                    .isEqualTo(model.count(asked, from, to));
            assertThat(real.total(asked)).as("%s", random).isEqualTo(model.total(asked));
        }
    }

    @Test
    void readers_seeCountsThatFitWhileOneWrites() throws InterruptedException {
        MinuteCounts shared = new MinuteCounts(100, NOON);
        AtomicBoolean done = new AtomicBoolean();
        List<String> wrong = new ArrayList<>();
        Thread reader = new Thread(() -> {
            long before = 0;
            while (!done.get()) {
                long inTime = shared.counts(0, Long.MAX_VALUE / 2).values().stream()
                        .mapToLong(Long::longValue)
                        .sum();
                if (inTime < before) {
                    wrong.add(inTime + " after " + before);
                }
                before = inTime;
            }
        });
        reader.start();
        int all = 200_000;
        for (int i = 0; i < all; i++) {
            shared.add("key" + i % 50, NOON + i / 1000, 1);
        }
        done.set(true);
        reader.join();
        assertThat(wrong).isEmpty();
        assertThat(shared.total()).isEqualTo(all);
        assertThat(shared.counts(NOON, NOON + DAY).values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(all);
    }
}
