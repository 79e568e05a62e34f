package io.dharma.tracing.errors.alert;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One step is one minute in all of these. */
class SpikeDetectorTest {

    private static final long MONDAY = 28_000L * 1440;
    private static final int HOUR = 60;
    private static final int DAY = 24 * HOUR;
    /** Of the fourth day. */
    private static final int NOON = 3 * DAY + 12 * HOUR;

    private final List<SpikeReading> alarms = new ArrayList<>();

    private static SpikeDetector detector() {
        return new SpikeDetector(SpikeSettings.defaults(), MONDAY);
    }

    /** Tells it of the same count each minute. */
    private void steady(SpikeDetector detector, long from, long minutes, long count) {
        for (long minute = from; minute < from + minutes; minute++) {
            observe(detector, minute, count);
        }
    }

    private void random(
            SpikeDetector detector, RandomCounts counts, long from, long minutes, LongToDoubleFunction mean) {
        for (long minute = from; minute < from + minutes; minute++) {
            observe(detector, minute, counts.next(mean.applyAsDouble(minute)));
        }
    }

    private void observe(SpikeDetector detector, long minute, long count) {
        SpikeLevel alarm = detector.observe(minute, count);
        assertThat(detector.reading().alarm()).isEqualTo(alarm);
        if (alarm != SpikeLevel.NONE) {
            alarms.add(detector.reading());
        }
    }

    private List<SpikeLevel> levels() {
        return alarms.stream().map(SpikeReading::alarm).toList();
    }

    /** Twice the mean at noon as at midnight, five times, ... */
    private static LongToDoubleFunction season(double mean, double swing) {
        return minute -> mean * (1 - swing * Math.cos(2 * Math.PI * (minute % DAY) / DAY));
    }

    @ParameterizedTest(name = "mean {0}, swing {1}, dispersion {2}")
    @CsvSource({
        "0.01, 0, 0",
        "0.2, 0, 0",
        "1, 0.5, 0",
        "10, 0.8, 0",
        "1000, 0.8, 0",
        "0.2, 0, 0.5",
        "1, 0.5, 1",
        "10, 0.8, 0.2",
        "100, 0.5, 0.5",
        "1000, 0.8, 0.1",
        "100000, 0.8, 0.05"
    })
    void alarms_ofDaysWithoutSpikesAreFewerThanOneInAWeekAndSeries(double mean, double swing, double dispersion) {
        RandomCounts counts = new RandomCounts(dispersion);
        int series = 4;
        for (int i = 0; i < series; i++) {
            random(detector(), counts, MONDAY, 14 * DAY, season(mean, swing));
        }
        assertThat(alarms).as(counts.toString()).hasSizeLessThan(2 * series);
    }

    @ParameterizedTest(name = "mean {0}, times {1}, dispersion {2}: {3} within {4} minutes")
    @CsvSource({
        "1, 10, 0, PAGE, 6",
        "1, 30, 0.2, PAGE, 6",
        "10, 3, 0, WARN, 5",
        "10, 4, 0.1, WARN, 8",
        "10, 10, 0.1, PAGE, 4",
        "100, 3, 0.05, WARN, 6",
        "100, 10, 0.2, PAGE, 5",
        "10000, 3, 0.02, PAGE, 5",
        "10000, 10, 0.1, PAGE, 4"
    })
    void spike_isFound(double mean, int times, double dispersion, SpikeLevel level, int within) {
        for (int i = 0; i < 5; i++) {
            RandomCounts counts = new RandomCounts(dispersion);
            SpikeDetector detector = detector();
            random(detector, counts, MONDAY, NOON, season(mean, 0.3));
            alarms.clear();
            random(detector, counts, MONDAY + NOON, within, season(times * mean, 0.3));
            assertThat(levels()).as(counts.toString()).isNotEmpty();
            assertThat(alarms.get(alarms.size() - 1).alarm().isAtLeast(level))
                    .as(counts + " " + alarms)
                    .isTrue();
        }
    }

    @Test
    void surge_isPagedWithinItsFirstMinute() {
        SpikeDetector detector = detector();
        steady(detector, MONDAY, DAY, 5);
        assertThat(detector.observe(MONDAY + DAY, 500)).isEqualTo(SpikeLevel.PAGE);
        SpikeReading reading = detector.reading();
        assertThat(reading.minute()).isEqualTo(MONDAY + DAY);
        assertThat(reading.expected()).isPositive();
        assertThat(reading.surprise()).isGreaterThan(10);
    }

    @Test
    void rise_thatNoMinuteShowsIsFoundInTheWindow() {
        SpikeDetector detector = detector();
        steady(detector, MONDAY, DAY, 2);
        steady(detector, MONDAY + DAY, 5, 12);
        assertThat(levels()).contains(SpikeLevel.WARN);
        assertThat(alarms.get(0).windowMinutes()).isEqualTo(5);
        assertThat(alarms.get(0).count()).isGreaterThan((long) alarms.get(0).expected());
    }

    @Test
    void growth_bySomePercentAnHourIsSilent() {
        RandomCounts counts = new RandomCounts(0.1);
        random(detector(), counts, MONDAY, 4 * DAY, minute -> 5 * Math.pow(1.02, (minute - MONDAY) / (double) HOUR));
        assertThat(alarms).as(counts.toString()).isEmpty();
    }

    @Test
    void dailySeason_isLearntWithinDays() {
        RandomCounts counts = new RandomCounts(0.05);
        SpikeDetector detector = detector();
        LongToDoubleFunction office = minute -> minute % DAY < 8 * HOUR || minute % DAY > 18 * HOUR ? 1 : 60;
        random(detector, counts, MONDAY, 4 * DAY, office);
        alarms.clear();
        random(detector, counts, MONDAY + 4 * DAY, 3 * DAY, office);
        assertThat(alarms).as(counts.toString()).hasSizeLessThan(4);

        alarms.clear();
        steady(detector, MONDAY + 7 * DAY + 6 * HOUR, 5, 60);
        assertThat(levels()).as(counts.toString()).contains(SpikeLevel.WARN);
    }

    @Test
    void serviceThatJustBegan_raisesNothingWhateverItCounts() {
        RandomCounts counts = new RandomCounts(0.3);
        random(detector(), counts, MONDAY, 6 * HOUR, minute -> 50);
        assertThat(alarms).as(counts.toString()).isEmpty();
    }

    @Test
    void serviceThatJustBegan_knowsSpikesAfterItsFirstHour() {
        SpikeDetector detector = detector();
        steady(detector, MONDAY, 2 * HOUR, 5);
        steady(detector, MONDAY + 2 * HOUR, 3, 100);
        assertThat(levels()).contains(SpikeLevel.PAGE);
    }

    @Test
    void groupThatIsNew_wasSilentSinceCountsAreKnown() {
        SpikeDetector detector = new SpikeDetector(SpikeSettings.defaults(), MONDAY);
        assertThat(detector.observe(MONDAY + 3 * DAY, 50)).isEqualTo(SpikeLevel.PAGE);
    }

    @ParameterizedTest(name = "{0} at once: {1}")
    @CsvSource({"1, NONE", "9, NONE", "10, WARN", "29, WARN", "30, PAGE"})
    void sparseErrors_needTheFloor(long atOnce, SpikeLevel expected) {
        SpikeSettings settings = SpikeSettings.builder()
                .warnProbability(0.1)
                .pageProbability(0.1)
                .build();
        SpikeDetector detector = new SpikeDetector(settings, MONDAY);
        assertThat(detector.observe(MONDAY + 3 * DAY, atOnce)).isEqualTo(expected);
    }

    @Test
    void errorEachHour_isNone() {
        SpikeDetector detector = detector();
        for (long minute = MONDAY; minute < MONDAY + 14 * DAY; minute += HOUR) {
            observe(detector, minute, 1);
        }
        assertThat(alarms).isEmpty();
    }

    @Test
    void spikeThatLasts_isOneAlarmOfEachLevel() {
        SpikeDetector detector = detector();
        steady(detector, MONDAY, 2 * DAY, 2);
        steady(detector, MONDAY + 2 * DAY, 2, 5);
        steady(detector, MONDAY + 2 * DAY + 2, 5, 12);
        steady(detector, MONDAY + 2 * DAY + 7, 3 * HOUR, 400);
        assertThat(levels()).containsExactly(SpikeLevel.WARN, SpikeLevel.PAGE);
    }

    @ParameterizedTest(name = "{0} minutes later: {1}")
    @CsvSource({"10, 0", "59, 0", "120, 1"})
    void secondSpike_isAnotherAlarmOnlyAfterTheCooldown(int minutesLater, int more) {
        SpikeDetector detector = detector();
        steady(detector, MONDAY, 2 * DAY, 2);
        observe(detector, MONDAY + 2 * DAY, 500);
        assertThat(levels()).containsExactly(SpikeLevel.PAGE);
        steady(detector, MONDAY + 2 * DAY + 1, minutesLater - 1, 2);
        observe(detector, MONDAY + 2 * DAY + minutesLater, 500);
        assertThat(alarms).hasSize(1 + more);
    }

    @Test
    void spike_isNotLearntAsUsual() {
        SpikeDetector detector = detector();
        steady(detector, MONDAY, 2 * DAY, 10);
        double before = detector.reading().expected();
        steady(detector, MONDAY + 2 * DAY, 30, 1000);
        assertThat(detector.reading().expected()).isLessThan(4 * before);
        steady(detector, MONDAY + 2 * DAY + 30, DAY - 30, 10);
        alarms.clear();
        steady(detector, MONDAY + 3 * DAY, 3, 1000);
        assertThat(levels()).contains(SpikeLevel.PAGE);
    }

    @Test
    void levelThatStays_becomesUsualWithinADay() {
        SpikeDetector detector = detector();
        steady(detector, MONDAY, 2 * DAY, 10);
        steady(detector, MONDAY + 2 * DAY, DAY, 60);
        assertThat(alarms).hasSizeBetween(1, 2);
        assertThat(detector.reading().level()).isEqualTo(SpikeLevel.NONE);
        assertThat(detector.reading().expected()).isGreaterThan(30);
    }

    @Test
    void minutesLeftOut_areZeroCounts() {
        SpikeDetector told = detector();
        SpikeDetector untold = detector();
        RandomCounts counts = new RandomCounts(0.5);
        for (long minute = MONDAY; minute < MONDAY + 5 * DAY; minute++) {
            long count = counts.next(0.02);
            told.observe(minute, count);
            if (count > 0) {
                untold.observe(minute, count);
                assertThat(untold.reading()).as(counts.toString()).isEqualTo(told.reading());
            }
        }
    }

    @ParameterizedTest(name = "by {0} minutes")
    @CsvSource({"-1", "-90", "-4320", "-5256000", "5256000", "10000", "90"})
    void clockThatJumps_neitherAlarmsNorBlinds(long minutes) {
        SpikeDetector detector = detector();
        RandomCounts counts = new RandomCounts(0.1);
        random(detector, counts, MONDAY, 3 * DAY, minute -> 10);
        alarms.clear();
        long after = MONDAY + 3 * DAY + minutes;
        random(detector, counts, after, 3 * HOUR, minute -> 10);
        assertThat(alarms).as(counts.toString()).isEmpty();
        steady(detector, after + 3 * HOUR, 5, 200);
        assertThat(levels()).as(counts.toString()).contains(SpikeLevel.PAGE);
    }

    @ParameterizedTest
    @CsvSource({
        "0, -5",
        "0, 9223372036854775807",
        "9223372036854775807, 1",
        "-9223372036854775808, 9223372036854775807",
        "-1, 0"
    })
    void anyMinuteAndCount_areTaken(long minute, long count) {
        SpikeDetector detector = detector();
        detector.observe(minute, count);
        detector.observe(MONDAY + DAY, count);
        detector.observe(minute, count);
        SpikeReading reading = detector.reading();
        assertThat(reading.expected()).isPositive().isFinite();
        assertThat(reading.surprise()).isNotNegative().isFinite();
    }

    @Test
    void stepsOfFiveMinutes_haveTheirBeginning() {
        SpikeSettings settings =
                SpikeSettings.builder().step(Duration.ofMinutes(5)).build();
        SpikeDetector detector = new SpikeDetector(settings, MONDAY);
        detector.observe(MONDAY + DAY + 7, 1);
        assertThat(detector.reading().minute()).isEqualTo(MONDAY + DAY + 5);
        assertThat(detector.observe(MONDAY + DAY + 10, 5000)).isEqualTo(SpikeLevel.PAGE);
    }
}
