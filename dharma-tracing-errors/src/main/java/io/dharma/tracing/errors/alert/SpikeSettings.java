package io.dharma.tracing.errors.alert;

import java.time.Duration;

/**
 * What counts as a spike. Immutable, for any thread, shared by detectors.
 *
 * <p>The defaults suit errors of a service, by the minute; what they find on public data is in {@code docs/figures.md}.
 */
public final class SpikeSettings {

    /** How many standard deviations above the expected a count is learnt at most. */
    static final int LEARNT_DEVIATIONS = 5;

    private static final int MINUTES_PER_HOUR = 60;
    private static final int HOURS_PER_DAY = 24;
    private static final Duration RECENT_HALF_LIFE = Duration.ofHours(6);
    private static final Duration FIRST = Duration.ofHours(1);
    private static final Duration FIRST_HALF_LIFE = Duration.ofMinutes(10);
    private static final Duration DISPERSION_HALF_LIFE = Duration.ofDays(7);
    private static final Duration DISPERSION_PRIOR = Duration.ofHours(12);
    private static final Duration HOUR_TRUSTED = Duration.ofHours(2);
    /** What is expected of a series that was always silent, so that its first error has a probability. */
    private static final double LEAST_EXPECTED_PER_MINUTE = 0.02;
    /** A step alone must be so many times as surprising as a window. */
    private static final double STEP_HANDICAP = 2;

    private final int stepMinutes;
    private final int windowSteps;
    private final double warnProbability;
    private final double pageProbability;
    private final long warnFloor;
    private final long pageFloor;
    private final Duration cooldown;
    private final Duration learning;
    private final Duration halfLife;

    private final double warnSurprise;
    private final double pageSurprise;
    private final double hourDecay;
    private final double recentDecay;
    private final double firstDecay;
    private final double dispersionDecay;

    private SpikeSettings(Builder builder) {
        stepMinutes = builder.stepMinutes;
        windowSteps = builder.windowSteps;
        warnProbability = builder.warnProbability;
        pageProbability = builder.pageProbability;
        warnFloor = builder.warnFloor;
        pageFloor = builder.pageFloor;
        cooldown = builder.cooldown;
        learning = builder.learning;
        halfLife = builder.halfLife;
        warnSurprise = -Math.log10(warnProbability);
        pageSurprise = -Math.log10(pageProbability);
        // An hour of the day comes once a day.
        hourDecay = decay(steps(halfLife) / HOURS_PER_DAY);
        recentDecay = decay(steps(RECENT_HALF_LIFE));
        firstDecay = decay(steps(FIRST_HALF_LIFE));
        dispersionDecay = decay(steps(DISPERSION_HALF_LIFE));
    }

    /** The defaults. */
    public static SpikeSettings defaults() {
        return builder().build();
    }

    /** Begins with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    private static double decay(double halfLifeSteps) {
        return Math.pow(0.5, 1 / halfLifeSteps);
    }

    private double steps(Duration duration) {
        return duration.toMinutes() / (double) stepMinutes;
    }

    long step(long minute) {
        return Math.floorDiv(minute, stepMinutes);
    }

    int stepMinutes() {
        return stepMinutes;
    }

    int stepsPerDay() {
        return HOURS_PER_DAY * MINUTES_PER_HOUR / stepMinutes;
    }

    int windowSteps() {
        return windowSteps;
    }

    /** None where the window is the step. */
    double stepHandicap() {
        return windowSteps == 1 ? 1 : STEP_HANDICAP;
    }

    double warnSurprise() {
        return warnSurprise;
    }

    double pageSurprise() {
        return pageSurprise;
    }

    long warnFloor() {
        return warnFloor;
    }

    long pageFloor() {
        return pageFloor;
    }

    int cooldownSteps() {
        return (int) steps(cooldown);
    }

    int learningSteps() {
        return (int) steps(learning);
    }

    /** The first hour's, in which the mean has to find its level. */
    double firstSteps() {
        return steps(FIRST);
    }

    double hourDecay() {
        return hourDecay;
    }

    double recentDecay() {
        return recentDecay;
    }

    double firstDecay() {
        return firstDecay;
    }

    double dispersionDecay() {
        return dispersionDecay;
    }

    double dispersionPriorSteps() {
        return steps(DISPERSION_PRIOR);
    }

    double trustedHourSteps() {
        return steps(HOUR_TRUSTED);
    }

    double leastExpected() {
        return LEAST_EXPECTED_PER_MINUTE * stepMinutes;
    }

    @Override
    public String toString() {
        return "SpikeSettings[step=" + Duration.ofMinutes(stepMinutes) + ", windowSteps=" + windowSteps
                + ", warnProbability=" + warnProbability + ", pageProbability=" + pageProbability
                + ", warnFloor=" + warnFloor + ", pageFloor=" + pageFloor
                + ", cooldown=" + cooldown + ", learning=" + learning + ", halfLife=" + halfLife + "]";
    }

    /** Builds settings. For one thread. */
    public static final class Builder {

        private static final Duration LONGEST = Duration.ofDays(365);
        private static final int MOST_STEPS = 60;

        private int stepMinutes = 1;
        private int windowSteps = 5;
        private double warnProbability = 1e-5;
        private double pageProbability = 1e-10;
        private long warnFloor = 10;
        private long pageFloor = 30;
        private Duration cooldown = Duration.ofHours(1);
        private Duration learning = Duration.ofHours(1);
        private Duration halfLife = Duration.ofDays(4);

        private Builder() {}

        /**
         * How long each count is over. Default 1 minute. Longer steps tell of a spike later and cost less.
         *
         * @throws IllegalArgumentException unless it is whole minutes of which an hour has a whole number, as 1, 5 or 60
         */
        public Builder step(Duration step) {
            long minutes = step.toMinutes();
            boolean isWhole = Duration.ofMinutes(minutes).equals(step);
            check(
                    isWhole && minutes >= 1 && minutes <= MINUTES_PER_HOUR && MINUTES_PER_HOUR % minutes == 0,
                    "step",
                    step,
                    "whole minutes of which an hour has a whole number, such as PT1M, PT5M or PT1H");
            stepMinutes = (int) minutes;
            return this;
        }

        /**
         * How many steps the window has. Default 5. A longer one finds slower rises, and finds them later; with 1, single steps
         * are all that is looked at. Each takes 16 bytes of each series.
         *
         * @throws IllegalArgumentException unless it is 1 to 60
         */
        public Builder windowSteps(int steps) {
            check(steps >= 1 && steps <= MOST_STEPS, "windowSteps", steps, "1 to " + MOST_STEPS);
            windowSteps = steps;
            return this;
        }

        /**
         * How improbable the count of a window must be for {@link SpikeLevel#WARN}. Default 1e-5. Real errors come in bursts
         * that no distribution knows, so alarms are more frequent than this number says; a hundredth of it about halves them.
         *
         * @throws IllegalArgumentException unless it is above 0 and at most 0.1
         */
        public Builder warnProbability(double probability) {
            warnProbability = probability("warnProbability", probability);
            return this;
        }

        /**
         * How improbable the count of a window must be for {@link SpikeLevel#PAGE}. Default 1e-10; not above that for warnings.
         *
         * @throws IllegalArgumentException unless it is above 0 and at most 0.1
         */
        public Builder pageProbability(double probability) {
            pageProbability = probability("pageProbability", probability);
            return this;
        }

        /**
         * Fewer than this many in a window are never a {@link SpikeLevel#WARN}, however improbable. Default 10.
         *
         * @throws IllegalArgumentException unless it is at least 1
         */
        public Builder warnFloor(long floor) {
            warnFloor = floor("warnFloor", floor);
            return this;
        }

        /**
         * Fewer than this many in a window are never a {@link SpikeLevel#PAGE}. Default 30; not below that for warnings.
         *
         * @throws IllegalArgumentException unless it is at least 1
         */
        public Builder pageFloor(long floor) {
            pageFloor = floor("pageFloor", floor);
            return this;
        }

        /**
         * How long a level must not have been reached before it raises an alarm again. Default 1 hour; 0 raises one for every
         * step.
         *
         * @throws IllegalArgumentException unless it is 0 to 365 days
         */
        public Builder cooldown(Duration time) {
            cooldown = upToAYear("cooldown", time);
            return this;
        }

        /**
         * How long a series is only watched before it may raise alarms. Default 1 hour, within which the mean finds its level:
         * with less, a service that begins with many errors raises alarms, whether it always had them or not. It counts from the
         * minute of which the detector is told that counts are known.
         *
         * @throws IllegalArgumentException unless it is 0 to 365 days
         */
        public Builder learning(Duration time) {
            learning = upToAYear("learning", time);
            return this;
        }

        /**
         * After how long a day weighs half in what is usual at an hour. Default 4 days. A longer one knows the day better and
         * forgets a bad one later.
         *
         * @throws IllegalArgumentException unless it is 1 to 365 days
         */
        public Builder halfLife(Duration time) {
            check(
                    time.compareTo(Duration.ofDays(1)) >= 0 && time.compareTo(LONGEST) <= 0,
                    "halfLife",
                    time,
                    "1 to 365 days");
            halfLife = time;
            return this;
        }

        /**
         * The settings.
         *
         * @throws IllegalArgumentException if a page would be easier to get than a warning
         */
        public SpikeSettings build() {
            check(
                    pageProbability <= warnProbability,
                    "pageProbability",
                    pageProbability,
                    "at most warnProbability, which is " + warnProbability);
            check(pageFloor >= warnFloor, "pageFloor", pageFloor, "at least warnFloor, which is " + warnFloor);
            return new SpikeSettings(this);
        }

        private static double probability(String name, double value) {
            check(value > 0 && value <= 0.1, name, value, "above 0 and at most 0.1");
            return value;
        }

        private static long floor(String name, long value) {
            check(value >= 1, name, value, "at least 1");
            return value;
        }

        private static Duration upToAYear(String name, Duration value) {
            check(!value.isNegative() && value.compareTo(LONGEST) <= 0, name, value, "0 to 365 days");
            return value;
        }

        private static void check(boolean isRight, String name, Object value, String allowed) {
            if (!isRight) {
                throw new IllegalArgumentException(name + " is " + value + ", allowed is " + allowed);
            }
        }
    }
}
