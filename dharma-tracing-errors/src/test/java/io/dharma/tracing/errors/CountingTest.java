package io.dharma.tracing.errors;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How errors are counted that nobody has time to look at, or that cannot be delivered yet. */
class CountingTest {

    private static final CaptureSite SITE = new CaptureSite("java.lang.Error", "charge", null);

    private final SiteShares shares = new SiteShares();
    private final CountLedger ledger = new CountLedger(ErrorTrackerTest.SHOP);

    @Test
    void shares_ofOneGroupAreAllOfIt() {
        shares.saw(SITE, "a");

        assertThat(shares.divide(SITE, 7)).containsOnly(Map.entry("a", 7L));
        assertThat(shares.divide(new CaptureSite("java.lang.Error", "refund", null), 7))
                .isEmpty();
    }

    @Test
    void shares_areAsTheyWereSeenAndLoseNone() {
        SplittableRandom random = new SplittableRandom(4711);
        for (int i = 0; i < 100; i++) {
            shares.saw(SITE, i % 4 == 0 ? "rare" : "often");
        }
        Map<String, Long> all = new HashMap<>();
        long total = 0;

        for (int i = 0; i < 1_000; i++) {
            int occurrences = random.nextInt(1, 10);
            total += occurrences;
            Map<String, Long> divided = shares.divide(SITE, occurrences);
            assertThat(divided.values().stream().mapToLong(Long::longValue).sum())
                    .isEqualTo(occurrences);
            divided.forEach((group, count) -> all.merge(group, count, Long::sum));
        }

        long rare = all.getOrDefault("rare", 0L);
        assertThat(rare).isBetween(total / 4 - 2, total / 4 + 2);
        assertThat(all.get("often")).isEqualTo(total - rare);
    }

    @Test
    void ledger_handsOverExactlyWhatWasCountedAlsoWhenSomeOfItCameBack() {
        long now = 1_000;
        SplittableRandom random = new SplittableRandom(815);
        Map<String, Long> counted = new HashMap<>();
        Map<String, Long> delivered = new HashMap<>();

        for (int i = 0; i < 2_000; i++) {
            String group = "g" + random.nextInt(5);
            ledger.add(group, "f", random.nextBoolean() ? "charge" : null, now - random.nextInt(20), now, 1);
            counted.merge(group, 1L, Long::sum);
            if (random.nextInt(10) == 0) {
                deliver(ledger.takeParts(now), random, delivered);
                now += random.nextInt(2);
            }
        }
        ledger.takeParts(now).forEach(part -> delivered.merge(part.group(), part.count(), Long::sum));

        assertThat(delivered).isEqualTo(counted);
    }

    private void deliver(List<ErrorCount> parts, SplittableRandom random, Map<String, Long> delivered) {
        for (ErrorCount part : parts) {
            if (random.nextInt(3) == 0) {
                ledger.keep(part);
            } else {
                delivered.merge(part.group(), part.count(), Long::sum);
            }
        }
    }

    @Test
    void ledger_saysInEachPartWhatTheMinuteHasSoFar() {
        ledger.add("g", "f", "charge", 7, 7, 3);
        ErrorCount first = ledger.takeParts(7).get(0);
        ledger.add("g", "f", "charge", 7, 8, 2);
        ErrorCount second = ledger.takeParts(8).get(0);

        assertThat(first.count()).isEqualTo(3);
        assertThat(first.total()).isEqualTo(3);
        assertThat(second.count()).isEqualTo(2);
        assertThat(second.total()).isEqualTo(5);
        assertThat(second.epochMinute()).isEqualTo(7);
        assertThat(second.id()).isNotEqualTo(first.id());
        assertThat(ledger.takeParts(9)).isEmpty();
    }

    @Test
    void ledger_countsManyOperationsTogetherAndTheFutureAsNow() {
        for (int i = 0; i < 20_000; i++) {
            ledger.add("g", "f", "operation-" + i, 7, 7, 1);
        }
        ledger.add("g", "f", null, 1_000_000, 7, 1);

        List<ErrorCount> parts = ledger.takeParts(7);
        assertThat(parts).hasSizeLessThan(10_010);
        assertThat(parts.stream().mapToLong(ErrorCount::count).sum()).isEqualTo(20_001);
        assertThat(parts).extracting(ErrorCount::operation).contains(CountLedger.OTHER);
        assertThat(parts).extracting(ErrorCount::epochMinute).containsOnly(7L);
    }

    @Test
    void minutes_areRememberedForADayAndNoLongerThanThereIsRoom() {
        RecentMinutes minutes = new RecentMinutes();
        for (int minute = 0; minute < 3_000; minute++) {
            minutes.add("g", null, minute, 2);
        }
        RateQuery all = RateQuery.between(Instant.EPOCH, Instant.MAX);
        assertThat(minutes.rates(all)).hasSize(24 * 60);
        for (int group = 0; group < 60_000; group++) {
            minutes.add("g" + group, null, 3_000 + group / 1_000, 1);
        }
        List<MinuteRate> rates = minutes.rates(all);
        assertThat(rates).extracting(MinuteRate::count).containsOnly(1_000L);
        assertThat(rates).hasSizeBetween(49, 50);
    }

    @Test
    void budget_isAFifthOfTheTimeAndABurst() {
        AtomicLong clock = new AtomicLong();
        ProcessingBudget budget = new ProcessingBudget(clock::get);
        long spent = 0;

        // Ten seconds, in which an error that costs 100 us comes every 10 us.
        for (int i = 0; i < 1_000_000; i++) {
            clock.addAndGet(10_000);
            if (budget.isLeft()) {
                budget.spend(100_000);
                spent += 100_000;
            }
        }

        assertThat(spent / 1e9).isBetween(2.4, 2.6);
    }
}
